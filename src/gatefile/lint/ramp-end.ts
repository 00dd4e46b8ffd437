import type { Percent } from "../../domain/percent.ts";
import type { Complain } from "../problem-list.ts";
import type { StepFields } from "../steps.ts";

/** R121, R122: the ramp ends at 100% or where `stopsAt` says, and bakes there only. */
export function rampEnd(steps: readonly StepFields[], stopsAt: Percent | null, complain: Complain): void {
  for (const step of steps.slice(0, -1)) {
    if (!step.has("bake")) continue;
    complain({
      code: "R122",
      at: step.at("bake"),
      message: "`bake` stands at the last step only",
      suggestion: "write `hold`",
    });
  }
  const last = steps.at(-1);
  if (last?.has("segment") === true) {
    complain({
      code: "R121",
      at: last.at("segment"),
      message: "the last step is a segment, and a ramp ends with a percent of everybody",
      suggestion: "add `{ to: 100% }`, or another percent and `stopsAt`",
    });
    return;
  }
  const to = last?.values.to;
  if (last === undefined || to === undefined || to === (stopsAt ?? 100)) return;
  complain({
    code: "R121",
    at: last.at("to"),
    message:
      stopsAt === null
        ? `the last step is ${to}%, not 100%`
        : `the last step is ${to}%, and \`stopsAt\` is ${stopsAt}%`,
    suggestion:
      stopsAt === null
        ? `add \`{ to: 100% }\`, or \`stopsAt: ${to}%\` to the gate if it is meant to end there`
        : null,
  });
}
