import { because } from "./because.ts";
import { type FlagObservation, isSamePlace } from "./flag.ts";
import type { FlagTarget, Gate } from "./gate.ts";
import { strategyOf } from "./preflight.ts";
import type { GateRecord } from "./record.ts";
import type { Because } from "./verdict.ts";

/** A gate as far as it matters for which strategy it drives. */
export type Contender = {
  readonly gate: Pick<Gate, "name" | "flag">;
  readonly record: Pick<GateRecord, "flag">;
};

/** Whether two gates could come to drive the same strategy at all. */
export function shareFlag(a: FlagTarget, b: FlagTarget): boolean {
  return isSamePlace(a, b);
}

/**
 * Names of the other gates that drive the strategy this one drives or would: the one on record, else the one that the
 * gate's words mean on the flag as read back. What cannot be told is no rival.
 */
export function rivalsOf(
  own: Contender,
  others: readonly Contender[],
  observation: FlagObservation | null,
): readonly string[] {
  const { flag } = own.gate;
  const strategy = strategyId(own, observation);
  if (flag === null || strategy === null) return [];
  return others
    .filter(({ gate }) => gate.name !== own.gate.name && gate.flag !== null && shareFlag(gate.flag, flag))
    .filter((other) => strategyId(other, observation) === strategy)
    .map(({ gate }) => gate.name)
    .toSorted();
}

function strategyId({ gate, record }: Contender, observation: FlagObservation | null): string | null {
  if (record.flag !== null) return record.flag.strategyId;
  if (gate.flag === null || observation?.kind !== "seen") return null;
  return strategyOf(gate.flag, observation)?.id ?? null;
}

/** Two deciders on one strategy would undo each other's writes, so neither raises it. */
export function rivalBecause(rivals: readonly string[]): readonly Because[] {
  return rivals.map((rival) =>
    because("definition", "rival", `${rival} drives the same strategy of the same flag`, {
      opens: "keep one of the two gates, or give each its own `flag.strategy`",
    }),
  );
}
