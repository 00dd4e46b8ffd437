import { afterEach, describe, expect, it } from "vitest";
import { createPrometheus, type Prometheus } from "../../../src/prometheus/prometheus.ts";
import type { Auth } from "../../../src/lib/credentials.ts";
import { startFakePrometheus, type FakePrometheus, type Reply } from "../../support/fake-prometheus.ts";
import { realClock } from "../../support/real-clock.ts";

const SPAN = { from: 1_795_310_910_399, to: 1_795_310_912_399, stepMs: 1_000 };

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

describe("the history of a query", () => {
  it("has every series with its points, those that are no numbers too", async () => {
    const { client, server } = await world(
      matrix([
        {
          metric: { job: "shop", service: "checkout" },
          values: [
            [1795310910.399, "0.5"],
            [1795310911.399, "NaN"],
            [1795310912.399, "+Inf"],
          ],
        },
        { metric: {}, values: [[1795310911.399, "-Inf"]] },
      ]),
    );
    expect(await client.range("main", "a / b", SPAN)).toEqual({
      kind: "known",
      series: [
        {
          labels: { job: "shop", service: "checkout" },
          points: [
            { at: 1_795_310_910_399, value: 0.5 },
            { at: 1_795_310_911_399, value: Number.NaN },
            { at: 1_795_310_912_399, value: Number.POSITIVE_INFINITY },
          ],
        },
        { labels: {}, points: [{ at: 1_795_310_911_399, value: Number.NEGATIVE_INFINITY }] },
      ],
      notes: [],
    });
    const [request] = server.seen;
    expect([request?.method, request?.path]).toEqual(["POST", "/api/v1/query_range"]);
    expect(Object.fromEntries(request?.fields ?? [])).toEqual({
      query: "a / b",
      start: "1795310910.399",
      end: "1795310912.399",
      step: "1.000",
      timeout: expect.stringMatching(/^\d+ms$/),
    });
  });

  it("without series is known all the same, and comes with what the source remarks", async () => {
    const { client } = await world(matrix([], { infos: ["metric might not be a counter"] }));
    expect(await client.range("main", "a", SPAN)).toEqual({
      kind: "known",
      series: [],
      notes: ["metric might not be a counter"],
    });
  });

  it("is not asked for with more points than Prometheus gives", async () => {
    const { client, server } = await world(matrix([]));
    const asked = (points: number) =>
      client.range("main", "a", { from: 0, to: (points - 1) * 15_000, stepMs: 15_000 });
    expect(await asked(11_000)).toMatchObject({ kind: "known" });
    expect(await asked(11_001)).toEqual({
      kind: "unknown",
      reason: "query-budget",
      detail:
        "11001 points of each series are asked for, more than 11000; a shorter time or a longer step needs fewer",
    });
    expect(server.seen).toHaveLength(1);
  });

  it("says what makes an answer smaller that is too large", async () => {
    const { client } = await world({ kind: "flood", bytes: 5 * 1024 ** 2 });
    expect(await client.range("main", "a", SPAN)).toMatchObject({
      reason: "too-large",
      detail: expect.stringContaining("fewer series, a shorter time or a longer step"),
    });
  });

  it.each<[string, Reply, string]>([
    ["an instant vector", success({ resultType: "vector", result: [] }), "bad-answer"],
    ["no result", success({ resultType: "matrix" }), "bad-answer"],
    ["a series without labels", matrix([{ values: [] }]), "bad-answer"],
    ["a series without values", matrix([{ metric: {} }]), "bad-answer"],
    ["a sample that is none", matrix([{ metric: {}, values: [[1, 2]] }]), "bad-answer"],
    ["a sample with a number we do not read", matrix([{ metric: {}, values: [[1, "0x10"]] }]), "bad-answer"],
    ["native histograms", matrix([{ metric: {}, histograms: [] }]), "bad-answer"],
    ["a part only", matrix([], { warnings: ["a store is down"] }), "partial"],
    [
      "a refusal",
      { kind: "json", status: 400, body: { status: "error", errorType: "bad_data", error: "no" } },
      "http-400",
    ],
    ["silence", { kind: "hang" }, "timeout"],
    ["a login page", { kind: "redirect", to: "http://127.0.0.1:1/login" }, "bad-answer"],
  ])("is unknown from %s", async (_what, reply, reason) => {
    const { client } = await world(reply);
    expect(await client.range("main", "a", SPAN)).toMatchObject({ kind: "unknown", reason });
  });

  it("of a source that is not configured, or of an endless query, is unknown", async () => {
    const { client, server } = await world(matrix([]));
    expect(await client.range("other", "a", SPAN)).toMatchObject({ reason: "unreachable" });
    expect(await client.range("main", "x".repeat(5_000), SPAN)).toMatchObject({ reason: "query-budget" });
    expect(server.seen).toEqual([]);
  });

  it("does not show the secret that we sent", async () => {
    const auth: Auth = { kind: "bearer", token: { value: "canary-s3cr3t" } };
    const reply: Reply = {
      kind: "json",
      status: 400,
      body: { status: "error", errorType: "bad_data", error: "you are canary-s3cr3t" },
    };
    const { client } = await world(reply, auth);
    expect(await client.range("main", "a", SPAN)).toMatchObject({ detail: "bad_data: you are [secret]" });
  });
});

async function world(
  reply: Reply,
  auth?: Auth,
): Promise<{ readonly client: Prometheus; readonly server: FakePrometheus }> {
  const server = await startFakePrometheus();
  server.onRequest(() => reply);
  const sources = { main: { url: server.url, timeoutMs: 400, auth } };
  const client = createPrometheus({ sources, clock: realClock });
  running.push(server, { stop: () => client.close() });
  return { client, server };
}

function matrix(result: unknown, extra: object = {}): Reply {
  return {
    kind: "json",
    body: { status: "success", data: { resultType: "matrix", result }, ...extra },
  };
}

function success(data: unknown): Reply {
  return { kind: "json", body: { status: "success", data } };
}
