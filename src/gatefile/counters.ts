import type { Cohorts, Measure } from "../domain/gate.ts";
import { within } from "../domain/inquiry.ts";
import { HOUR, type Millis, SECOND } from "../domain/instant.ts";
import { selectors } from "../promql/selectors.ts";
import { inOwnGrammar, type Read } from "./leaf.ts";
import { jsonOfMap, readMap } from "./mapping.ts";
import type { Parameter } from "./parameters.ts";
import type { Complain } from "./problem-list.ts";
import { checkQuery } from "./query-check.ts";
import type { Scope } from "./scope.ts";
import type { SignalFields } from "./signal-keys.ts";
import { checkReferences, type Language, substitute } from "./substitution.ts";
import type { Text } from "./text.ts";
import { shaped } from "./read.ts";

/** Raw counters are read sample by sample, so there is an end to how many. */
const LONGEST_WINDOW: Millis = 6 * HOUR;
export const DEFAULT_WINDOW: Millis = HOUR;

type CounterPair = { readonly bad: Text; readonly total: Text };
type CohortPair = { readonly candidate: Text; readonly control: Text };

const selector = inOwnGrammar("a selector of counters");
const matchers = inOwnGrammar('matchers such as `variant="on"`');

const COUNTS_SHAPE = {
  what: "`counts`",
  keys: { bad: selector, total: selector },
  required: ["bad", "total"],
} as const;

export const counterPair: Read<CounterPair> = shaped(jsonOfMap(COUNTS_SHAPE), (value, complain) => {
  const given = readMap(value, COUNTS_SHAPE, complain)?.values;
  return given?.bad === undefined || given.total === undefined
    ? undefined
    : { bad: given.bad, total: given.total };
});

const COHORTS_SHAPE = {
  what: "`cohorts`",
  keys: { candidate: matchers, control: matchers },
  required: ["candidate", "control"],
} as const;

export const cohortPair: Read<CohortPair> = shaped(jsonOfMap(COHORTS_SHAPE), (value, complain) => {
  const given = readMap(value, COHORTS_SHAPE, complain)?.values;
  return given?.candidate === undefined || given.control === undefined
    ? undefined
    : { candidate: given.candidate, control: given.control };
});

/** Keys that say in another way what `counts` says. */
const INSTEAD = ["query", "samples", "bad", "emptyIs", "witness"] as const;

/** R142, R161: whether the counters can be read as they are written. */
export function checkCounters(
  meaning: SignalFields,
  declaredIn: (text: Text) => readonly Parameter[],
  windowMs: Millis,
  complain: Complain,
): boolean {
  for (const key of INSTEAD) {
    if (!meaning.has(key)) continue;
    complain({
      code: "R142",
      at: meaning.at(key),
      message: `\`${key}\` and \`counts\` both say what is read`,
      suggestion: `remove \`${key}\`, or \`counts\``,
    });
  }
  if (meaning.values.unit !== undefined && meaning.values.unit !== "ratio") {
    const message = "`counts` is a ratio: bad outcomes of all";
    complain({ code: "R161", at: meaning.at("unit"), message, suggestion: "leave `unit` out" });
  }
  if (windowMs > LONGEST_WINDOW) {
    const message = "raw counters are counted over at most 6h";
    complain({
      code: "R161",
      at: meaning.at("window"),
      message,
      suggestion: "write `window: 6h` or shorter",
    });
  }
  const { counts, cohorts } = meaning.values;
  const own = counts === undefined ? [] : [counts.bad, counts.total];
  const sides = cohorts === undefined ? [] : [cohorts.candidate, cohorts.control];
  const isWhole = counts !== undefined && meaning.has("cohorts") === (cohorts !== undefined);
  const sound = [
    ...own.map(
      (text) => checkReferences(text, "query", declaredIn(text), complain) && isSelector(text, complain),
    ),
    ...sides.map(
      (text) => checkReferences(text, "matchers", declaredIn(text), complain) && isMatchers(text, complain),
    ),
  ];
  return isWhole && sound.every(Boolean);
}

function isSelector(text: Text, complain: Complain): boolean {
  if (!checkQuery(text, complain)) return false;
  const written = text.text.trim();
  if (selectors(written)[0] === written) return true;
  complain({
    code: "R161",
    at: text.at,
    message: "`counts` takes selectors of counters, without functions, range or offset",
    suggestion: 'write the counter itself, e.g. `orders_total{result="failed"}`',
  });
  return false;
}

/** Matchers are what stands between the braces of a selector. */
function isMatchers(text: Text, complain: Complain): boolean {
  const selected = `x{${text.text}}`;
  if (text.text.includes("=") && selectors(selected)[0] === selected) return true;
  complain({
    code: "R161",
    at: text.at,
    message: "a cohort is told by matchers of labels",
    suggestion: 'write them as between the braces of a selector, e.g. `variant="on"`',
  });
  return false;
}

/** The counters with their parameters put in; null when one cannot be, or `counts` is not written. */
export function countersOf(
  { values }: SignalFields,
  windowMs: Millis,
  scope: (text: Text) => Scope,
  complain: Complain,
): Measure | null {
  const put = (text: Text, language: Language): string | null => {
    const own = scope(text);
    return substitute(text, language, own.values, own.at, complain)?.text.trim() ?? null;
  };
  if (values.counts === undefined) return null;
  const [bad, total] = [put(values.counts.bad, "query"), put(values.counts.total, "query")];
  if (bad === null || total === null) return null;
  const sides = values.cohorts;
  if (sides === undefined) return withQuery({ bad, total }, windowMs, null);
  const [candidate, control] = [put(sides.candidate, "matchers"), put(sides.control, "matchers")];
  if (candidate === null || control === null) return null;
  return withQuery({ bad, total }, windowMs, { candidate, control });
}

function withQuery(
  { bad, total }: { readonly bad: string; readonly total: string },
  windowMs: Millis,
  cohorts: Cohorts | null,
): Measure {
  const summed = (counter: string) => {
    const own = cohorts === null ? counter : within(counter, cohorts.candidate);
    return `sum(increase(${own}[${windowMs / SECOND}s]))`;
  };
  return { kind: "counters", query: `${summed(bad)} / ${summed(total)}`, bad, total, windowMs, cohorts };
}
