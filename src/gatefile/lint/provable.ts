import { hasCohorts } from "../../domain/comparison.ts";
import { provingSignal } from "../../domain/proof.ts";
import type { Complain } from "../problem-list.ts";
import type { PlacedSignal } from "../signal.ts";
import type { StepFields } from "../steps.ts";

/** R210: what a step has to prove needs outcomes to count, and a step after it. */
export function provable(
  steps: readonly StepFields[],
  signals: readonly PlacedSignal[],
  isWhole: boolean,
  complain: Complain,
): void {
  for (const [index, step] of steps.entries()) {
    if (!step.has("prove")) continue;
    const at = step.at("prove");
    if (index === steps.length - 1) {
      const message = "nothing follows the last step, so it has nothing to prove";
      complain({
        code: "R210",
        at,
        message,
        suggestion: "remove `prove`; `bake` says how long it is watched",
      });
    } else if (step.has("shadow")) {
      const message = "a shadow step exposes nobody, so it has no outcomes to prove anything by";
      complain({ code: "R210", at, message, suggestion: "remove `prove`" });
    } else if (isWhole) {
      provedBySomething(step, signals, complain);
    }
  }
}

function provedBySomething(step: StepFields, signals: readonly PlacedSignal[], complain: Complain): void {
  const able = signals.map(({ signal }) => signal).filter(hasCohorts);
  const marked = signals.filter(({ signal }) => signal.proves === true);
  const proving = provingSignal(signals.map(({ signal }) => signal));
  if (proving !== null && hasCohorts(proving)) return;
  const [message, suggestion] =
    marked.length > 1
      ? ["several signals say `proves: true`", "leave it with one of them"]
      : marked.length === 1 || able.length === 0
        ? [
            "no signal with cohorts tells how those who are exposed fare",
            "add one with `counts` and `cohorts`",
          ]
        : [`${able.length} signals have cohorts`, "write `proves: true` at the one whose outcomes count"];
  complain({ code: "R210", at: step.at("prove"), message, suggestion });
}
