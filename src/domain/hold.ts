import type { Instant, Millis } from "./instant.ts";
import { CONSECUTIVE } from "./limit-clock.ts";
import type { LastPass } from "./record.ts";
import type { GateJudgement } from "./judge.ts";

type Judged = Pick<GateJudgement, "verdict" | "signals" | "alerts">;

/** Whether a pass may count towards hold or bake: all good, or waiting only for what time alone brings. */
export function countsTowardsHold({ verdict, signals, alerts }: Judged): boolean {
  if (verdict === "good") return true;
  if (verdict !== "wait" || alerts.some((alert) => alert.verdict !== "good")) return false;
  return signals
    .filter((signal) => signal.counts && signal.verdict === "wait")
    .every((signal) => signal.code === "short" || signal.code === "settling");
}

/**
 * The hold (or bake) clock after a pass: it grows by the time since the previous pass when both count and follow each
 * other closely, so neither downtime nor a jump of the wall clock adds to it. A gap longer than the hold starts it anew.
 */
export function holdAfter(
  held: Millis,
  last: LastPass | null,
  pass: {
    readonly now: Instant;
    readonly everyMs: Millis;
    readonly counted: boolean;
    readonly holdMs: Millis;
  },
): Millis {
  if (last === null) return held;
  const sinceLast = pass.now - last.at;
  if (sinceLast > pass.holdMs && sinceLast > CONSECUTIVE * pass.everyMs) return 0;
  const consecutive = sinceLast >= 0 && sinceLast <= CONSECUTIVE * pass.everyMs;
  return pass.counted && last.counted && consecutive ? held + sinceLast : held;
}
