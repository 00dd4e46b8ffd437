import type { Percent } from "../../domain/percent.ts";
import type { Complain } from "../problem-list.ts";
import type { StepFields } from "../steps.ts";

/** R120: every step exposes more than the one before it, and the first exposes somebody. */
export function stepsIncrease(steps: readonly StepFields[], complain: Complain): void {
  let before: Percent = 0;
  for (const step of steps) {
    const { to } = step.values;
    if (to === undefined) continue;
    if (to <= before) {
      const than = before === 0 ? "a step exposes at least 1%" : `the step before it stands at ${before}%`;
      complain({ code: "R120", at: step.at("to"), message: `\`${to}%\` is no increase: ${than}` });
    }
    before = Math.max(before, to);
  }
}
