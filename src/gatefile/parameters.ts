import { z } from "zod";

import { nearestName } from "../text/nearest-name.ts";
import { leaf, type Read, sentence } from "./leaf.ts";
import type { Complain } from "./problem-list.ts";
import type { SourceFile, Span } from "./source.ts";
import { nameOfKind, type Value } from "./value.ts";
import { type JsonSchema, shaped } from "./read.ts";

/** What a library signal can be told; `fallback` null: it must be told. */
export type Parameter = { readonly name: string; readonly fallback: string | null };

/** What a gate tells a library signal, with where. */
export type Argument = { readonly name: string; readonly value: string; readonly at: Span };

const NAME = z.string().regex(/^[A-Za-z_]\w{0,39}$/);

const ARGUMENTS_JSON: JsonSchema = {
  type: "object",
  additionalProperties: { anyOf: [{ type: "string", minLength: 1 }, { type: "integer" }] },
};

/** A list names what must be given, a mapping what has a default. */
export const parameters: Read<readonly Parameter[]> = shaped(
  { anyOf: [{ type: "array", items: { type: "string" } }, ARGUMENTS_JSON] },
  (value, complain) => {
    const parameterName = leaf(NAME, "a parameter's name: letters, digits and `_`");
    if (value.kind === "list") {
      return value.items.flatMap((item) => {
        const name = parameterName(item, complain);
        return name === undefined ? [] : [{ name, fallback: null }];
      });
    }
    if (value.kind === "map") {
      return value.entries.flatMap(({ key, keyAt, value: given }) => {
        if (!NAME.safeParse(key).success) {
          complain({
            code: "R108",
            at: keyAt,
            message: `\`${key}\` cannot be a parameter's name: letters, digits and \`_\``,
          });
          return [];
        }
        const fallback = argumentText(given, complain);
        return fallback === undefined ? [] : [{ name: key, fallback }];
      });
    }
    if (value.kind === "refused") return undefined;
    complain({
      code: "R108",
      at: value.at,
      message: `must be a list or a mapping of parameters, not ${nameOfKind(value)}`,
    });
    return undefined;
  },
);

export const argumentsGiven: Read<readonly Argument[]> = shaped(ARGUMENTS_JSON, (value, complain) => {
  if (value.kind === "refused") return undefined;
  if (value.kind !== "map") {
    complain({
      code: "R108",
      at: value.at,
      message: `must be a mapping of parameters, not ${nameOfKind(value)}`,
    });
    return undefined;
  }
  return value.entries.flatMap(({ key, keyAt, value: given }) => {
    const text = argumentText(given, complain);
    return text === undefined ? [] : [{ name: key, value: text, at: keyAt }];
  });
});

/** A label value is a text; a whole number is taken as it stands in the file. */
function argumentText(value: Value, complain: Complain): string | undefined {
  if (value.kind === "scalar" && typeof value.value === "number" && /^\d+$/.test(value.source))
    return value.source;
  return sentence(value, complain);
}

/** Values for every parameter; null when one is missing or unknown. */
export function bind(
  signal: string,
  declared: readonly Parameter[],
  given: readonly Argument[],
  at: Span,
  complain: Complain,
): ReadonlyMap<string, string> | null {
  const values = new Map<string, string>();
  let bound = true;
  for (const argument of given) {
    if (declared.some((each) => each.name === argument.name)) continue;
    bound = false;
    const near = nearestName(
      argument.name,
      declared.map((each) => each.name),
    );
    complain({
      code: "R150",
      at: argument.at,
      message: `\`${signal}\` has no parameter \`${argument.name.slice(0, 60)}\``,
      suggestion: near === null ? null : `did you mean \`${near}\`?`,
    });
  }
  for (const { name, fallback } of declared) {
    const value = given.find((each) => each.name === name)?.value ?? fallback;
    if (value !== null) {
      values.set(name, value);
      continue;
    }
    bound = false;
    complain({
      code: "R151",
      at,
      message: `\`${signal}\` needs \`${name}\``,
      suggestion: `write \`with: { ${name}: ... }\``,
    });
  }
  return bound ? values : null;
}

/**
 * R174: whether all are values. A `$name` would be sent to Prometheus as it is written; in the file of a profile it is
 * complained about where profiles are read.
 */
export function areValues(
  given: readonly Argument[],
  profile: SourceFile | null,
  complain: Complain,
): boolean {
  const left = given.filter(({ value, at }) => /^\$[A-Za-z_]\w*$/.test(value) && at.file !== profile);
  for (const { value, at } of left) {
    const message = `\`${value}\` is no value: only the text of a profile has parameters`;
    complain({ code: "R174", at, message, suggestion: "write the value itself" });
  }
  return left.length === 0;
}
