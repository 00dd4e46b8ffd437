import type { Gate, Signal } from "../domain/gate.ts";
import type { Millis } from "../domain/instant.ts";

/**
 * The gate as a ramp goes by it that exposes nobody and that nobody attends: every approval and promise is given at once, and
 * nothing is compared between the exposed and others, for there are none. Signals, guards, steps, holds and bake are its own.
 */
export function placeboGate(gate: Gate, everyMs: Millis): Gate {
  const {
    touches: _touches,
    calendars: _calendars,
    debt: _debt,
    priority: _priority,
    requires: _requires,
    evidence: _evidence,
    reconcile: _reconcile,
    start: _start,
    ...kept
  } = gate;
  return {
    ...kept,
    everyMs,
    mode: "act",
    promises: [],
    signals: gate.signals.filter((signal) => !isOfCohorts(signal)),
    steps: gate.steps.map(({ prove: _prove, dither: _dither, share: _share, ...step }) => ({
      ...step,
      approve: [],
    })),
  };
}

export function isOfCohorts({ measure }: Signal): boolean {
  return measure.kind === "counters" && measure.cohorts !== null;
}

/** Holds and bake without any wait between them; the bake stands in place of the last hold. */
export function shortestRamp({ steps, bakeMs }: Gate): Millis {
  return steps.slice(0, -1).reduce((sum, { holdMs }) => sum + holdMs, bakeMs);
}
