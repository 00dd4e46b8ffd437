import type { Gate, Signal } from "../domain/gate.ts";
import { type Instant, MINUTE, type Millis, SECOND } from "../domain/instant.ts";
import type { Limit } from "../domain/limit.ts";
import { FRESH_CLOCK } from "../domain/missing.ts";
import type { Unknown } from "../domain/reading.ts";
import type { SignalClock } from "../domain/record.ts";
import type { History } from "./ports.ts";
import { recallSignal, replay } from "./replay.ts";

/** Prometheus answers at most 11,000 points of a series. */
const MOST_POINTS = 10_000;
/** A watermark older than this is stale where the data has no period of its own, so it moves at least this often. */
const WATERMARK_MOVES_WITHIN: Millis = 2 * MINUTE;

export type FoldedClocks = {
  readonly clocks: Readonly<Record<string, SignalClock>>;
  /** The widest distance of two passes that were folded; at least the gate's `every`. */
  readonly everyMs: Millis;
  /** Signals whose past could not be read, with the reason. */
  readonly lost: readonly { readonly signal: string; readonly lookBackMs: Millis; readonly why: Unknown }[];
};

/**
 * The clocks that passes at the gate's `every` would have left behind until `now`: a limit `for 10m` is judged by the last
 * 10 minutes, one `for 2 runs` by the last 2 periods. `since` is the last change of exposure, which sets every clock to 0.
 */
export async function foldClocks(
  gate: Gate,
  history: History,
  now: Instant,
  since: Instant | null,
): Promise<FoldedClocks> {
  const folded = await Promise.all(
    gate.signals.map((signal) => foldSignal(gate, signal, history, now, since)),
  );
  return {
    clocks: Object.fromEntries(
      folded.flatMap((each) => (each.clock === null ? [] : [[each.signal, each.clock]])),
    ),
    everyMs: Math.max(gate.everyMs, ...folded.map((each) => each.stepMs)),
    lost: folded.flatMap(({ signal, lookBackMs, why }) =>
      why === null ? [] : [{ signal, lookBackMs, why }],
    ),
  };
}

type Folded = {
  readonly signal: string;
  readonly clock: SignalClock | null;
  readonly stepMs: Millis;
  readonly lookBackMs: Millis;
  readonly why: Unknown | null;
};

async function foldSignal(
  gate: Gate,
  signal: Signal,
  history: History,
  now: Instant,
  since: Instant | null,
): Promise<Folded> {
  const lookBackMs = lookBackOf(signal);
  const coarse = Math.ceil(lookBackMs / MOST_POINTS / SECOND) * SECOND;
  const stepMs = Math.max(gate.everyMs, coarse);
  const nothing = { signal: signal.name, clock: null, stepMs, lookBackMs, why: null };
  if (lookBackMs === 0) return nothing;
  const reach = since === null ? lookBackMs : Math.min(lookBackMs, now - since);
  // The pass at `now` itself is judged by what is read now.
  const steps = since === null ? Math.ceil(reach / stepMs) : Math.floor(reach / stepMs);
  if (steps <= 0) return nothing;
  const span = { from: now - steps * stepMs, to: now - stepMs, stepMs };
  const recalled = await recallSignal(history, signal, span);
  if (recalled.lost !== null) return { ...nothing, why: recalled.lost };
  const { clock } = replay(gate, signal, recalled, stepMs);
  // Only breaches are folded: what is missing now is said now.
  const limits = clock === null ? null : { ...FRESH_CLOCK, halt: clock.halt, rollback: clock.rollback };
  return { ...nothing, clock: limits };
}

/** How far back the longest `for` of the signal's limits looks; 0 when none has one. */
function lookBackOf(signal: Signal): Millis {
  return Math.max(lookBack(signal, signal.halt), lookBack(signal, signal.rollback));
}

function lookBack(signal: Signal, limit: Limit | null): Millis {
  if (limit === null) return 0;
  const { persistence } = limit;
  switch (persistence.kind) {
    case "at-once":
      return 0;
    case "time":
      return persistence.ms;
    case "runs":
      return persistence.count * (signal.periodMs ?? WATERMARK_MOVES_WITHIN);
  }
}
