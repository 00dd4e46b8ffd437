/**
 * How long a gate over 30 days at a minute takes, beside the range queries behind it and nothing else:
 *
 *     node bench/backtest.ts [days]        (Node 24; needs `prometheus` and `promtool`)
 *
 * Nothing is asserted: the ratio is to be looked at on a machine that does nothing else.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startPrometheus } from "../demo/peers/prometheus.ts";
import { backtest } from "../src/backtest/backtest.ts";
import { DAY, SECOND } from "../src/domain/instant.ts";
import { createPrometheus } from "../src/prometheus/prometheus.ts";
import { SYSTEM_CLOCK } from "../src/system-clock.ts";
import type { History, Span } from "../src/trial/ports.ts";
import { gateOfText } from "../src/trial/gate-of-text.ts";
import { backfill } from "../test/support/backfill.ts";

const SOURCE = "default";
const ROUNDS = 3;

const GATE = `
schema: gate/v1
name: shop
owner: team-shop
flag: shop
signals:
  - name: errors
    query: sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))
    advance: at most 0.5%
    halt: above 1% for 5m
    rollback: above 10% for 5m
  - name: queue
    query: max(queue_depth)
    unit: count
    advance: at most 50
    halt: above 200 for 10m
`;

type Asked = { readonly query: string; readonly span: Span };

/** What a counter shows that adds as much at each sample. Asked in the order of time. */
function counter(by: number): () => number {
  let sum = 0;
  return () => (sum += by);
}

/** The same questions without anything around them. */
async function fetchAll(url: string, asked: readonly Asked[]): Promise<void> {
  for (const { query, span } of asked) {
    const body = new URLSearchParams({
      query,
      start: String(span.from / SECOND),
      end: String(span.to / SECOND),
      step: String(span.stepMs / SECOND),
    });
    const response = await fetch(`${url}/api/v1/query_range`, { method: "POST", body });
    if (!response.ok) throw new Error(`prometheus answered ${response.status} to ${query}`);
    await response.text();
  }
}

async function timed(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

function remembering(history: History, asked: Asked[]): History {
  return {
    range(source, query, span) {
      asked.push({ query, span });
      return history.range(source, query, span);
    },
  };
}

async function measure(url: string, lastMs: number): Promise<void> {
  const parsed = gateOfText(GATE, SOURCE);
  if (!parsed.ok) throw new Error(parsed.problems.map(({ message }) => message).join("; "));
  const { gate } = parsed;
  const prometheus = createPrometheus({
    sources: { [SOURCE]: { url, timeoutMs: 120 * SECOND } },
    clock: SYSTEM_CLOCK,
  });
  const now = SYSTEM_CLOCK.now();
  try {
    for (let round = 1; round <= ROUNDS; round += 1) {
      const asked: Asked[] = [];
      const ports = {
        history: remembering(prometheus, asked),
        metrics: prometheus,
        tell: () => Promise.resolve(),
      };
      let looks = 0;
      const whole = await timed(async () => {
        const shape = { hash: "", stepMs: null, known: [], timeZone: "UTC", now };
        const done = await backtest({ gate, lastMs, ...shape }, ports);
        if (done.kind !== "done") throw new Error(done.message);
        ({ looks } = done.backtest);
      });
      const bare = await timed(() => fetchAll(url, asked));
      const ratio = (whole / bare).toFixed(1);
      process.stdout.write(
        `round ${round}: ${looks} evaluations, ${asked.length} range queries: backtest ${Math.round(whole)} ms, queries alone ${Math.round(bare)} ms, ratio ${ratio}\n`,
      );
    }
  } finally {
    await prometheus.close();
  }
}

const days = Number(process.argv[2] ?? 30);
if (!Number.isInteger(days) || days < 2) throw new Error("give a whole number of days, 2 or more");
const folder = await mkdtemp(join(tmpdir(), "bench-backtest-"));
try {
  process.stdout.write(`${days} days of samples are written\n`);
  await backfill(
    folder,
    Date.now(),
    [
      {
        name: "requests_total",
        type: "counter",
        series: [{ series: 'requests_total{app="shop"}', value: counter(100) }],
      },
      {
        name: "errors_total",
        type: "counter",
        series: [{ series: 'errors_total{app="shop"}', value: counter(0.1) }],
      },
      {
        name: "queue_depth",
        type: "gauge",
        series: [{ series: 'queue_depth{app="shop"}', value: (ago) => ago % 37 }],
      },
    ],
    { lastSeconds: (days * DAY) / SECOND, aheadSeconds: 3_600, stepSeconds: 60 },
  );
  const server = await startPrometheus({ dataDir: folder, retention: "10y" });
  try {
    await measure(server.url, days * DAY);
  } finally {
    await server.stop();
  }
} finally {
  await rm(folder, { recursive: true });
}
