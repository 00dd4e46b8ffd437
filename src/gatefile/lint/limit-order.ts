import { holds, type Limit } from "../../domain/limit.ts";
import type { Complain } from "../problem-list.ts";
import type { PlacedLimit, Verb } from "../signal-limits.ts";

/** R201: no value is good enough to advance and a breach at once, and what rolls back would have halted. */
export function limitOrder(limits: readonly PlacedLimit[], complain: Complain): void {
  const placed = (verb: Verb): PlacedLimit | null => limits.find((each) => each.verb === verb) ?? null;
  const [advance, halt, rollback] = [placed("advance"), placed("halt"), placed("rollback")];
  for (const breach of [halt, rollback]) {
    if (advance === null || breach === null || !overlap(advance.limit, breach.limit)) continue;
    complain({
      code: "R201",
      at: advance.at,
      message: `\`advance\` is looser than \`${breach.verb}\`: a value could be good and breached at once`,
      suggestion: `advance only where \`${breach.limit.text}\` does not hold`,
    });
  }
  if (halt === null || rollback === null || covers(halt.limit, rollback.limit)) return;
  complain({
    code: "R201",
    at: halt.at,
    message: "`halt` is looser than `rollback`: a value could roll back that would not halt",
    suggestion: `halt at or before \`${rollback.limit.text}\``,
  });
}

/** Beyond every value that limits are written with. */
const FAR = 1e308;

/** Both are half-lines or points, so looking at their ends and just beside them is looking everywhere. */
function overlap(a: Limit, b: Limit): boolean {
  const both = alike(a, b);
  return both !== null && probes(a, b).some((value) => both.every((limit) => holds(limit, value)));
}

function covers(wide: Limit, narrow: Limit): boolean {
  const both = alike(wide, narrow);
  return (
    both === null || probes(wide, narrow).every((value) => !holds(both[1], value) || holds(both[0], value))
  );
}

/** Limits that compare with different things say nothing about each other: null. Else both as if of what is compared. */
function alike(a: Limit, b: Limit): readonly [Limit, Limit] | null {
  if (a.baseline !== b.baseline) return null;
  const { baseline: _a, ...ofA } = a;
  const { baseline: _b, ...ofB } = b;
  return [ofA, ofB];
}

function probes(a: Limit, b: Limit): readonly number[] {
  return [-FAR, a.value, b.value, (a.value + b.value) / 2, FAR];
}
