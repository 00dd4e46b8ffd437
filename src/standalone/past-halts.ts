import { setImmediate as turn } from "node:timers/promises";
import { type BacktestPorts, backtest } from "../backtest/backtest.ts";
import { unforeseen } from "../backtest/report.ts";
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

/** How often the gate would have stopped a ramp in the last week: a short backtest, of which the stops alone are told. */
export async function pastHalts(
  gate: Gate,
  ports: Pick<BacktestPorts, "history" | "metrics">,
  now: Instant,
): Promise<PastHalts> {
  const stepMs = Math.max(LEAST_STEP, gate.everyMs);
  // A ramp that bakes for all of that time is none that a backtest would play: only what the gate itself says is asked for.
  const unplayed = { ...gate, bakeMs: LOOK_BACK };
  const asked = {
    gate: unplayed,
    hash: definitionHash(gate),
    lastMs: LOOK_BACK,
    stepMs,
    known: [],
    timeZone: "UTC",
    now,
  };
  const done = await backtest(asked, { ...ports, tell: () => turn() });
  if (done.kind !== "done") return { kind: "unknown", why: done.message.split("\n")[0] ?? "" };
  const { looks, signals, stops } = done.backtest;
  const unread = signals.filter(({ shares }) => shares.missing === 1).map(({ signal }) => signal.name);
  const overMs = looks * stepMs;
  if (unread.length < signals.length && overMs >= LEAST_PAST) {
    return { kind: "known", times: unforeseen(stops).length, overMs, unread };
  }
  const why =
    unread.length === signals.length
      ? "its signals have no data in the last 7d"
      : `the source has kept ${formatMillis(overMs)} of it, less than ${formatMillis(LEAST_PAST)}`;
  return { kind: "unknown", why };
}
