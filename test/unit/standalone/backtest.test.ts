import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { BacktestRequest } from "../../../src/cli/standalone/backtest.ts";
import { HOUR } from "../../../src/domain/instant.ts";
import { backtestGate } from "../../../src/standalone/backtest.ts";
import { type FakePrometheus, startFakePrometheus } from "../../support/fake-prometheus.ts";
import { scratchFolder } from "../disk/scratch-folder.ts";

const GATE = `schema: gate/v1
name: shop
owner: team-shop
runbook: https://runbooks.example.com/shop
signals:
  - { name: queue, query: queue_depth, unit: count, advance: at most 5, halt: above 50 }
`;

let server: FakePrometheus;

beforeAll(async () => {
  server = await startFakePrometheus();
  server.onRequest(({ fields }) => {
    const [start, end, step] = ["start", "end", "step"].map((name) => Number(fields.get(name)));
    const values: [number, string][] = [];
    for (let at = start ?? 0; at <= (end ?? 0); at += step ?? 60) values.push([at, "3"]);
    const data = { resultType: "matrix", result: [{ metric: {}, values }] };
    return { kind: "json", body: { status: "success", data } };
  });
});

afterAll(() => server.stop());

function shop(files: Readonly<Record<string, string>>) {
  const root = scratchFolder();
  const gates = join(root, "gates");
  mkdirSync(gates);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(gates, name), text);
  const config = join(root, "rampart.yaml");
  const sources = { main: { url: server.url } };
  writeFileSync(config, JSON.stringify({ gates: { path: gates }, sources }));
  return { root, gates, config };
}

function asked(target: string, config: string, more: Partial<BacktestRequest> = {}): BacktestRequest {
  const places = { prometheus: null, alertmanager: null, env: { RAMPART_CONFIG: config } };
  const shape = { lastMs: 2 * HOUR, stepMs: null, known: [], timeZone: "UTC", chart: null };
  return { target, places, ...shape, tell: () => undefined, ...more };
}

function giveUp(): void {
  throw new Error("enough");
}

describe("a backtest without a server", () => {
  test("finds the gate by its name in the folder of gates, and writes the chart anew each time", async () => {
    const { root, config } = shop({ "shop.yaml": GATE });
    const chart = join(root, "chart.svg");
    writeFileSync(chart, "an older one");
    const done = await backtestGate(asked("shop", config, { chart }));
    expect(done).toMatchObject({ kind: "done", backtest: { gate: "shop", looks: 120, queries: 1 } });
    expect(readFileSync(chart, "utf8")).toContain("queue: from 3 to 3, 0 stops.");
  });

  test("finds it in a file", async () => {
    const { gates, config } = shop({ "shop.yaml": GATE });
    expect(await backtestGate(asked(join(gates, "shop.yaml"), config))).toMatchObject({ kind: "done" });
  });

  test("tells a gate that nobody declares with the nearest name", async () => {
    const { config } = shop({ "shop.yaml": GATE });
    expect(await backtestGate(asked("shup", config))).toMatchObject({
      kind: "unusable",
      message: expect.stringContaining("did you mean `shop`?"),
    });
  });

  test("tells what is wrong with a gate that is found by its name", async () => {
    const { config } = shop({ "shop.yaml": GATE.replace("halt:", "hlat:") });
    expect(await backtestGate(asked("shop", config))).toMatchObject({
      kind: "faulty",
      problems: expect.arrayContaining([expect.objectContaining({ code: "R101" })]),
    });
  });

  test("says where a chart cannot be written", async () => {
    const { root, config } = shop({ "shop.yaml": GATE });
    const chart = join(root, "nowhere", "chart.svg");
    expect(await backtestGate(asked("shop", config, { chart }))).toMatchObject({
      kind: "unusable",
      message: expect.stringContaining("cannot be written"),
    });
  });

  test("ends where it is told to end", async () => {
    const { config } = shop({ "shop.yaml": GATE });
    const request = asked("shop", config, { tell: giveUp });
    await expect(backtestGate(request)).rejects.toThrow("enough");
  });
});
