import type { Millis } from "../domain/instant.ts";
import type { Definition } from "../domain/gate.ts";
import { nextSlot } from "../control/schedule.ts";
import type { GateCase, GateTest } from "../gatefile/gate-test/gate-test.ts";
import { samplesOf } from "../gatefile/gate-test/series-text.ts";
import type { Span } from "../trial/ports.ts";
import { type Evidence, createEvidence } from "./evidence.ts";
import { type Played, playCase } from "./play-case.ts";
import type {
  AlertRuleGiven,
  FollowSelectors,
  PromqlEngine,
  RuleGiven,
  SampledSeries,
  SeeRule,
} from "./ports.ts";
import { record } from "./recorded-series.ts";
import { sideBySide } from "./side-by-side.ts";

/** A test with what it draws on. */
export type Rehearsal = {
  readonly test: GateTest;
  readonly definition: Definition;
  readonly rules: readonly RuleGiven[];
  readonly alerts: readonly AlertRuleGiven[];
};

/** What rehearsing needs of the world. */
export type RehearsalPorts = {
  readonly engine: PromqlEngine;
  readonly follow: FollowSelectors;
  readonly see: SeeRule;
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

/** As many as the engine is asked questions at once. */
export const CASES_AT_ONCE = 4;

/** Gives the engine the data of every case, each under names of its own. */
export async function readyCases(
  rehearsals: readonly Rehearsal[],
  { engine, follow, see }: RehearsalPorts,
): Promise<ReadyCases> {
  const all = rehearsals.flatMap((rehearsal) =>
    rehearsal.test.cases.map((each) => ({ rehearsal, case: each })),
  );
  const named = all.map((each, index) => ({ ...each, prefix: `c${index + 1}_` }));
  const refused = await engine.load(named.flatMap((each) => sampled(each.case, each.prefix)));
  if (refused !== null) return { ok: false, message: refused };
  const cases = await sideBySide(named, CASES_AT_ONCE, (each) => readyCase(each, { engine, follow, see }));
  const failed = cases.find((each) => typeof each === "string");
  if (failed !== undefined) return { ok: false, message: failed };
  return { ok: true, cases: cases.filter((each) => typeof each !== "string") };
}

type NamedCase = { readonly rehearsal: Rehearsal; readonly case: GateCase; readonly prefix: string };

/** A case with what its rules record; or why it cannot have that. */
async function readyCase(
  { rehearsal, case: own, prefix }: NamedCase,
  { engine, follow, see }: RehearsalPorts,
): Promise<ReadyCase | string> {
  const { rules, alerts, definition } = rehearsal;
  const span = { from: own.start.at - own.beforeMs, to: own.start.at + lengthOf(own) };
  const refused = await record(engine, { rules, alerts, gate: definition.gate, prefix, span });
  if (refused !== null) return `${own.at.file}:${own.at.line} ${refused}`;
  const slots = slotsOf(definition, own);
  const evidence = createEvidence({
    engine,
    follow,
    see,
    prefix,
    slots,
    data: span,
    intervalMs: own.intervalMs,
    rules,
    alerts,
  });
  return { rehearsal, case: own, evidence };
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
  return {
    from: nextSlot(gate.name, gate.everyMs, own.start.at - 1),
    to: own.start.at + lengthOf(own),
    stepMs: gate.everyMs,
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
