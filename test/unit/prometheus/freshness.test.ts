import { afterEach, describe, expect, it } from "vitest";
import { createPrometheus, type Prometheus } from "../../../src/prometheus/prometheus.ts";
import {
  startFakePrometheus,
  type FakePrometheus,
  type Reply,
  type SeenRequest,
} from "../../support/fake-prometheus.ts";
import { manualClock } from "../../support/manual-clock.ts";

const AT = 1_772_618_400_123;

/** What the server knows: the newest sample and the jobs of each selector, rules and targets. */
type Known = {
  newest: Record<string, string | null>;
  jobs: Record<string, readonly string[]>;
  rules: readonly Reply[] | Reply;
  targets: Reply;
};

type World = {
  server: FakePrometheus;
  client: Prometheus;
  known: Known;
  clock: ReturnType<typeof manualClock>;
};

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

describe("freshness", () => {
  it("asks for the newest sample behind every selector, as of the instant", async () => {
    const { client, server } = await world({ newest: { a: "1772618395.5", 'b{x="1"}': "1772618390" } });
    const fresh = await client.freshness("main", 'sum(rate(a[5m] offset 1m)) / sum(rate(b{x="1"}[5m]))', AT);
    expect(fresh).toEqual({
      kind: "known",
      selectors: [
        { selector: "a", newest: 1_772_618_395_500, scrapeIntervalMs: 60_000 },
        { selector: 'b{x="1"}', newest: 1_772_618_390_000, scrapeIntervalMs: 60_000 },
      ],
    });
    expect(queries(server).filter((query) => query.startsWith("max"))).toEqual([
      "max(timestamp(a))",
      'max(timestamp(b{x="1"}))',
    ]);
    expect(
      server.seen.every(
        (each) => each.path !== "/api/v1/query" || each.fields.get("time") === "1772618400.123",
      ),
    ).toBe(true);
  });

  it("says so where a selector matches nothing", async () => {
    const { client } = await world({ newest: { a: "1772618395" } });
    expect(await client.freshness("main", "a / gone", AT)).toMatchObject({
      kind: "known",
      selectors: [{ selector: "a" }, { selector: "gone", newest: null }],
    });
  });

  it("is unknown as a whole when one selector cannot be asked", async () => {
    const { client } = await world({ newest: { a: "1772618395", b: "NaN" } });
    expect(await client.freshness("main", "a / b", AT)).toMatchObject({
      kind: "unknown",
      reason: "nan",
      detail: expect.stringContaining("freshness of b"),
    });
  });

  it.each(["time()", "vector(1)", "1", "sum(((", ""])(
    "is unknown for %j, which reads no series",
    async (query) => {
      const { client } = await world({});
      expect(await client.freshness("main", query, AT)).toMatchObject({
        kind: "unknown",
        reason: "bad-answer",
      });
    },
  );

  it("shares its questions with equal ones of the same instant", async () => {
    const { client, server } = await world({ newest: { a: "1772618395" } });
    await Promise.all([
      client.freshness("main", "rate(a[5m])", AT),
      client.freshness("main", "sum(a)", AT),
      client.ask("main", ["max(timestamp(a))"], AT),
    ]);
    expect(queries(server)).toHaveLength(2);
    expect(server.seen).toHaveLength(4);
  });
});

describe("freshness behind rules", () => {
  const rules = rulesReply([
    { name: "b:available", query: "1 - sum(errors or vector(0)) / sum(requests)" },
    { name: "b:objective", query: "vector(0.99)" },
  ]);

  it("does not ask for what a rule fills, as long as the rest is there", async () => {
    const { client } = await world({
      newest: { "b:available": "1772618395", requests: "1772618390" },
      rules,
    });
    expect(await client.freshness("main", "b:available", AT)).toMatchObject({
      kind: "known",
      selectors: [{ selector: "b:available" }, { selector: "requests", newest: 1_772_618_390_000 }],
    });
  });

  it("asks for it all the same where the query names it by itself", async () => {
    const { client } = await world({
      newest: { "b:available": "1772618395", requests: "1772618390" },
      rules,
    });
    expect(await client.freshness("main", "errors + b:available", AT)).toMatchObject({
      selectors: expect.arrayContaining([expect.objectContaining({ selector: "errors", newest: null })]),
    });
  });

  it("takes a constant beside something scraped, and none alone", async () => {
    const newest = { "b:objective": "1772618395", errors: "1772618390" };
    const { client } = await world({ newest, rules });
    expect(await client.freshness("main", "errors / b:objective", AT)).toMatchObject({
      selectors: [{ selector: "errors" }, { selector: "b:objective", scrapeIntervalMs: 30_000 }],
    });
    expect(await client.freshness("main", "b:objective", AT)).toMatchObject({
      reason: "bad-answer",
      detail: expect.stringContaining("rules that read no series"),
    });
  });
});

describe("the scrape interval", () => {
  const targets = targetsReply(
    ["shop", "15s"],
    ["shop", "1m30s"],
    ["shop", "20s"],
    ["erp", "5m"],
    ["odd", "soon"],
  );

  it.each([
    ["the largest of the jobs that the series belong to", ["shop", "erp"], 300_000],
    ["the largest of one job's targets", ["shop"], 90_000],
    ["the config's for a job that is not scraped here", ["pushed"], 60_000],
    ["the config's for series without a job", [], 60_000],
    ["the config's where the target states no duration", ["odd"], 60_000],
    ["that of the jobs we know among others", ["pushed", "erp"], 300_000],
  ])("is %s", async (_what, jobs, scrapeIntervalMs) => {
    const { client } = await world({ newest: { a: "1772618395" }, jobs: { a: jobs }, targets });
    expect(await client.freshness("main", "a", AT)).toMatchObject({ selectors: [{ scrapeIntervalMs }] });
  });

  it.each<[string, Reply]>([
    ["are refused", { kind: "text", body: "", status: 403 }],
    ["are too many", { kind: "flood", bytes: 5 * 1024 ** 2 }],
    ["make no sense", { kind: "json", body: { status: "success", data: { activeTargets: [{}] } } }],
    ["are missing", { kind: "json", body: { status: "success", data: {} } }],
  ])("is the config's where the targets %s", async (_what, reply) => {
    const { client } = await world({ newest: { a: "1772618395" }, jobs: { a: ["shop"] }, targets: reply });
    expect(await client.freshness("main", "a", AT)).toMatchObject({
      kind: "known",
      selectors: [{ newest: 1_772_618_395_000, scrapeIntervalMs: 60_000 }],
    });
  });

  it("is looked up once a minute, not with every question", async () => {
    const { client, server, clock } = await world({
      newest: { a: "1772618395" },
      jobs: { a: ["shop"] },
      targets,
    });
    const looks = () => server.seen.filter((each) => each.path === "/api/v1/targets").length;
    const jobs = () => queries(server).filter((query) => query.startsWith("group")).length;
    for (let pass = 0; pass < 4; pass += 1) {
      await client.freshness("main", "a", AT + pass * 15_000);
      clock.advance(15_000);
    }
    expect([looks(), jobs()]).toEqual([1, 1]);
    await client.freshness("main", "a", AT + 60_000);
    expect([looks(), jobs()]).toEqual([2, 2]);
  });
});

describe("a recorded series", () => {
  const rules = rulesReply([
    {
      name: "job:ratio:rate5m",
      query: "sum by (job) (rate(errors[5m])) / sum by (job) (rate(all[5m]))",
      labels: {},
    },
  ]);

  it("is as fresh as what its rule reads, and as its rule", async () => {
    const newest = {
      'job:ratio:rate5m{job="j"}': "1772618400",
      'errors{job="j"}': "1772618395",
      'all{job="j"}': null,
    };
    const { client, server } = await world({ newest, rules });
    expect(await client.freshness("main", 'job:ratio:rate5m{job="j"}', AT)).toEqual({
      kind: "known",
      selectors: [
        { selector: 'job:ratio:rate5m{job="j"}', newest: 1_772_618_400_000, scrapeIntervalMs: 30_000 },
        { selector: 'errors{job="j"}', newest: 1_772_618_395_000, scrapeIntervalMs: 60_000 },
        { selector: 'all{job="j"}', newest: null, scrapeIntervalMs: 60_000 },
      ],
    });
    expect(server.seen.find((each) => each.path === "/api/v1/rules")?.fields.get("type")).toBe("record");
  });

  it("without a rule cannot be followed", async () => {
    const { client } = await world({ rules, newest: { "other:ratio": "1772618400" } });
    expect(await client.freshness("main", "other:ratio", AT)).toMatchObject({
      kind: "unknown",
      reason: "bad-answer",
      detail: expect.stringContaining("freshness of other:ratio cannot be followed"),
    });
  });

  it.each<[string, Reply, string]>([
    ["refused", { kind: "text", body: "", status: 404 }, "http-404"],
    ["silent", { kind: "hang" }, "timeout"],
    ["senseless", { kind: "json", body: { status: "success", data: { groups: [{}] } } }, "bad-answer"],
  ])(
    "cannot be followed while the rules are %s, and scraped ones need no rules",
    async (_what, reply, reason) => {
      const { client } = await world(
        { rules: reply, newest: { a: "1772618395", "job:a": "1772618395" } },
        300,
      );
      expect(await client.freshness("main", "job:a", AT)).toMatchObject({ kind: "unknown", reason });
      expect(await client.freshness("main", "a", AT)).toMatchObject({ kind: "known" });
    },
  );

  it("is looked up in rules that are read once in 30 s", async () => {
    const { client, server, clock } = await world({ rules, newest: {} });
    const reads = () => server.seen.filter((each) => each.path === "/api/v1/rules").length;
    await client.freshness("main", "job:ratio:rate5m", AT);
    clock.advance(29_000);
    await client.freshness("main", "job:ratio:rate5m", AT + 29_000);
    expect(reads()).toBe(1);
    clock.advance(1_000);
    await client.freshness("main", "job:ratio:rate5m", AT + 30_000);
    expect(reads()).toBe(2);
  });

  it("is looked up again soon after the rules could not be read", async () => {
    const { client, clock, known } = await world({
      rules: { kind: "text", body: "", status: 503 },
      newest: {},
    });
    expect(await client.freshness("main", "job:ratio:rate5m", AT)).toMatchObject({ reason: "http-503" });
    known.rules = rules;
    clock.advance(5_000);
    expect(await client.freshness("main", "job:ratio:rate5m", AT + 5_000)).toMatchObject({ kind: "known" });
  });
});

async function world(given: Partial<Known>, timeoutMs = 5_000): Promise<World> {
  const known: Known = { newest: {}, jobs: {}, rules: rulesReply([]), targets: targetsReply(), ...given };
  const server = await startFakePrometheus();
  server.onRequest((request) => answer(request, known));
  const clock = manualClock();
  const client = createPrometheus({ sources: { main: { url: server.url, timeoutMs } }, clock });
  running.push(server, { stop: () => client.close() });
  return { server, client, known, clock };
}

function answer(request: SeenRequest, known: Known): Reply {
  if (request.path === "/api/v1/rules") return known.rules as Reply;
  if (request.path === "/api/v1/targets") return known.targets;
  const query = request.fields.get("query") ?? "";
  const seconds = Number(request.fields.get("time"));
  const newest = /^max\(timestamp\((.*)\)\)$/.exec(query)?.[1];
  if (newest !== undefined) {
    const value = known.newest[newest] ?? null;
    return vector(value === null ? [] : [{ metric: {}, value: [seconds, value] }]);
  }
  const grouped = /^group by \(job\) \((.*)\)$/.exec(query)?.[1] ?? "";
  return vector((known.jobs[grouped] ?? [""]).map((job) => ({ metric: { job }, value: [seconds, "1"] })));
}

function vector(result: unknown): Reply {
  return { kind: "json", body: { status: "success", data: { resultType: "vector", result } } };
}

function rulesReply(rules: readonly object[]): Reply {
  const recording = rules.map((rule) => ({ ...rule, type: "recording", health: "ok" }));
  const alerting = { name: "job:ratio:rate5m", query: "alert", type: "alerting" };
  return {
    kind: "json",
    body: {
      status: "success",
      data: { groups: [{ name: "g", interval: 30, rules: [alerting, ...recording] }] },
    },
  };
}

function targetsReply(...targets: readonly (readonly [string, string])[]): Reply {
  const activeTargets = targets.map(([job, scrapeInterval]) => ({
    labels: { job, instance: "i" },
    scrapeInterval,
  }));
  return { kind: "json", body: { status: "success", data: { activeTargets } } };
}

function queries(server: FakePrometheus): readonly string[] {
  return server.seen
    .filter((each) => each.path === "/api/v1/query")
    .map((each) => each.fields.get("query") ?? "");
}
