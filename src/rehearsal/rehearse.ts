import { SECOND, type Millis } from "../domain/instant.ts";
import type { Definition } from "../domain/gate.ts";
import { nextSlot } from "../control/schedule.ts";
import type { GateCase, GateTest } from "../gatefile/gate-test/gate-test.ts";
import { samplesOf } from "../gatefile/gate-test/series-text.ts";
import type { Span } from "../trial/ports.ts";
import { type Evidence, createEvidence } from "./evidence.ts";
import { type Played, playCase } from "./play-case.ts";
import type { FollowSelectors, PromqlEngine, RuleGiven, SampledSeries } from "./ports.ts";
import { record } from "./recorded-series.ts";

/** A test with what it draws on. */
export type Rehearsal = {
  readonly test: GateTest;
  readonly definition: Definition;
  readonly rules: readonly RuleGiven[];
};

/** What rehearsing needs of the world. */
export type RehearsalPorts = {
  readonly engine: PromqlEngine;
  readonly follow: FollowSelectors;
};

/** One case with its data in place, ready to be played against any form of the gate. */
export type ReadyCase = {
  readonly rehearsal: Rehearsal;
  readonly case: GateCase;
  readonly evidence: Evidence;
};

export type ReadyCases =
  | { readonly ok: true; readonly cases: readonly ReadyCase[] }
  | { readonly ok: false; readonly message: string };

/** A range query counts from this before the first sample, so that a rule has its first result with it. */
const LEAST_SLOT_MS: Millis = SECOND;

/** Gives the engine the data of every case, each under names of its own. */
export async function readyCases(
  rehearsals: readonly Rehearsal[],
  { engine, follow }: RehearsalPorts,
): Promise<ReadyCases> {
  const all = rehearsals.flatMap((rehearsal) =>
    rehearsal.test.cases.map((each) => ({ rehearsal, case: each })),
  );
  const named = all.map((each, index) => ({ ...each, prefix: `c${index + 1}_` }));
  const refused = await engine.load(named.flatMap((each) => sampled(each.case, each.prefix)));
  if (refused !== null) return { ok: false, message: refused };
  const cases: ReadyCase[] = [];
  for (const { rehearsal, case: own, prefix } of named) {
    const span = { from: own.start.at - own.beforeMs, to: own.start.at + lengthOf(own) };
    const recorded = await record(engine, {
      rules: rehearsal.rules,
      gate: rehearsal.definition.gate,
      prefix,
      span,
    });
    if (recorded !== null) return { ok: false, message: `${own.at.file}:${own.at.line} ${recorded}` };
    const slots = slotsOf(rehearsal.definition, own);
    const evidence = createEvidence({
      engine,
      follow,
      prefix,
      slots,
      intervalMs: own.intervalMs,
      rules: rehearsal.rules,
    });
    cases.push({ rehearsal, case: own, evidence });
  }
  return { ok: true, cases };
}

function sampled(
  { start, beforeMs, intervalMs, series }: GateCase,
  prefix: string,
): readonly SampledSeries[] {
  return series.map(({ labels, runs }) => ({
    labels: { ...labels, __name__: `${prefix}${labels["__name__"] ?? ""}` },
    samples: samplesOf(runs, start.at - beforeMs, start.at, intervalMs),
  }));
}

/** Up to the last event or expectation. */
function lengthOf({ events, expect }: GateCase): Millis {
  return Math.max(0, ...[...events, ...expect].map(({ afterMs }) => afterMs));
}

function slotsOf({ gate }: Definition, own: GateCase): Span {
  const stepMs = Math.max(LEAST_SLOT_MS, gate.everyMs);
  return {
    from: nextSlot(gate.name, gate.everyMs, own.start.at - 1),
    to: own.start.at + lengthOf(own),
    stepMs,
  };
}

/** Plays a case against a form of its gate. */
export async function playReady(
  ready: ReadyCase,
  definition: Definition,
  thorough: boolean,
): Promise<Played> {
  await ready.evidence.prepare(definition.gate);
  return playCase({
    case: ready.case,
    definition,
    people: ready.rehearsal.test.people,
    metrics: ready.evidence.metrics,
    thorough,
  });
}
