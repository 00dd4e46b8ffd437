import type { Unit } from "../domain/gate.ts";
import type { Baseline, Limit } from "../domain/limit.ts";
import type { Read } from "./leaf.ts";
import { parseLimit } from "./limit-text.ts";
import { inBaseUnit, inShareOf } from "./limit-unit.ts";
import { jsonOfMap, readMap } from "./mapping.ts";
import { rollbackPercent } from "./percent.ts";
import type { Complain } from "./problem-list.ts";
import type { Span } from "./source.ts";
import { textOf, type Text } from "./text.ts";
import { headOf, type MapValue, nameOfKind } from "./value.ts";
import { shaped, told } from "./read.ts";

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

/** A limit as written, with how far a rollback by it goes where that is said. */
export type LimitText = Text & Pick<Limit, "to">;

/** The sentence as written; what it means depends on the signal's unit. */
export const limitSentence: Read<LimitText> = shaped({ type: "string", minLength: 1 }, (value, complain) => {
  if (value.kind === "refused") return undefined;
  if (value.kind === "scalar" && typeof value.value === "string") return textOf(value);
  if (value.kind === "map" && isWhenTo(value)) {
    complain({
      code: "R220",
      at: headOf(value),
      message: "only `rollback` takes `when` and `to`",
      suggestion: "write the sentence alone, e.g. `above 2% for 10m`",
    });
    return undefined;
  }
  complain({
    code: "R220",
    at: value.at,
    message: `a limit is a sentence, not ${nameOfKind(value)}`,
    suggestion: "write a comparison and a value, e.g. `at most 0.5%`",
  });
  return undefined;
});

function isWhenTo({ entries }: MapValue): boolean {
  return entries.some(({ key }) => key === "when" || key === "to");
}

/** How far a rollback goes: to nothing, or `previous`, which is one declared step down. */
const stepBack: Read<"previous" | "nothing"> = shaped(
  { anyOf: [{ const: "previous" }, rollbackPercent.json ?? {}] },
  (value, complain) => {
    if (value.kind === "scalar" && value.value === "previous") return "previous";
    if (value.kind !== "scalar" || !/^\d/.test(String(value.value))) {
      complain({
        code: "R108",
        at: value.at,
        message: `must be \`previous\` or \`0%\`, not ${nameOfKind(value)}`,
      });
      return undefined;
    }
    return rollbackPercent(value, complain) === undefined ? undefined : "nothing";
  },
);

export const STEP_BACK_SHAPE = {
  what: "a rollback limit",
  keys: {
    when: told(limitSentence, "limit", "The sentence"),
    to: told(
      stepBack,
      "`previous`, `0%`",
      "`previous`: the highest declared step below the percent the flag stands at. From the first step that is 0 %: a rollback like any other",
    ),
  },
  required: ["when", "to"],
} as const;

/** The sentence alone, or with how far to go back: `{ when: above 20% for 10m, to: previous }`. */
export const rollbackSentence: Read<LimitText> = shaped(
  { anyOf: [limitSentence.json ?? {}, jsonOfMap(STEP_BACK_SHAPE)] },
  (value, complain) => {
    if (value.kind !== "map" || !isWhenTo(value)) return limitSentence(value, complain);
    const given = readMap(value, STEP_BACK_SHAPE, complain)?.values;
    if (given?.when === undefined || given.to === undefined) return undefined;
    return given.to === "previous" ? { ...given.when, to: given.to } : given.when;
  },
);

/**
 * The limit in the signal's unit; null when it has none, and then why is complained. A unit of null: nobody knows it,
 * because the query that would tell cannot be understood; then only the sentence is looked at.
 */
export function placeLimit(
  verb: Verb,
  sentence: LimitText,
  { unit, ...comparable }: Comparable & { readonly unit: Unit | null },
  complain: Complain,
): PlacedLimit | null {
  const parsed = parseLimit(sentence.text);
  if (!parsed.ok) {
    const { from, to, message, suggestion } = parsed.fault;
    complain({ code: "R220", at: sentence.spanOf(from, to), message, suggestion });
    return null;
  }
  const { comparison, amount, baseline: written, persistence, lasting } = parsed.sentence;
  const baseline = written?.text ?? null;
  if (written !== null) {
    const at = sentence.spanOf(written.from, written.to);
    if (!hasBaseline(written.text, comparable, at, complain)) return null;
  }
  if (unit === null) return null;
  const base = baseline === null ? inBaseUnit(amount, unit) : inShareOf(amount, baseline);
  if (!base.ok) {
    complain({ ...base.misfit, at: sentence.spanOf(amount.from, amount.to) });
    return null;
  }
  return {
    verb,
    limit: {
      text: sentence.text,
      comparison,
      value: base.value,
      persistence,
      ...(baseline === null ? {} : { baseline }),
      ...(sentence.to === undefined ? {} : { to: sentence.to }),
    },
    at: sentence.at,
    lastingAt: lasting === null ? null : sentence.spanOf(lasting.from, lasting.to),
  };
}

/** What of a signal decides what its limits can be compared with. */
export type Comparable = {
  readonly hasCohorts: boolean;
  /** Whether it is a share of bad outcomes of which it is known how many there were. */
  readonly hasOutcomes: boolean;
};

/** R209: a limit that compares needs what it compares with. Cohorts have a control of the same minutes. */
function hasBaseline(
  baseline: Baseline,
  { hasCohorts, hasOutcomes }: Comparable,
  at: Span,
  complain: Complain,
): boolean {
  const ofCohorts = baseline.endsWith("control");
  const misses = baseline === "of exposed" && !hasOutcomes;
  if (ofCohorts === hasCohorts && !misses) return true;
  const [message, suggestion] = hasCohorts
    ? [
        `a signal with cohorts has a control to compare with, and no ${pastOf(baseline)}`,
        "write `over control`",
      ]
    : ofCohorts
      ? [`\`${baseline}\` compares cohorts, and the signal has none`, "give it `counts` and `cohorts`"]
      : [
          "`of exposed` compares bad outcomes out of all, and the signal does not tell them",
          "write a ratio of two counters, or `counts`",
        ];
  complain({ code: "R209", at, message, suggestion });
  return false;
}

function pastOf(baseline: Baseline): string {
  return baseline === "of last week" ? "last week" : "days before the ramp";
}
