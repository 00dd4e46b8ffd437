import type { Gate, Signal } from "../../domain/gate.ts";
import { type CohortCounters, cohortCounters } from "../../domain/inquiry.ts";
import { HOUR, type Instant } from "../../domain/instant.ts";
import { provingSignal } from "../../domain/proof.ts";
import type { Unknown } from "../../domain/reading.ts";
import type { History, Series, Span } from "../ports.ts";
import type { Traffic } from "./plan.ts";

/** So that the hours of a night and those of a day both count. */
const HOURS = 24;

type Role = CohortCounters["role"];

/** The signal whose counters tell how much there is: the one that proves, else the only one of raw counters. */
export function countingSignal({ signals }: Gate): Signal | null {
  const proving = provingSignal(signals);
  if (proving?.measure.kind === "counters") return proving;
  const [only, ...others] = signals.filter(({ measure }) => measure.kind === "counters");
  return only === undefined || others.length > 0 ? null : only;
}

/** How much there is of everything, hour by hour over the last day: exposed or not, for a plan begins before anybody is. */
export async function trafficOf(gate: Gate, history: History, now: Instant): Promise<Traffic> {
  const signal = countingSignal(gate);
  if (signal === null) return { kind: "unknown", why: whyNone(gate), isUnseen: false };
  const to = now - signal.lagMs;
  const span: Span = { from: to - (HOURS - 1) * HOUR, to, stepMs: HOUR };
  const read = await Promise.all(
    cohortCounters(signal).map(async ({ role, selector }) => {
      return { role, reply: await history.range(signal.source, `sum(increase(${selector}[1h]))`, span) };
    }),
  );
  const hourly = new Map<Role, ReadonlyMap<Instant, number>>();
  for (const { role, reply } of read) {
    if (reply.kind === "unknown") return unseen(signal, reply);
    hourly.set(role, byInstant(reply.series));
  }
  return counted(signal, hourly);
}

function whyNone({ signals }: Gate): string {
  const counting = signals.filter(({ measure }) => measure.kind === "counters");
  return counting.length === 0
    ? "no signal has `counts`, which tell how many outcomes there are"
    : "several signals have `counts`: write `proves: true` at the one with cohorts that counts what is exposed";
}

function unseen({ name }: Signal, { reason, detail }: Unknown): Traffic {
  return { kind: "unknown", why: `${name} cannot be counted: ${reason}: ${detail}`, isUnseen: true };
}

/** Numbers alone: what is not finite says that there was none. */
function byInstant(series: readonly Series[]): ReadonlyMap<Instant, number> {
  const points = series.flatMap((each) => each.points).filter(({ value }) => Number.isFinite(value));
  return new Map(points.map(({ at, value }) => [at, value]));
}

type Hourly = ReadonlyMap<Role, ReadonlyMap<Instant, number>>;

function counted({ name, measure }: Signal, hourly: Hourly): Traffic {
  const sides: readonly Role[] = ["total", "controlTotal"];
  const instants = new Set(sides.flatMap((role) => [...(hourly.get(role)?.keys() ?? [])]));
  const all = sides.reduce((sum, role) => sum + sumOf(hourly.get(role)), 0);
  if (instants.size === 0) {
    const why = `${name} counted nothing in the last ${HOURS}h`;
    return { kind: "unknown", why, isUnseen: false };
  }
  const hasCohorts = measure.kind === "counters" && measure.cohorts !== null;
  const [bad, total] = hasCohorts ? (["controlBad", "controlTotal"] as const) : (["bad", "total"] as const);
  return {
    kind: "known",
    signal: name,
    perHour: all / instants.size,
    hours: instants.size,
    outcomes:
      (hourly.get(total)?.size ?? 0) === 0
        ? null
        : { bad: sumOf(hourly.get(bad)), total: sumOf(hourly.get(total)) },
  };
}

function sumOf(values: ReadonlyMap<Instant, number> | undefined): number {
  return [...(values?.values() ?? [])].reduce((sum, value) => sum + value, 0);
}
