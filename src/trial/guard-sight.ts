import type { AlertAnswers } from "../domain/alert.ts";
import type { AlertGuard, Gate } from "../domain/gate.ts";
import type { Instant } from "../domain/instant.ts";
import { judgeAlert } from "../domain/judge-alert.ts";
import { FRESH_CLOCK } from "../domain/missing.ts";

/** Why the silence of the guard's rules would prove nothing, judged as a first pass would; null when it sees. */
export function blindnessOf(
  gate: Gate,
  guard: AlertGuard,
  answers: AlertAnswers,
  now: Instant,
): string | null {
  const context = {
    now,
    lastPassAt: null,
    dark: new Map<string, Instant>(),
    maintenance: [],
    raisedAt: null,
  };
  const { judgement } = judgeAlert(gate, guard, answers, FRESH_CLOCK, context);
  // A first pass has missed it for no time at all, which is nothing to tell.
  return judgement.code === "missing" ? judgement.message.replace(/, for 0s$/, "") : null;
}
