import { afterEach, describe, expect, it } from "vitest";
import { createPrometheus, type Prometheus } from "../../../src/prometheus/prometheus.ts";
import type { RequestObservation, SourceConfig } from "../../../src/prometheus/source.ts";
import {
  askedAt,
  startFakePrometheus,
  vectorReply,
  type FakePrometheus,
  type Reply,
} from "../../support/fake-prometheus.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { realClock } from "../../support/real-clock.ts";
import { watchBlocking } from "../../support/blocking.ts";

const AT = 1_772_618_400_123;

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

async function fake(): Promise<FakePrometheus> {
  const server = await startFakePrometheus();
  server.onRequest((request) => vectorReply(["1"], askedAt(request)));
  running.push(server);
  return server;
}

function prometheus(
  config: SourceConfig,
  more: Partial<Parameters<typeof createPrometheus>[0]> = {},
): Prometheus {
  const client = createPrometheus({ sources: { main: config }, clock: realClock, ...more });
  running.push({ stop: () => client.close() });
  return client;
}

describe("a question", () => {
  it("is a form with an explicit time to the millisecond and the source's own time limit", async () => {
    const server = await fake();
    const client = prometheus({ url: `${server.url}/prom/`, timeoutMs: 3_000 });
    const answers = await client.ask("main", ['sum(rate(x{a="b+c&d"}[5m]))'], AT);

    expect([...answers.values()]).toEqual([{ kind: "value", value: 1, infos: [] }]);
    const [request] = server.seen;
    expect(request?.method).toBe("POST");
    expect(request?.path).toBe("/prom/api/v1/query");
    expect(request?.fields.get("query")).toBe('sum(rate(x{a="b+c&d"}[5m]))');
    expect(request?.fields.get("time")).toBe("1772618400.123");
    const timeout = /^(\d+)ms$/.exec(request?.fields.get("timeout") ?? "")?.[1];
    expect(Number(timeout)).toBeGreaterThan(2_000);
    expect(Number(timeout)).toBeLessThanOrEqual(3_000);
  });

  it.each([
    [{ kind: "basic", username: "rampart", password: { value: "word" } }, `Basic ${btoa("rampart:word")}`],
    [{ kind: "bearer", token: { value: "abc" } }, "Bearer abc"],
  ] as const)("carries credentials (%j) and the tenant", async (auth, authorization) => {
    const server = await fake();
    const client = prometheus({ url: server.url, auth, headers: { "X-Scope-OrgID": "shop" } });
    await client.ask("main", ["up"], AT);
    expect(server.seen[0]?.headers).toMatchObject({ authorization, "x-scope-orgid": "shop" });
  });

  it("longer than 4 KiB is not sent", async () => {
    const server = await fake();
    const query = `x{a="${"ü".repeat(2_100)}"}`;
    const answers = await prometheus({ url: server.url }).ask("main", [query], AT);
    expect(answers.get(query)).toMatchObject({ kind: "unknown", reason: "query-budget" });
    expect(server.seen).toEqual([]);
  });

  it("to a source that is not configured is an unknown too", async () => {
    const client = prometheus({ url: "http://127.0.0.1:9" });
    expect((await client.ask("other", ["up"], AT)).get("up")).toMatchObject({ reason: "unreachable" });
    expect(await client.freshness("other", "up", AT)).toMatchObject({ reason: "unreachable" });
    expect(client.clockSkewMs("other")).toBeNull();
  });
});

describe("equal questions", () => {
  it("of many gates at one instant are sent once, together and shortly after each other", async () => {
    const server = await fake();
    const client = prometheus({ url: server.url });
    const queries = ["a", "b", "c"];
    const together = await Promise.all(Array.from({ length: 1_000 }, () => client.ask("main", queries, AT)));
    await client.ask("main", queries, AT);
    expect(server.seen).toHaveLength(3);
    expect(together.every((answers) => answers.size === 3)).toBe(true);
  });

  it("at another instant are asked again", async () => {
    const server = await fake();
    const client = prometheus({ url: server.url });
    await client.ask("main", ["a"], AT);
    await client.ask("main", ["a"], AT + 1);
    expect(server.seen.map((request) => request.fields.get("time"))).toEqual([
      "1772618400.123",
      "1772618400.124",
    ]);
  });

  it("are not remembered for long", async () => {
    const server = await fake();
    const clock = manualClock();
    const client = prometheus({ url: server.url }, { clock });
    await client.ask("main", ["a"], AT);
    clock.advance(60_000);
    await client.ask("main", ["a"], AT);
    expect(server.seen).toHaveLength(2);
  });

  it("to different sources are different questions", async () => {
    const [one, two] = [await fake(), await fake()];
    two.onRequest((request) => vectorReply(["2"], askedAt(request)));
    const client = prometheus(
      { url: one.url },
      { sources: { one: { url: one.url }, two: { url: two.url } } },
    );
    expect((await client.ask("one", ["a"], AT)).get("a")).toMatchObject({ value: 1 });
    expect((await client.ask("two", ["a"], AT)).get("a")).toMatchObject({ value: 2 });
  });
});

describe("the load on a source", () => {
  it("is at most four requests at once, whatever the gates want", async () => {
    const server = await fake();
    server.onRequest((request) => ({
      kind: "later",
      reply: new Promise((resolve) => {
        setTimeout(() => resolve(vectorReply(["1"], askedAt(request))), 2);
      }),
    }));
    const client = prometheus({ url: server.url });
    const asks = Array.from({ length: 20 }, (_, gate) =>
      client.ask(
        "main",
        [0, 1, 2].map((n) => `q${gate}_${n}`),
        AT,
      ),
    );
    const answers = (await Promise.all(asks)).flatMap((each) => [...each.values()]);
    expect(answers.filter((answer) => answer.kind === "value")).toHaveLength(60);
    expect(server.seen).toHaveLength(60);
    expect(server.mostInFlight()).toBe(4);
  });

  it("does not grow when it hangs: what finds no place before the deadline is not sent", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "hang" }));
    const client = prometheus({ url: server.url, timeoutMs: 250, maxConcurrent: 2 });
    const answers = await client.ask("main", ["a", "b", "c", "d", "e"], AT);

    const reasons = [...answers.values()].map((answer) => (answer.kind === "unknown" ? answer.reason : ""));
    expect(reasons.toSorted()).toEqual([
      "query-budget",
      "query-budget",
      "query-budget",
      "timeout",
      "timeout",
    ]);
    expect(server.seen).toHaveLength(2);

    server.onRequest((request) => vectorReply(["1"], askedAt(request)));
    expect((await client.ask("main", ["a"], AT + 1)).get("a")).toMatchObject({ kind: "value" });
  });

  it("does not pass from one source to another", async () => {
    const [hanging, healthy] = [await fake(), await fake()];
    hanging.onRequest(() => ({ kind: "hang" }));
    const sources = { hanging: { url: hanging.url, timeoutMs: 300 }, healthy: { url: healthy.url } };
    const client = prometheus({ url: healthy.url }, { sources });
    const dark = client.ask(
      "hanging",
      Array.from({ length: 50 }, (_, n) => `q${n}`),
      AT,
    );
    expect((await client.ask("healthy", ["a"], AT)).get("a")).toMatchObject({ kind: "value" });
    expect([...(await dark).values()].every((answer) => answer.kind === "unknown")).toBe(true);
  });

  it("is told, request by request", async () => {
    const server = await fake();
    const told: RequestObservation[] = [];
    const client = prometheus({ url: server.url }, { observe: (each) => void told.push(each) });
    await client.ask("main", ["a", "a"], AT);
    server.onRequest(() => ({ kind: "text", body: "", status: 503 }));
    await client.ask("main", ["b"], AT);
    expect(told.map(({ source, endpoint, outcome }) => ({ source, endpoint, outcome }))).toEqual([
      { source: "main", endpoint: "query", outcome: "success" },
      { source: "main", endpoint: "query", outcome: "http-503" },
    ]);
    expect(told.every(({ durationMs }) => durationMs > 0)).toBe(true);
  });
});

describe("a source that misbehaves", () => {
  it.each<[string, Reply, string]>([
    ["hangs", { kind: "hang" }, "timeout"],
    ["drips", { kind: "drip", everyMs: 20 }, "timeout"],
    ["stops in the middle", { kind: "stall", body: '{"status":"success"}' }, "timeout"],
    ["never ends", { kind: "flood", bytes: 2 * 1024 ** 3 }, "too-large"],
    ["sends a gzip bomb", { kind: "gzip-bomb", bytes: 16 * 1024 ** 2 }, "bad-answer"],
    ["redirects to a login", { kind: "redirect", to: "http://127.0.0.1:1/login" }, "bad-answer"],
    ["shows a login page", { kind: "text", body: "<html></html>" }, "bad-answer"],
    ["hangs up", { kind: "reset" }, "unreachable"],
    ["is something else", { kind: "raw", bytes: "220 mail.example.com ESMTP\r\n" }, "bad-answer"],
    ["is overloaded", { kind: "text", body: "", status: 429 }, "http-429"],
    ["is down", { kind: "text", body: "", status: 503 }, "http-503"],
    ["wants other credentials", { kind: "text", body: "", status: 401 }, "http-401"],
  ])("%s: the answer is unknown and the next question is asked anew", async (_what, reply, reason) => {
    const server = await fake();
    server.onRequest(() => reply);
    // On a busy machine an answer takes its time: only what waits for the timeout has a short one.
    const client = prometheus({ url: server.url, timeoutMs: reason === "timeout" ? 1_000 : 10_000 });
    expect((await client.ask("main", ["a"], AT)).get("a")).toMatchObject({ kind: "unknown", reason });

    server.onRequest((request) => vectorReply(["1"], askedAt(request)));
    expect((await client.ask("main", ["a"], AT + 1)).get("a")).toMatchObject({ kind: "value" });
  });

  it("is refused where it is not there", async () => {
    const server = await fake();
    await server.stop();
    const answers = await prometheus({ url: server.url }).ask("main", ["a"], AT);
    expect(answers.get("a")).toMatchObject({ kind: "unknown", reason: "unreachable" });
  });

  it("cannot make us print the secret that we sent it", async () => {
    const server = await fake();
    server.onRequest((request) => ({
      kind: "json",
      status: 400,
      body: { status: "error", errorType: "bad_data", error: `you are ${request.headers.authorization}` },
    }));
    const auth = { kind: "bearer", token: { value: "canary-s3cr3t" } } as const;
    const answer = (await prometheus({ url: server.url, auth }).ask("main", ["a"], AT)).get("a");
    expect(answer).toMatchObject({ detail: "bad_data: you are Bearer [secret]" });
  });

  it("with megabytes of series does not hold the event loop", async () => {
    const server = await fake();
    const wide = Array.from({ length: 9_000 }, (_, n) => ({
      metric: { series: String(n), job: "shop" },
      value: [AT / 1000, "1"],
    }));
    const body = JSON.stringify({ status: "success", data: { resultType: "vector", result: wide } });
    expect(body.length).toBeLessThan(1024 ** 2);
    server.onRequest(() => ({ kind: "text", body, headers: { "content-type": "application/json" } }));
    const blocking = watchBlocking();
    const answers = await prometheus({ url: server.url }).ask("main", ["a", "b", "c", "d"], AT);
    const longestMs = blocking.stop();
    expect([...answers.values()].map((answer) => answer.kind === "unknown" && answer.reason)).toEqual(
      Array(4).fill("many-series"),
    );
    expect(longestMs).toBeLessThan(200);
  });
});

describe("the source's clock", () => {
  it("is not known before it has answered", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "hang" }));
    const client = prometheus({ url: server.url, timeoutMs: 100 });
    expect(client.clockSkewMs("main")).toBeNull();
    await client.ask("main", ["a"], AT);
    expect(client.clockSkewMs("main")).toBeNull();
  });

  it("is compared with ours by every answer, refusals too", async () => {
    const server = await fake();
    const client = prometheus({ url: server.url });
    server.onRequest(() => ({
      kind: "text",
      body: "",
      status: 503,
      headers: { date: new Date(Date.now() - 600_000).toUTCString() },
    }));
    await client.ask("main", ["a"], AT);
    expect(client.clockSkewMs("main")).toBeGreaterThan(598_000);
    expect(client.clockSkewMs("main")).toBeLessThan(602_000);

    server.onRequest((request) => vectorReply(["1"], askedAt(request)));
    await client.ask("main", ["b"], AT);
    expect(Math.abs(client.clockSkewMs("main") ?? Infinity)).toBeLessThan(1_000);

    server.onRequest(() => ({ kind: "raw", bytes: "HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n" }));
    expect((await client.ask("main", ["c"], AT)).get("c")).toMatchObject({ reason: "http-503" });
    expect(client.clockSkewMs("main")).not.toBeNull();
  });
});
