import type { Signal } from "../../domain/gate.ts";
import { formatMillis, type Millis } from "../../domain/instant.ts";
import { settleOf } from "../../domain/settle.ts";
import type { Complain } from "../problem-list.ts";
import type { StepFields } from "../steps.ts";

export type Slowest = { readonly signal: string; readonly settleMs: Millis };

/** The signal that makes a raise wait longest for readings of the new exposure. */
export function slowestOf(
  signals: readonly Signal[],
  propagationMs: Millis,
  scrapeIntervalMs: Millis,
): Slowest | null {
  let slowest: Slowest | null = null;
  for (const signal of signals) {
    if (!signal.gates.includes("advance")) continue;
    const settleMs = settleOf(signal, propagationMs, scrapeIntervalMs);
    if (slowest === null || settleMs > slowest.settleMs) slowest = { signal: signal.name, settleMs };
  }
  return slowest;
}

/** R131: a hold below the longest settle promises a pace the step cannot keep. Nothing follows the last step. */
export function holdSettle(steps: readonly StepFields[], slowest: Slowest | null, complain: Complain): void {
  if (slowest === null) return;
  for (const step of steps.slice(0, -1)) {
    const { hold } = step.values;
    if (hold === undefined || hold >= slowest.settleMs) continue;
    const settle = formatMillis(slowest.settleMs);
    complain({
      code: "R131",
      at: step.at("hold"),
      message: `a hold of ${formatMillis(hold)} is shorter than the settle of \`${slowest.signal}\`, ${settle}`,
      suggestion: `write \`hold: ${settle}\` or longer`,
    });
  }
}
