import { z } from "zod";

import { durationMeant, parseDuration } from "../text/duration-text.ts";
import { nearestName } from "../text/nearest-name.ts";
import type { Complain } from "./problem-list.ts";
import { type JsonSchema, type Read, shaped } from "./read.ts";
import type { RuleCode } from "./rules.ts";
import { textOf, type Text } from "./text.ts";
import { nameOfKind, type Scalar, type Value } from "./value.ts";

export type { Read } from "./read.ts";

type LeafRule = { readonly code?: RuleCode; readonly suggestion?: (scalar: Scalar) => string | null };

/** A scalar that has to fit a schema. `expected` completes the sentence "must be ...". */
export function leaf<T>(schema: z.ZodType<T>, expected: string, rule: LeafRule = {}): Read<T> {
  return shaped(jsonOf(schema), (value, complain) => {
    if (value.kind === "refused") return undefined;
    const result = value.kind === "scalar" ? schema.safeParse(value.value) : null;
    if (result?.success === true) return result.data;
    complain({
      code: value.kind === "scalar" && value.value !== null ? (rule.code ?? "R108") : "R108",
      at: value.at,
      message: `must be ${expected}, not ${nameOfKind(value)}`,
      suggestion:
        value.kind === "scalar" ? (quotingFor(value, schema) ?? rule.suggestion?.(value) ?? null) : null,
    });
    return undefined;
  });
}

/** YAML takes `123` and `true` for no texts, and `"5"` for no number; null where quotes are not what is wrong. */
function quotingFor({ value, source, style }: Scalar, schema: z.ZodType): string | null {
  if (value === null || style === "block") return null;
  if (typeof value !== "string") {
    return schema.safeParse(source).success ? `put it in quotes: \`"${source}"\`` : null;
  }
  const isNumber = style !== "plain" && /^\d{1,15}$/.test(value);
  return isNumber && schema.safeParse(Number(value)).success ? "leave the quotes out" : null;
}

function jsonOf(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...json } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return json;
}

export function oneOf<const T extends readonly [string, ...string[]]>(...words: T): Read<T[number]> {
  return leaf<T[number]>(z.enum(words), wordList(words), {
    suggestion: ({ value }) => {
      const near = typeof value === "string" ? nearestName(value, words) : null;
      return near === null ? null : `did you mean \`${near}\`?`;
    },
  });
}

export const sentence: Read<string> = leaf(z.string().trim().min(1), "a text");

/** Names of gates, signals, environments: what may stand in a path, a label or a message without quoting. */
export const name: Read<string> = leaf(
  z.string().regex(/^[a-z0-9-]{1,60}$/),
  "a name of at most 60 lower-case letters, digits and `-`",
  {
    suggestion: ({ value, source }) =>
      value === null ? null : nameLike(typeof value === "string" ? value : source),
  },
);

/** As CI names a service: anything that fits on a command line. */
export const serviceName: Read<string> = leaf(
  z.string().regex(/^[A-Za-z0-9_.:/-]{1,100}$/),
  "the name of a service: at most 100 letters, digits and `_.:/-`",
);

/** Whole numbers are read from the source, so that `0x10`, `1e3` and `012` are refused instead of guessed at. */
export function wholeNumber(least: number): Read<number> {
  const expected = `a whole number of at least ${least}`;
  const plain = leaf(z.int().min(least), expected);
  return shaped({ type: "integer", minimum: least }, (value, complain) => {
    if (
      value.kind === "scalar" &&
      typeof value.value === "number" &&
      !/^(?:0|[1-9]\d{0,14})$/.test(value.source)
    ) {
      complain({
        code: "R108",
        at: value.at,
        message: `must be ${expected} in plain digits, not ${nameOfKind(value)}`,
      });
      return undefined;
    }
    return plain(value, complain);
  });
}

/** Nothing that people wait for lasts longer. */
export const TEN_YEARS = { ms: 10 * 365 * 86_400_000, says: "at most 10y" } as const;

const DURATION_JSON: JsonSchema = {
  type: "string",
  pattern: "^(\\d+y)?(\\d+w)?(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?(\\d+ms)?$",
  minLength: 2,
};

/** A share from 0 to 1, neither of them, written as a percent: `0.5%`. */
export const share: Read<number> = (() => {
  const written = leaf(
    z.string().regex(/^\d{1,2}(?:\.\d{1,4})?%$/),
    "a percent above 0% and below 100%, such as `0.5%`",
  );
  return shaped(written.json ?? {}, (value, complain) => {
    const text = written(value, complain);
    if (text === undefined) return undefined;
    const percent = text.slice(0, -1);
    // Through the decimal exponent, so that 0.07% is 0.0007 and not 0.0007000000000000001.
    if (Number(percent) > 0) return Number(`${percent}e-2`);
    complain({ code: "R108", at: value.at, message: "must be a percent above 0%" });
    return undefined;
  });
})();

/** Milliseconds. */
export function duration(
  least: { readonly ms: number; readonly says: string } = { ms: 0, says: "at least 0s" },
  most: { readonly ms: number; readonly says: string } = TEN_YEARS,
): Read<number> {
  const form = leaf(
    z.string().refine((text) => parseDuration(text) !== null),
    "a duration such as `1h30m` or `45s`",
    {
      code: "R113",
      suggestion: durationLike,
    },
  );
  return shaped(DURATION_JSON, (value, complain) => {
    const written = form(value, complain);
    if (written === undefined) return undefined;
    const ms = parseDuration(written) ?? 0;
    if (ms >= least.ms && ms <= most.ms) return ms;
    const bound = ms < least.ms ? least.says : most.says;
    complain({ code: "R113", at: value.at, message: `must be ${bound}, not \`${written}\`` });
    return undefined;
  });
}

export const longerThanNothing = duration({ ms: 1, says: "longer than 0s" });

/** A string that is read further by its own grammar. */
export function inOwnGrammar(expected: string): Read<Text> {
  return shaped({ type: "string", minLength: 1 }, (value, complain) => {
    if (value.kind === "refused") return undefined;
    if (value.kind === "scalar" && typeof value.value === "string" && value.value.trim() !== "")
      return textOf(value);
    complain({ code: "R108", at: value.at, message: `must be ${expected}, not ${nameOfKind(value)}` });
    return undefined;
  });
}

/** A list without the items that were no good: one bad item hides no mistake in another. Undefined: it is no list. */
export function listOf<T>(item: Read<T>, expected: string): Read<readonly T[]> {
  return shaped({ type: "array", items: item.json ?? {}, minItems: 1 }, (value, complain) => {
    if (value.kind === "refused") return undefined;
    if (value.kind === "list" && value.items.length > 0) {
      return value.items.map((each) => item(each, aboutItem(complain))).filter((each) => each !== undefined);
    }
    const given = value.kind === "list" ? "an empty list" : nameOfKind(value);
    complain({ code: "R108", at: value.at, message: `must be ${expected}, not ${given}` });
    return undefined;
  });
}

/** "Must be" of an item is no word about the list. */
function aboutItem(complain: Complain): Complain {
  return (complaint) =>
    complain(
      complaint.message.startsWith("must be")
        ? { ...complaint, message: `each item ${complaint.message}` }
        : complaint,
    );
}

/** The value itself, for keys whose reading depends on others. */
export const anything: Read<Value> = (value) => (value.kind === "refused" ? undefined : value);

function durationLike({ value }: Scalar): string | null {
  const written = String(value).trim();
  if (/^\d+$/.test(written)) return `write a unit, e.g. \`${written}s\` or \`${written}m\``;
  const meant = durationMeant(written);
  return meant === null ? null : `write \`${meant}\``;
}

function nameLike(written: string): string | null {
  const mended = written
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
  return mended === "" ? null : `write \`${mended}\``;
}

/** "`a`", "`a` or `b`", "`a`, `b` or `c`". */
export function wordList(words: readonly string[]): string {
  const quoted = words.map((word) => `\`${word}\``);
  const last = quoted.at(-1) ?? "";
  return quoted.length < 2 ? last : `${quoted.slice(0, -1).join(", ")} or ${last}`;
}
