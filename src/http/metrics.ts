import { Counter, Gauge, Histogram } from "prom-client";
import type { Registry } from "prom-client";
import type { Controller } from "../control/controller.ts";
import type { GateView } from "../domain/view.ts";
import type { Decision } from "../domain/decision.ts";
import { SECOND } from "../domain/instant.ts";
import type { Millis } from "../domain/instant.ts";
import { RAMP_STATES } from "../domain/ramp.ts";
import { VERDICTS } from "../domain/verdict.ts";

/** What the rest of the program tells the metrics; everything else is read from the gates at each scrape. */
export type MetricsObserver = {
  /** Once for each pass, also for one that is folded into the row before it. */
  onDecision(decision: Decision): void;
  onQuery(source: string, outcome: "answered" | "failed", duration: Millis): void;
  onAlertmanagerRequest(source: string, outcome: "answered" | "failed", duration: Millis): void;
  onMissedPasses(gate: string, count: number): void;
};

/** Seconds. */
const DURATION_BUCKETS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createMetrics(
  registry: Registry,
  controller: Pick<Controller, "gates">,
  version: string,
): MetricsObserver {
  const registers = [registry];
  const counters = {
    decisions: new Counter({
      name: "rampart_decisions_total",
      help: "Passes, by the verdict of the signals and the first reason given",
      labelNames: ["gate", "verdict", "reason"],
      registers,
    }),
    changes: new Counter({
      name: "rampart_exposure_changes_total",
      help: "Changes of exposure decided, by direction and by who caused them",
      labelNames: ["gate", "direction", "actor_kind"],
      registers,
    }),
    missed: new Counter({
      name: "rampart_missed_passes_total",
      help: "Passes that were due and did not run in time",
      labelNames: ["gate"],
      registers,
    }),
  };
  const durations = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Histogram({ name, help, labelNames, registers, buckets: DURATION_BUCKETS });
  const queries = durations(
    "rampart_prometheus_query_duration_seconds",
    "Time a source took to answer a query",
    "source",
    "outcome",
  );
  const silenceReads = durations(
    "rampart_alertmanager_request_duration_seconds",
    "Time the Alertmanager of a source took to answer a request",
    "source",
    "outcome",
  );
  new Gauge({
    name: "rampart_build_info",
    help: "1, with the version that runs",
    labelNames: ["version"],
    registers,
  }).set({ version }, 1);
  registerGateGauges(registry, controller);

  return {
    onDecision(decision) {
      const reason = decision.because[0]?.code ?? "none";
      counters.decisions.inc({ gate: decision.gate, verdict: decision.verdict, reason });
      const direction = directionOf(decision);
      if (direction === null) return;
      counters.changes.inc({ gate: decision.gate, direction, actor_kind: actorKind(decision.actor) });
    },
    onQuery(source, outcome, duration) {
      queries.observe({ source, outcome }, duration / SECOND);
    },
    onAlertmanagerRequest(source, outcome, duration) {
      silenceReads.observe({ source, outcome }, duration / SECOND);
    },
    onMissedPasses(gate, count) {
      counters.missed.inc({ gate }, count);
    },
  };
}

function registerGateGauges(registry: Registry, controller: Pick<Controller, "gates">): void {
  let reading: Promise<void> | null = null;
  // All gauges of a scrape wait for the same reading of the gates, so that it shows one moment.
  const collect = () => (reading ??= read().finally(() => (reading = null)));
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]): Gauge<Label> =>
    new Gauge({ name, help, labelNames, registers: [registry], collect });
  const gauges = {
    exposure: gauge(
      "rampart_exposure_ratio",
      "Exposure as read back from the flag, 0 to 1",
      "gate",
      "flag",
      "environment",
    ),
    audience: gauge(
      "rampart_audience_exposure_ratio",
      "Share of a step's segment or values that is exposed; rampart_exposure_ratio is absent meanwhile",
      "gate",
      "flag",
      "environment",
      "audience",
    ),
    state: gauge("rampart_gate_state", "1 for the state the gate is in", "gate", "state"),
    value: gauge("rampart_signal_value", "Last known value of a signal, in base units", "gate", "signal"),
    verdict: gauge("rampart_signal_verdict", "1 for the verdict of the signal", "gate", "signal", "verdict"),
    alerts: gauge("rampart_alert_verdict", "1 for the verdict of the guard", "gate", "guard", "verdict"),
    samples: gauge("rampart_signal_samples", "Outcomes behind the value of a signal", "gate", "signal"),
    every: gauge("rampart_gate_every_seconds", "How often the gate is to be evaluated", "gate"),
    maintenance: gauge(
      "rampart_maintenance_until_timestamp_seconds",
      "When the maintenance that is under way at the source ends",
      "source",
    ),
    evaluated: gauge("rampart_last_evaluation_timestamp_seconds", "When the gate was last evaluated", "gate"),
  };

  async function read(): Promise<void> {
    const views = await controller.gates();
    for (const each of Object.values(gauges)) each.reset();
    for (const view of views) show(view);
  }

  function show({ name, gate, record, status, maintenance }: GateView): void {
    const { set } = status.exposure;
    if (gate?.flag !== null && gate?.flag !== undefined && set !== null) {
      const { name: flag, environment } = gate.flag;
      const { audience } = status.exposure;
      // Which share of everybody an audience is cannot be known.
      if (audience === undefined || set === 0)
        gauges.exposure.set({ gate: name, flag, environment }, set / 100);
      else gauges.audience.set({ gate: name, flag, environment, audience }, set / 100);
    }
    for (const state of RAMP_STATES) gauges.state.set({ gate: name, state }, state === status.state ? 1 : 0);
    if (gate !== null) gauges.every.set({ gate: name }, gate.everyMs / SECOND);
    if (record.lastPass !== null) gauges.evaluated.set({ gate: name }, record.lastPass.at / SECOND);
    for (const { source, until } of maintenance) gauges.maintenance.set({ source }, until / SECOND);
    for (const { guard, verdict } of status.alerts) {
      for (const each of VERDICTS) {
        gauges.alerts.set({ gate: name, guard, verdict: each }, each === verdict ? 1 : 0);
      }
    }
    for (const judged of status.signals) {
      const labels = { gate: name, signal: judged.signal };
      for (const verdict of VERDICTS) {
        gauges.verdict.set({ ...labels, verdict }, verdict === judged.verdict ? 1 : 0);
      }
      const { value, samples } = judged.reading;
      if (value.kind === "known") gauges.value.set(labels, value.value);
      if (samples?.kind === "known") gauges.samples.set(labels, samples.value);
    }
  }
}

function directionOf({ action }: Decision): "up" | "down" | null {
  switch (action.kind) {
    case "raise":
      // A shadow step exposes nobody.
      return action.to === action.from ? null : "up";
    case "lower":
    case "switch-off":
      return "down";
    case "restore":
      return action.to >= (action.from ?? 0) ? "up" : "down";
    case "retoken":
    case "rotate":
    case "release":
    case "refit":
    case "none":
      return null;
  }
}

/** `person:anna` and `machine:ci` name themselves; everything else is the clock. */
function actorKind(actor: string): "person" | "machine" | "clock" {
  if (actor.startsWith("person:")) return "person";
  return actor.startsWith("machine:") ? "machine" : "clock";
}
