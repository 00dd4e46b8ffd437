import type { Percent } from "../../domain/percent.ts";
import type { Complain } from "../problem-list.ts";
import type { StepFields } from "../steps.ts";

/** R120: every step exposes more than the one before it, and the first exposes somebody, or is a shadow step. */
export function stepsIncrease(steps: readonly StepFields[], complain: Complain): void {
  let before: Percent = 0;
  for (const [index, step] of steps.entries()) {
    if (step.has("shadow")) shadowStandsFirst(step, index, complain);
    const { to } = step.values;
    if (to === undefined || (to === 0 && step.has("shadow"))) continue;
    if (to <= before) {
      const than = before === 0 ? "a step exposes at least 1%" : `the step before it stands at ${before}%`;
      complain({
        code: "R120",
        at: step.at("to"),
        message: `\`${to}%\` is no increase: ${than}`,
        suggestion:
          to === 0 && index === 0 ? "write `shadow: true` beside it, if nobody is to be exposed" : null,
      });
    }
    before = Math.max(before, to);
  }
}

/** In a shadow step the new path is watched before it serves anybody; once it serves somebody, that is over. */
function shadowStandsFirst(step: StepFields, index: number, complain: Complain): void {
  const { to } = step.values;
  if (to !== undefined && to > 0) {
    const message = `a shadow step exposes nobody, and this one goes to ${to}%`;
    complain({ code: "R120", at: step.at("shadow"), message, suggestion: "write `to: 0%`" });
  }
  if (index > 0) {
    const message = "a shadow step is the first one: before anybody is exposed";
    complain({ code: "R120", at: step.at("shadow"), message });
  }
}
