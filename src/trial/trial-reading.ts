import { measure } from "../control/measure.ts";
import type { Metrics, Silencers } from "../control/ports.ts";
import type { Gate, Signal } from "../domain/gate.ts";
import { readingOf } from "../domain/inquiry.ts";
import type { Instant } from "../domain/instant.ts";
import type { SignalAnswers } from "../domain/reading.ts";
import { formatValue } from "../domain/value-text.ts";

/** What a signal reads now, as a pass would read it. */
export type TrialReading =
  | { readonly kind: "known"; readonly shown: string }
  /** The data is fresh, and nothing happened that it could be the share of. */
  | { readonly kind: "quiet" }
  | { readonly kind: "unreadable"; readonly why: string };

const NOBODY_SILENCES: Silencers = { silences: () => Promise.resolve({ kind: "not-configured" }) };

/** Reads every signal of the gate once; by name. */
export async function readSignals(
  gate: Gate,
  metrics: Metrics,
  now: Instant,
): Promise<ReadonlyMap<string, TrialReading>> {
  const ports = { metrics, silencers: NOBODY_SILENCES };
  const { answers } = await measure({ ...gate, alerts: [] }, ports, now);
  return new Map(
    gate.signals.map((signal) => [signal.name, trialReading(signal, answers.get(signal.name), now)]),
  );
}

function trialReading(signal: Signal, own: SignalAnswers | undefined, now: Instant): TrialReading {
  if (own === undefined) return { kind: "unreadable", why: "it was not asked for" };
  const { value, samples } = readingOf(signal, own, now);
  if (value.kind === "known") return { kind: "known", shown: formatValue(signal, value.value) };
  const isQuiet = signal.unit === "ratio" && samples?.kind === "known" && samples.value < signal.floor;
  return isQuiet ? { kind: "quiet" } : { kind: "unreadable", why: `${value.reason}: ${value.detail}` };
}
