import type { Signal } from "../../domain/gate.ts";
import { formatMillis, type Millis } from "../../domain/instant.ts";
import { settleOf } from "../../domain/settle.ts";
import type { Complain } from "../problem-list.ts";
import type { StepFields } from "../steps.ts";

/** R132: a bake that ends before the slowest signal for the end of a ramp has seen the last step. */
export function bakeSettle(
  steps: readonly StepFields[],
  signals: readonly Signal[],
  { propagationMs, scrapeIntervalMs }: { readonly propagationMs: Millis; readonly scrapeIntervalMs: Millis },
  complain: Complain,
): void {
  const last = steps.at(-1);
  const bake = last?.values.bake;
  if (last === undefined || bake === undefined) return;
  const settling = signals
    .filter(({ gates }) => gates.includes("finish"))
    .map((signal) => ({ name: signal.name, ms: settleOf(signal, propagationMs, scrapeIntervalMs) }));
  const slowest = settling.toSorted((a, b) => b.ms - a.ms)[0];
  if (slowest === undefined || bake >= slowest.ms) return;
  const settle = formatMillis(slowest.ms);
  complain({
    code: "R132",
    at: last.at("bake"),
    message: `a bake of ${formatMillis(bake)} is shorter than the settle of \`${slowest.name}\`, ${settle}`,
    suggestion: `write \`bake: ${settle}\` or longer`,
  });
}
