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
  return counted(signal, hourly, span);
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

function counted({ name, measure }: Signal, hourly: Hourly, span: Span): Traffic {
  const hours = wholeHours(hourly, span);
  if (hours.length === 0) {
    return { kind: "unknown", why: `${name} counted nothing in the last ${HOURS}h`, isUnseen: false };
  }
  const sumOf = (role: Role) => hours.reduce((sum, at) => sum + (hourly.get(role)?.get(at) ?? 0), 0);
  const hasCohorts = measure.kind === "counters" && measure.cohorts !== null;
  const [bad, total] = hasCohorts ? (["controlBad", "controlTotal"] as const) : (["bad", "total"] as const);
  const isCounted = hours.some((at) => hourly.get(total)?.has(at) === true);
  return {
    kind: "known",
    signal: name,
    perHour: (sumOf("total") + sumOf("controlTotal")) / hours.length,
    hours: hours.length,
    outcomes: isCounted ? { bad: sumOf(bad), total: sumOf(total) } : null,
  };
}

/** The hours in which either side counted. Of one in which counting began nobody knows how much of it is there. */
function wholeHours(hourly: Hourly, { from }: Span): readonly Instant[] {
  const all = (["total", "controlTotal"] as const).flatMap((role) => [...(hourly.get(role)?.keys() ?? [])]);
  const [first, ...others] = [...new Set(all)].toSorted((a, b) => a - b);
  if (first === undefined) return [];
  return first === from || others.length === 0 ? [first, ...others] : others;
}
