import type { FlagWrite } from "./flag-log.ts";
import { tokenIn } from "./flag-log.ts";
import type { Stored } from "./stored.ts";

/** What a ramp may do, as its gate declares it. */
export type Declared = {
  readonly gate: string;
  /** Percents of its steps, in their order. */
  readonly steps: readonly number[];
  readonly holdMs: number;
};

/** Milliseconds that the clock of the service may be ahead of Unleash'. */
export type Ahead = number;

/**
 * What Unleash's log of one flag and the rows of the store say together. Raises are those of one run that was never taken
 * back: each step is entered once, in order, after its hold, by the one decision that was on record before, with good signals.
 */
export function brokenLaws(
  declared: Declared,
  ours: number,
  writes: readonly FlagWrite[],
  stored: Stored,
  ahead: Ahead = 0,
): readonly string[] {
  const raises = writes.filter(({ by, from, to }) => by === ours && to > from);
  return [
    ...raises.flatMap((raise) => unrecorded(declared.gate, raise, stored, ahead)),
    ...repeatedTokens(declared, raises),
    ...outOfOrder(declared, raises),
  ];
}

/** A raise that is not the deed of one decision that stood in the store before, with good signals. */
export function unrecorded(
  gate: string,
  raise: FlagWrite,
  { decisions }: Stored,
  ahead: Ahead = 0,
): readonly string[] {
  const own = [...decisions.values()].filter(
    ({ gate: of, action }) =>
      of === gate && action.kind === "raise" && tokenIn(action.title ?? null) === raise.token,
  );
  const told = `${gate}: event ${raise.id} of Unleash raises to ${raise.to}% with the token ${raise.token}`;
  const [decision] = own;
  if (decision === undefined || own.length > 1)
    return [`${told}; ${own.length} decisions in the store say so`];
  const found: string[] = [];
  if (decision.action.to !== raise.to)
    found.push(`${told}; its decision says ${String(decision.action.to)}%`);
  if (decision.at > raise.at + ahead) found.push(`${told}; its decision was made only afterwards`);
  if (decision.verdict !== "good") found.push(`${told}; its decision found the signals ${decision.verdict}`);
  return found;
}

function repeatedTokens({ gate }: Declared, raises: readonly FlagWrite[]): readonly string[] {
  return raises
    .filter((raise, index) => raises.findIndex(({ token }) => token === raise.token) !== index)
    .map(({ token }) => `${gate}: the token ${token} raised twice`);
}

function outOfOrder({ gate, steps, holdMs }: Declared, raises: readonly FlagWrite[]): readonly string[] {
  return raises.flatMap((raise, index) => {
    const before = raises[index - 1];
    const [from, to] = [steps[index - 1] ?? 0, steps[index]];
    const found: string[] = [];
    if (raise.from !== from || raise.to !== to) {
      found.push(
        `${gate}: raise ${index + 1} went from ${raise.from}% to ${raise.to}%, not from ${from}% to ${to}%`,
      );
    }
    if (before !== undefined && raise.at - before.at < holdMs) {
      found.push(`${gate}: raised to ${raise.to}% ${raise.at - before.at} ms after ${before.to}%`);
    }
    return found;
  });
}
