import { setImmediate as turn } from "node:timers/promises";
import { type BacktestPorts, type Backtested, backtest } from "../backtest/backtest.ts";
import { type Backtest, unforeseen } from "../backtest/report.ts";
import { definitionHash } from "../disk/definition-hash.ts";
import type { Gate } from "../domain/gate.ts";
import { DAY, type Instant, MINUTE, type Millis, formatMillis } from "../domain/instant.ts";
import type { PastHalts } from "../trial/plan/plan.ts";

/** With a weekend in it, and held by any Prometheus that keeps what it keeps by default. */
const LOOK_BACK: Millis = 7 * DAY;
/** Coarser than a backtest by itself, for a plan asks about every gate of a folder. */
const LEAST_STEP: Millis = 5 * MINUTE;
/** A rate a month says nothing after less than this. */
const LEAST_PAST: Millis = DAY;

/**
 * How often the gate would have stopped a ramp in the last week: a short backtest, of which the stops alone are told. What had
 * no data at all is left out, for it would be one halt of a week and hide every other.
 */
export async function pastHalts(
  gate: Gate,
  ports: Pick<BacktestPorts, "history" | "metrics">,
  now: Instant,
): Promise<PastHalts> {
  const stepMs = Math.max(LEAST_STEP, gate.everyMs);
  const done = await lastWeek(gate, ports, stepMs, now);
  if (done.kind !== "done") return { kind: "unknown", why: done.message.split("\n")[0] ?? "" };
  const { looks, signals, guards } = done.backtest;
  const silent = signals.filter(({ spread }) => spread === null).map(({ signal }) => signal.name);
  if (silent.length === signals.length)
    return { kind: "unknown", why: "its signals have no data in the last 7d" };
  const overMs = looks * stepMs;
  if (overMs < LEAST_PAST) {
    const why = `the source has kept ${formatMillis(overMs)} of it, less than ${formatMillis(LEAST_PAST)}`;
    return { kind: "unknown", why };
  }
  const unseen = guards.filter(({ shares }) => shares.missing === 1).map(({ guard }) => guard);
  const unread = [...silent, ...unseen];
  if (unread.length === 0) return { kind: "known", times: timesOf(done.backtest), overMs, unread };
  const seen = {
    ...gate,
    signals: gate.signals.filter(({ name }) => !silent.includes(name)),
    alerts: gate.alerts.filter(({ match }) => !unseen.includes(match)),
  };
  const again = await lastWeek(seen, ports, stepMs, now);
  if (again.kind !== "done") return { kind: "unknown", why: again.message.split("\n")[0] ?? "" };
  return { kind: "known", times: timesOf(again.backtest), overMs, unread };
}

function timesOf({ stops }: Backtest): number {
  return unforeseen(stops).length;
}

function lastWeek(
  gate: Gate,
  ports: Pick<BacktestPorts, "history" | "metrics">,
  stepMs: Millis,
  now: Instant,
): Promise<Backtested> {
  // A ramp that bakes for all of that time is none that a backtest would play: only what the gate itself says is asked for.
  const unplayed = { ...gate, bakeMs: LOOK_BACK };
  const hash = definitionHash(gate);
  const asked = { gate: unplayed, hash, lastMs: LOOK_BACK, stepMs, known: [], timeZone: "UTC", now };
  return backtest(asked, { ...ports, tell: () => turn() });
}
