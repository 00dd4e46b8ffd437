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

export type Leeway = {
  /** Milliseconds that the clock of the service may be ahead of Unleash'. */
  readonly ahead?: number;
  /** Raises of dead processes that arrived late and untested; each may be taken back and decided anew. */
  readonly late?: number;
};

/**
 * What Unleash's log of one flag and the rows of the store say together. Raises are those of one run: each step is entered
 * in order and after its hold, by the one decision that was on record before, with good signals; and once, unless a late raise
 * was taken back. The log follows where it says otherwise.
 */
export function brokenLaws(
  declared: Declared,
  ours: number,
  writes: readonly FlagWrite[],
  stored: Stored,
  { ahead = 0, late = 0 }: Leeway = {},
): readonly string[] {
  const raises = writes.filter(({ by, from, to }) => by === ours && to > from);
  const broken = [
    ...raises.flatMap((raise) => unrecorded(declared.gate, raise, stored, ahead)),
    ...repeatedTokens(declared, raises),
    ...outOfOrder(declared, raises),
    ...enteredAgain(declared, raises, writes, late),
  ];
  return broken.length === 0 ? [] : [...broken, `${declared.gate}: ${writes.map(inShort).join(", ")}`];
}

function inShort({ id, by, from, to, token }: FlagWrite): string {
  return `${id} by ${by} ${from}>${to} ${token ?? "no token"}`;
}

/** A raise that is not the deed of one decision that stood in the store before, with good signals. */
export function unrecorded(
  gate: string,
  raise: FlagWrite,
  { decisions }: Stored,
  ahead = 0,
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
    const next = steps.find((step) => step > raise.from);
    const found: string[] = [];
    if (raise.to !== next) found.push(`${gate}: raised from ${raise.from}% to ${raise.to}%, not to ${next}%`);
    if (raise.from > (before?.to ?? 0))
      found.push(`${gate}: raised from ${raise.from}%, which it never reached`);
    if (before !== undefined && raise.at - before.at < holdMs) {
      found.push(`${gate}: raised to ${raise.to}% ${raise.at - before.at} ms after ${before.to}%`);
    }
    return found;
  });
}

function enteredAgain(
  { gate }: Declared,
  raises: readonly FlagWrite[],
  writes: readonly FlagWrite[],
  late: number,
): readonly string[] {
  const again = raises.flatMap((raise) => {
    const before = raises.findLast(({ id, to }) => id < raise.id && to >= raise.to);
    return before === undefined ? [] : [{ raise, before }];
  });
  const standing = again.filter(
    ({ raise, before }) => !writes.some(({ id, to }) => id > before.id && id < raise.id && to < before.to),
  );
  return [
    ...standing.map(({ raise }) => `${gate}: raised to ${raise.to}% a second time, where it stood already`),
    ...(again.length > late
      ? [`${gate}: ${again.length} steps were entered again, after ${late} late raises`]
      : []),
  ];
}
