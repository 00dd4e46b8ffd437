import type { Unit } from "../domain/gate.ts";
import type { Limit } from "../domain/limit.ts";
import type { Read } from "./leaf.ts";
import { parseLimit } from "./limit-text.ts";
import { inBaseUnit } from "./limit-unit.ts";
import { unsupported } from "./mapping.ts";
import type { Complain } from "./problem-list.ts";
import type { Span } from "./source.ts";
import { textOf, type Text } from "./text.ts";
import { nameOfKind } from "./value.ts";

export const VERBS = ["advance", "halt", "rollback"] as const;

export type Verb = (typeof VERBS)[number];

/** A limit with where it stands, for the rules that compare limits. */
export type PlacedLimit = {
  readonly verb: Verb;
  readonly limit: Limit;
  readonly at: Span;
  /** The part that begins with `for`; null when there is none. */
  readonly lastingAt: Span | null;
};

/** The sentence as written; what it means depends on the signal's unit. */
export const limitSentence: Read<Text> = (value, complain) => {
  if (value.kind === "refused") return undefined;
  if (value.kind === "scalar" && typeof value.value === "string") return textOf(value);
  if (value.kind === "map" && value.entries.some((entry) => entry.key === "when" || entry.key === "to")) {
    complain(unsupported(value.entries[0]?.keyAt ?? value.at, "a limit with `when` and `to`"));
    return undefined;
  }
  complain({
    code: "R220",
    at: value.at,
    message: `a limit is a sentence, not ${nameOfKind(value)}`,
    suggestion: "write a comparison and a value, e.g. `at most 0.5%`",
  });
  return undefined;
};

/**
 * The limit in the signal's unit; null when it has none, and then why is complained. A unit of null: nobody knows it,
 * because the query that would tell cannot be understood; then only the sentence is looked at.
 */
export function placeLimit(
  verb: Verb,
  sentence: Text,
  unit: Unit | null,
  complain: Complain,
): PlacedLimit | null {
  const parsed = parseLimit(sentence.text);
  if (!parsed.ok) {
    const { from, to, message, suggestion } = parsed.fault;
    complain({ code: "R220", at: sentence.spanOf(from, to), message, suggestion });
    return null;
  }
  const { comparison, amount, baseline, persistence, lasting } = parsed.sentence;
  if (baseline !== null) {
    complain(unsupported(sentence.spanOf(baseline.from, baseline.to), `a limit \`${baseline.text}\``));
    return null;
  }
  if (unit === null) return null;
  const base = inBaseUnit(amount, unit);
  if (!base.ok) {
    complain({ ...base.misfit, at: sentence.spanOf(amount.from, amount.to) });
    return null;
  }
  return {
    verb,
    limit: { text: sentence.text, comparison, value: base.value, persistence },
    at: sentence.at,
    lastingAt: lasting === null ? null : sentence.spanOf(lasting.from, lasting.to),
  };
}
