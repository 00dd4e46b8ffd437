import type { Percent } from "../../domain/percent.ts";
import type { Complain } from "../problem-list.ts";
import type { StepFields } from "../steps.ts";

/** R120: every step exposes more than the one before it, and the first exposes somebody, or is a shadow step. */
export function stepsIncrease(steps: readonly StepFields[], complain: Complain): void {
  let before: Percent = 0;
  for (const [index, step] of steps.entries()) {
    if (step.has("shadow")) shadowStandsFirst(step, index, complain);
    audienceStandsBefore(step, before, complain);
    const { to } = step.values;
    if (to === undefined || step.has("segment") || (to === 0 && step.has("shadow"))) continue;
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
  valuesGrow(steps, complain);
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

/** A segment is reached whole, before any percent of everybody. */
function audienceStandsBefore(step: StepFields, before: Percent, complain: Complain): void {
  if (!step.has("segment")) {
    if (!step.has("values")) return;
    const message = "`values` needs `segment`, a name under which people know them";
    complain({ code: "R107", at: step.at("values"), message });
    return;
  }
  for (const key of ["to", "shadow"] as const) {
    if (!step.has(key)) continue;
    const message = `\`${key}\` cannot stand beside \`segment\`: all of the segment is exposed`;
    complain({ code: "R120", at: step.at(key), message, suggestion: `remove \`${key}\`` });
  }
  if (before > 0) {
    const message = `a segment stands before every percent, and the step before it is at ${before}%`;
    complain({ code: "R120", at: step.at("segment"), message });
  }
}

/** Whoever was reached by values stays reached by the next ones. */
function valuesGrow(steps: readonly StepFields[], complain: Complain): void {
  for (const [index, step] of steps.entries()) {
    const [before, now] = [steps[index - 1]?.values, step.values];
    if (before?.segment === undefined || now.segment === undefined) continue;
    if (before.values === undefined && now.values === undefined && before.segment === now.segment) {
      const message = `\`${now.segment}\` is no increase: the step before it is the same segment`;
      complain({ code: "R120", at: step.at("segment"), message });
    }
    if (before.values === undefined || now.values === undefined) continue;
    const lost = before.values.filter((value) => now.values?.includes(value) === false);
    const [first] = lost;
    if (first !== undefined) {
      const message = `\`${first}\` was in the step before: values are only added`;
      complain({ code: "R120", at: step.at("values"), message, suggestion: `add \`${first}\`` });
    } else if (before.values.length === now.values.length) {
      const message = "these values are no increase: the step before it has the same";
      complain({ code: "R120", at: step.at("values"), message });
    }
  }
}
