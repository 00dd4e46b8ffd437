import type { AlertGuard, Gate } from "../domain/gate.ts";
import type { Matcher } from "../domain/matcher.ts";
import type { Mutant } from "./mutants.ts";

const EFFECTS = ["pending", "firing", "critical", "silenced"] as const;

type Change = { readonly key: string; readonly what: string; readonly guard: AlertGuard | null };

/**
 * Each guard left out, without one of its matchers, and with each of its effects ignored. A guard with one matcher cannot
 * lose it: it would guard against every alert. The text of a guard stays, so that no case notices by a sentence.
 */
export function guardMutants(gate: Gate): readonly Mutant[] {
  return gate.alerts.flatMap((guard, index) =>
    changesOf(guard).map(({ key, what, guard: changed }) => ({
      signal: `alerts ${guard.match}`,
      what,
      path: `alerts[${index}].${key}`,
      gate: {
        ...gate,
        alerts: changed === null ? gate.alerts.toSpliced(index, 1) : gate.alerts.with(index, changed),
      },
    })),
  );
}

function changesOf(guard: AlertGuard): readonly Change[] {
  return [
    { key: "match", what: "left out", guard: null },
    ...(guard.matchers.length === 1 ? [] : guard.matchers.map((matcher) => withoutMatcher(guard, matcher))),
    ...EFFECTS.filter((effect) => guard[effect] !== "ignore").map((effect) => ({
      key: effect,
      what: `${effect} ${guard[effect]}: ignored`,
      guard: { ...guard, [effect]: "ignore" as const },
    })),
  ];
}

function withoutMatcher(guard: AlertGuard, matcher: Matcher): Change {
  const { label, operator, value } = matcher;
  return {
    key: "match",
    what: `match without ${label}${operator}${JSON.stringify(value)}`,
    guard: { ...guard, matchers: guard.matchers.filter((each) => each !== matcher) },
  };
}
