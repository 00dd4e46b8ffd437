import { writeFile } from "node:fs/promises";
import { setImmediate as turn } from "node:timers/promises";
import { backtest } from "../backtest/backtest.ts";
import { chartOf } from "../cli/backtest-chart.ts";
import { createLocalTime } from "../cli/local-time.ts";
import type { BacktestOutcome, BacktestRequest } from "../cli/standalone/backtest.ts";
import { readEnv } from "../config/env.ts";
import { MINUTE } from "../domain/instant.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import { mapValues } from "../source-configs.ts";
import { gateOfTarget } from "./gate-of-file.ts";
import { openSources } from "./lone-ports.ts";
import { sourcesOfGate } from "./sources-of-gate.ts";

/** A day of a heavy query takes a source longer than the moment that a pass asks about. */
const PATIENCE = 2 * MINUTE;

/** Replays a gate over the past of its sources. Nothing but questions is sent anywhere; the chart is all that is written. */
export async function backtestGate(request: BacktestRequest): Promise<BacktestOutcome> {
  const { target, places, lastMs, stepMs, known, timeZone } = request;
  const read = await gateOfTarget(target, readEnv(places.env).configPath);
  if (read.kind === "unreadable") return { kind: "unusable", message: read.message };
  if (read.kind === "faulty") return read;
  const { gate, hash } = read;
  const found = await sourcesOfGate(gate, target, places);
  if (!found.ok) return { kind: "unusable", message: found.message };
  const patient = mapValues(found.sources, (source) => ({ ...source, timeoutMs: PATIENCE }));
  const { prometheus, close } = openSources({ ...found, sources: patient });
  try {
    const now = SYSTEM_CLOCK.now();
    const done = await backtest(
      { gate, hash, lastMs, stepMs, known, timeZone, now },
      {
        history: prometheus,
        metrics: prometheus,
        async tell(phase, each, of) {
          request.tell(phase, each, of);
          await turn();
        },
      },
    );
    if (done.kind === "refused") return { kind: "unusable", message: done.message };
    if (done.kind === "blind") return done;
    const chart = chartOf(done.backtest, createLocalTime(timeZone, now));
    const fault = request.chart === null ? null : await written(request.chart, chart);
    return fault === null ? done : { kind: "unusable", message: fault };
  } finally {
    await close();
  }
}

/** Null: it is there; else why not. */
function written(path: string, text: string): Promise<string | null> {
  return writeFile(path, text).then(
    () => null,
    (error: unknown) =>
      `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
  );
}
