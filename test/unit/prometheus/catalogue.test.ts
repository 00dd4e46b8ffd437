import { afterEach, describe, expect, it } from "vitest";
import { createPrometheus, type Prometheus } from "../../../src/prometheus/prometheus.ts";
import type { Catalogue } from "../../../src/trial/ports.ts";
import {
  startFakePrometheus,
  type FakePrometheus,
  type Reply,
  type SeenRequest,
} from "../../support/fake-prometheus.ts";
import { realClock } from "../../support/real-clock.ts";

const AT = 1_795_310_910_399;

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

describe("what a source has", () => {
  it("is its alerting rules, all of them with all their alerts and without a look at their series", async () => {
    const alerts = [{ labels: { service: "checkout" }, state: "firing", activeAt: "2026-01-05T09:00:00Z" }];
    const rules = [
      { name: "Deep", query: "depth > 1", type: "alerting", alerts },
      { name: "Calm", query: "depth > 2", type: "alerting" },
    ];
    const { client, server } = await world(success({ groups: [{ name: "shop", interval: 1, rules }] }));
    expect(await client.allAlertRules("main")).toMatchObject({
      kind: "known",
      rules: [
        { name: "Deep", active: [{ state: "firing" }], freshness: { kind: "known", selectors: [] } },
        { name: "Calm", active: [], freshness: { kind: "known", selectors: [] } },
      ],
    });
    expect(server.seen.map(sent)).toEqual(["GET /api/v1/rules type=alert"]);
  });

  it("is the series of a selector as of now, never more than wanted", async () => {
    const series = [{ __name__: "up", job: "a" }, { __name__: "up", job: "b" }, { __name__: "up" }];
    const { client, server } = await world(success(series));
    expect(await client.seriesOf("main", 'up{job=~".+"}', AT, 2)).toEqual({
      kind: "known",
      series: series.slice(0, 2),
    });
    expect(server.seen.map(sent)).toEqual([
      'GET /api/v1/series match[]=up{job=~".+"} start=1795310610.399 end=1795310910.399 limit=2',
    ]);
  });

  it("is the type and help of its metrics, of one or of all, as often as targets disagree", async () => {
    const opinions = {
      queue_depth: [
        { type: "gauge", help: "Waiting.", unit: "" },
        { type: "counter", help: "" },
      ],
    };
    const { client, server } = await world(success(opinions));
    expect(await client.metadata("main", "queue_depth")).toEqual({
      kind: "known",
      metrics: [
        { name: "queue_depth", type: "gauge", help: "Waiting.", unit: "" },
        { name: "queue_depth", type: "counter", help: "", unit: "" },
      ],
    });
    await client.metadata("main", null);
    expect(server.seen.map(sent)).toEqual([
      "GET /api/v1/metadata metric=queue_depth",
      "GET /api/v1/metadata ",
    ]);
  });

  it("is its version", async () => {
    const { client, server } = await world(success({ version: "2.42.0+ds", branch: "debian/sid" }));
    expect(await client.buildInfo("main")).toEqual({ kind: "known", version: "2.42.0+ds" });
    expect(server.seen.map(sent)).toEqual(["GET /api/v1/status/buildinfo "]);
  });

  it("is its targets with their health", async () => {
    const activeTargets = [
      { labels: { job: "shop", instance: "a:1" }, health: "up", scrapeInterval: "15s" },
      { labels: { job: "erp" }, health: "down", scrapeInterval: "often" },
    ];
    const { client, server } = await world(success({ activeTargets }));
    expect(await client.targets("main")).toEqual({
      kind: "known",
      targets: [
        { job: "shop", instance: "a:1", health: "up", scrapeIntervalMs: 15_000 },
        { job: "erp", instance: "", health: "down", scrapeIntervalMs: null },
      ],
    });
    expect(server.seen.map(sent)).toEqual(["GET /api/v1/targets state=active"]);
  });
});

const QUESTIONS: Readonly<
  Record<string, (catalogue: Catalogue, source: string) => Promise<{ kind: string }>>
> = {
  "its rules": (catalogue, source) => catalogue.allAlertRules(source),
  "its series": (catalogue, source) => catalogue.seriesOf(source, "up", AT, 10),
  "its metadata": (catalogue, source) => catalogue.metadata(source, null),
  "its version": (catalogue, source) => catalogue.buildInfo(source),
  "its targets": (catalogue, source) => catalogue.targets(source),
};

describe.each(Object.entries(QUESTIONS))("asked about %s", (_what, ask) => {
  it.each<[string, Reply, string]>([
    ["in another form", success("odd"), "bad-answer"],
    [
      "in parts of another form",
      success({ version: 1, odd: 1, groups: [1], activeTargets: [1] }),
      "bad-answer",
    ],
    ["with a refusal", { kind: "text", body: "", status: 503 }, "http-503"],
    ["with silence", { kind: "hang" }, "timeout"],
  ])("a source that answers %s is not believed", async (_how, reply, reason) => {
    const { client } = await world(reply);
    expect(await ask(client, "main")).toMatchObject({ kind: "unknown", reason });
  });

  it("a source that is not configured knows nothing", async () => {
    const { client, server } = await world(success([]));
    expect(await ask(client, "other")).toMatchObject({ kind: "unknown", reason: "unreachable" });
    expect(server.seen).toEqual([]);
  });
});

async function world(
  reply: Reply,
): Promise<{ readonly client: Prometheus; readonly server: FakePrometheus }> {
  const server = await startFakePrometheus();
  server.onRequest(() => reply);
  const client = createPrometheus({
    sources: { main: { url: server.url, timeoutMs: 400 } },
    clock: realClock,
  });
  running.push(server, { stop: () => client.close() });
  return { client, server };
}

function sent({ method, path, fields }: SeenRequest): string {
  return `${method} ${path} ${[...fields].map(([name, value]) => `${name}=${value}`).join(" ")}`;
}

function success(data: unknown): Reply {
  return { kind: "json", body: { status: "success", data } };
}
