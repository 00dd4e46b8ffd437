import type { Gate, Signal } from "../domain/gate.ts";
import { type RawSeries, incrementsOf } from "../domain/increments.ts";
import { type CohortCounters, cohortCounters } from "../domain/inquiry.ts";
import { HOUR, type Instant, MINUTE, type Millis } from "../domain/instant.ts";
import { observedStep } from "../domain/observe.ts";
import { type ProofRead, countersName, proofSoFar, proveAt, provingSignal } from "../domain/proof.ts";
import type { GateRecord } from "../domain/record.ts";
import { standingOf } from "../domain/transition.ts";
import type { Measured } from "./measure.ts";
import type { Metrics } from "./ports.ts";

/** More than this is not read at once; the next pass goes on from there. */
const LONGEST_READ: Millis = 6 * HOUR;
/** A target that was not scraped for longer than this is taken for a new one. */
const BRIDGED: Millis = 15 * MINUTE;
/** A scrape takes a while to arrive, so what is younger than this many of them is left for a later pass. */
const LATE_SCRAPES = 2;

/**
 * Reads what came to the outcomes of both cohorts since they were last counted, each sample once. Null where the step has
 * nothing to prove, or nothing new has come.
 */
export async function measureProof(
  gate: Gate,
  record: GateRecord,
  { answers }: Pick<Measured, "answers">,
  metrics: Metrics,
  now: Instant,
): Promise<ProofRead | null> {
  const step = standingOf(record.ramp)?.step ?? observedStep(gate, record);
  const signal = proveAt(gate, step) === null ? null : provingSignal(gate.signals);
  if (signal === null || record.exposure.set === 0) return null;
  const of = countersName(signal);
  const soFar = proofSoFar(record, of);
  if (soFar === null) return null;
  const late = LATE_SCRAPES * (answers.get(signal.name)?.scrapeIntervalMs ?? MINUTE) + signal.lagMs;
  const newest = now - late;
  const from = soFar.upTo === 0 ? newest : soFar.upTo;
  const to = Math.min(newest, from + LONGEST_READ);
  if (to < from || (to === from && soFar.upTo !== 0)) return null;
  const read = await count({ of, since: soFar.since, from, to }, signal, metrics);
  // What was counted while nothing was scraped for so long is not known, and no bad outcome may be lost.
  const isLost = read.kind === "known" && read.to === from && to < newest;
  return isLost ? { kind: "lost", since: soFar.since, at: newest } : read;
}

type Asked = Pick<Extract<ProofRead, { readonly kind: "known" }>, "of" | "since" | "from" | "to">;

async function count(asked: Asked, signal: Signal, metrics: Metrics): Promise<ProofRead> {
  const stretch = { from: asked.from - BRIDGED, to: asked.to };
  const read = await Promise.all(
    cohortCounters(signal).map(async ({ role, selector }) => ({
      role,
      raw: await metrics.counters(signal.source, selector, stretch),
    })),
  );
  const counters: { readonly role: CohortCounters["role"]; readonly series: RawSeries }[] = [];
  for (const { role, raw } of read) {
    if (raw.kind === "unknown") return raw;
    counters.push(...raw.series.map((series) => ({ role, series })));
  }
  const family = counters.map(({ series }) => series);
  // Up to the last sample there is: what an exporter that is dead now has counted meanwhile is found when it is back.
  const samples = family.flatMap((series) => series.samples.map(({ at }) => at));
  const upTo = samples.reduce((last, at) => (at <= asked.to ? Math.max(last, at) : last), asked.from);
  const grown = (role: CohortCounters["role"]): number => {
    const own = counters.filter((each) => each.role === role).map(({ series }) => series);
    return incrementsOf(own, family, { from: asked.from, to: upTo });
  };
  return {
    kind: "known",
    ...asked,
    to: upTo,
    candidate: { bad: grown("bad"), total: grown("total") },
    control: { bad: grown("controlBad"), total: grown("controlTotal") },
  };
}
