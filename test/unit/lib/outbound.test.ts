import { randomUUID } from "node:crypto";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo, LookupFunction } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { createOutbound, type Outbound, type OutboundOptions } from "../../../src/lib/outbound.ts";
import { startFakePrometheus, type FakePrometheus } from "../../support/fake-prometheus.ts";
import { watchBlocking } from "../../support/blocking.ts";

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

async function fake(): Promise<FakePrometheus> {
  const server = await startFakePrometheus();
  running.push(server);
  return server;
}

function outbound(options: OutboundOptions): Outbound {
  const client = createOutbound(options);
  running.push({ stop: () => client.close() });
  return client;
}

describe("an exchange", () => {
  it("goes below the path of the base URL, with query, form and headers", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "text", body: "fine", headers: { "x-one": "1" } }));
    const client = outbound({ baseUrl: `${server.url}/tenants/shop/`, headers: { "x-scope-orgid": "shop" } });

    const reply = await client.request({
      method: "POST",
      path: "/api/v1/query",
      query: { limit: "1" },
      form: { query: 'up{job=~"a+b&c"}', "match[]": ["one", "two"] },
    });

    expect(reply).toMatchObject({ kind: "response", status: 200, text: "fine", headers: { "x-one": "1" } });
    const [request] = server.seen;
    expect(request?.path).toBe("/tenants/shop/api/v1/query");
    expect(request?.headers["x-scope-orgid"]).toBe("shop");
    expect(request?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
    expect(request?.fields.get("limit")).toBe("1");
    expect(request?.fields.get("query")).toBe('up{job=~"a+b&c"}');
    expect(request?.fields.getAll("match[]")).toEqual(["one", "two"]);
  });

  it("sends a body as it is and reaches the base URL itself with an empty path", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "json", body: { ok: true }, status: 202 }));
    const client = outbound({ baseUrl: `${server.url}/hook` });
    const reply = await client.request({
      method: "POST",
      path: "",
      body: "a=b",
      headers: { "content-type": "application/x-www-form-urlencoded" },
    });
    expect(reply).toMatchObject({ kind: "response", status: 202, text: '{"ok":true}' });
    expect(server.seen[0]?.path).toBe("/hook");
    expect(server.seen[0]?.fields.get("a")).toBe("b");
  });

  it("hands an error status on as a response", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "text", body: "no", status: 503 }));
    const reply = await outbound({ baseUrl: server.url }).request({ method: "GET", path: "/" });
    expect(reply).toMatchObject({ kind: "response", status: 503, text: "no" });
  });

  it("cannot be led to another host by its path", async () => {
    const [server, canary] = [await fake(), await fake()];
    const reply = await outbound({ baseUrl: server.url }).request({
      method: "GET",
      path: `//${new URL(canary.url).host}/x`,
    });
    expect(reply.kind).toBe("response");
    expect(canary.seen).toEqual([]);
  });

  it("ignores proxies named in the environment", async () => {
    const [server, proxy] = [await fake(), await fake()];
    const before = process.env["HTTP_PROXY"];
    process.env["HTTP_PROXY"] = proxy.url;
    try {
      await outbound({ baseUrl: server.url }).request({ method: "GET", path: "/" });
    } finally {
      if (before === undefined) delete process.env["HTTP_PROXY"];
      else process.env["HTTP_PROXY"] = before;
    }
    expect(server.seen).toHaveLength(1);
    expect(proxy.seen).toEqual([]);
  });
});

describe("time", () => {
  it.each([
    ["a peer that never answers", { kind: "hang" }],
    ["a body that drips", { kind: "drip", everyMs: 20 }],
    ["a body that stops in its middle", { kind: "stall", body: "0123456789" }],
  ] as const)("%s is cut at the total deadline", async (_what, answer) => {
    const server = await fake();
    server.onRequest(() => answer);
    const reply = await outbound({ baseUrl: server.url }).request({
      method: "GET",
      path: "/",
      deadlineMs: 200,
    });
    // Without the total deadline these never end, and the runner's own would fail the test.
    expect(reply).toMatchObject({ kind: "failed", reason: "timeout" });
  });

  it("waiting for a connection counts too", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "hang" }));
    const client = outbound({ baseUrl: server.url, maxConnections: 1, timeoutMs: 150 });
    const replies = await Promise.all([1, 2, 3].map(() => client.request({ method: "GET", path: "/" })));
    expect(replies.map((reply) => reply.kind === "failed" && reply.reason)).toEqual([
      "timeout",
      "timeout",
      "timeout",
    ]);
  });

  it("a caller may give up", async () => {
    const server = await fake();
    const caller = new AbortController();
    server.onRequest(() => {
      caller.abort();
      return { kind: "hang" };
    });
    const reply = await outbound({ baseUrl: server.url }).request({
      method: "GET",
      path: "/",
      signal: caller.signal,
    });
    expect(reply).toMatchObject({ kind: "failed", reason: "cancelled" });
  });

  it("closing the client ends what is under way", async () => {
    const server = await fake();
    const client = outbound({ baseUrl: server.url });
    server.onRequest(() => {
      void client.close();
      return { kind: "hang" };
    });
    expect(await client.request({ method: "GET", path: "/" })).toMatchObject({
      kind: "failed",
      reason: "cancelled",
    });
    expect(await client.request({ method: "GET", path: "/" })).toMatchObject({
      kind: "failed",
      reason: "cancelled",
    });
  });
});

describe("size", () => {
  it("stops a body of 2 GB near the cap while the event loop stays free", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "flood", bytes: 2 * 1024 ** 3 }));
    const before = process.memoryUsage().rss;
    const blocking = watchBlocking();

    const reply = await outbound({ baseUrl: server.url }).request({
      method: "GET",
      path: "/",
      deadlineMs: 10_000,
    });
    const longestMs = blocking.stop();

    expect(reply).toMatchObject({ kind: "failed", reason: "too-large" });
    // What lies in socket buffers of both sides comes on top of the cap.
    expect(server.flooded()).toBeLessThan(16 * 1024 ** 2);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 ** 2);
    expect(longestMs).toBeLessThan(200);
  });

  it("accepts exactly the cap and refuses one byte more, announced or not", async () => {
    const server = await fake();
    const client = outbound({ baseUrl: server.url, maxBytes: 1_000 });
    const of = (length: number, headers: Record<string, string> = {}) => {
      server.onRequest(() => ({ kind: "text", body: "x".repeat(length), headers }));
      return client.request({ method: "GET", path: "/" });
    };
    expect(await of(1_000)).toMatchObject({ kind: "response" });
    expect(await of(1_001)).toMatchObject({ kind: "failed", reason: "too-large" });
    expect(await of(1_001, { "transfer-encoding": "chunked" })).toMatchObject({
      kind: "failed",
      reason: "too-large",
    });
  });

  it("lets one request ask for more than the client's cap", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "text", body: "x".repeat(1_500) }));
    const client = outbound({ baseUrl: server.url, maxBytes: 1_000 });
    const of = (maxBytes: number) => client.request({ method: "GET", path: "/", maxBytes });
    expect(await of(1_500)).toMatchObject({ kind: "response" });
    expect(await of(1_499)).toMatchObject({ kind: "failed", reason: "too-large" });
  });

  it("counts bytes, not characters, and keeps characters whole", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "text", body: "ü".repeat(500) }));
    const client = outbound({ baseUrl: server.url, maxBytes: 1_000 });
    expect(await client.request({ method: "GET", path: "/" })).toMatchObject({ text: "ü".repeat(500) });
    server.onRequest(() => ({ kind: "text", body: "ü".repeat(501) }));
    expect(await client.request({ method: "GET", path: "/" })).toMatchObject({ reason: "too-large" });
  });

  it("asks for no compression and refuses a compressed answer unread", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "gzip-bomb", bytes: 64 * 1024 ** 2 }));
    const reply = await outbound({ baseUrl: server.url }).request({ method: "GET", path: "/" });
    expect(reply).toMatchObject({ kind: "failed", reason: "encoded" });
    expect(server.seen[0]?.headers["accept-encoding"]).toBe("identity");
  });

  it("refuses headers without end", async () => {
    const server = await fake();
    server.onRequest(() => ({ kind: "raw", bytes: `HTTP/1.1 200 OK\r\nx: ${"y".repeat(100_000)}\r\n\r\n` }));
    const reply = await outbound({ baseUrl: server.url }).request({ method: "GET", path: "/" });
    expect(reply).toMatchObject({ kind: "failed", reason: "too-large" });
  });
});

describe("a hostile peer", () => {
  it.each([301, 302, 303, 307, 308])("is not followed to where its %i points", async (status) => {
    const [server, canary] = [await fake(), await fake()];
    server.onRequest(() => ({ kind: "redirect", to: `${canary.url}/steal`, status }));
    const reply = await outbound({
      baseUrl: server.url,
      auth: { kind: "bearer", token: { value: "s3cr3t" } },
    }).request({
      method: "POST",
      path: "/",
      form: { a: "b" },
    });
    expect(reply).toMatchObject({ kind: "failed", reason: "redirect" });
    expect(canary.seen).toEqual([]);
  });

  it("may hang up, speak another protocol or be absent", async () => {
    const server = await fake();
    const client = outbound({ baseUrl: server.url });
    server.onRequest(() => ({ kind: "reset" }));
    expect(await client.request({ method: "GET", path: "/" })).toMatchObject({ reason: "unreachable" });
    server.onRequest(() => ({ kind: "raw", bytes: "SSH-2.0-OpenSSH_9.2\r\n" }));
    expect(await client.request({ method: "GET", path: "/" })).toMatchObject({ reason: "not-http" });
    await server.stop();
    expect(await client.request({ method: "GET", path: "/" })).toMatchObject({
      reason: "unreachable",
      detail: expect.stringContaining("ECONNREFUSED"),
    });
  });

  it("may be a name that does not resolve", async () => {
    const reply = await outbound({ baseUrl: "http://prometheus.invalid:9090", lookup: findsNothing }).request(
      {
        method: "GET",
        path: "/",
      },
    );
    expect(reply).toMatchObject({ reason: "unreachable", detail: expect.stringContaining("ENOTFOUND") });
  });

  it.each([
    "http://169.254.169.254/latest/meta-data",
    "http://2852039166/",
    "http://0xa9fea9fe/",
    "http://[::ffff:169.254.169.254]/",
    "http://[fe80::1]/",
    "http://[fd00:ec2::254]/",
    "https://169.254.169.254/",
  ])("%s is refused before any connection", async (baseUrl) => {
    const reply = await outbound({ baseUrl }).request({ method: "GET", path: "/" });
    expect(reply).toMatchObject({ kind: "failed", reason: "forbidden-address" });
  });

  it("may not be a name that resolves to a metadata address", async () => {
    const reply = await outbound({ baseUrl: "http://prometheus.example.com", lookup: findsMetadata }).request(
      {
        method: "GET",
        path: "/",
      },
    );
    expect(reply).toMatchObject({ kind: "failed", reason: "forbidden-address" });
  });
});

describe("credentials", () => {
  it.each([
    [
      { kind: "basic", username: "rampart", password: { value: "pass:word" } },
      `Basic ${btoa("rampart:pass:word")}`,
    ],
    [{ kind: "bearer", token: { value: "abc.def" } }, "Bearer abc.def"],
    [{ kind: "token", token: { value: "*:*.abcdef" } }, "*:*.abcdef"],
  ] as const)("$kind arrive as the peer wants them", async (auth, header) => {
    const server = await fake();
    await outbound({ baseUrl: server.url, auth }).request({ method: "GET", path: "/" });
    expect(server.seen[0]?.headers.authorization).toBe(header);
  });

  it("are read from their file for every request, so a rotated token needs no restart", async () => {
    const server = await fake();
    const folder = await mkdtemp(join(tmpdir(), "outbound-"));
    const file = join(folder, "token");
    const client = outbound({ baseUrl: server.url, auth: { kind: "bearer", token: { file } } });

    expect(await client.request({ method: "GET", path: "/" })).toMatchObject({
      reason: "credentials",
      detail: expect.stringContaining("ENOENT"),
    });
    await writeFile(file, "first\n");
    await client.request({ method: "GET", path: "/" });
    await writeFile(file, "second");
    await client.request({ method: "GET", path: "/" });
    await writeFile(file, "two\nlines\n");
    expect(await client.request({ method: "GET", path: "/" })).toMatchObject({ reason: "credentials" });
    await rm(folder, { recursive: true });

    expect(server.seen.map((request) => request.headers.authorization)).toEqual([
      "Bearer first",
      "Bearer second",
    ]);
  });

  it("stand in no detail, whatever fails", async () => {
    const secret = `canary-${randomUUID()}`;
    const server = await fake();
    const closed = await closedPort();
    const auth = { kind: "bearer", token: { value: secret } } as const;
    const headers = { "x-api-key": secret };
    const hook = `/services/${secret}` as const;

    const details: unknown[] = [];
    for (const answer of [
      { kind: "hang" },
      { kind: "reset" },
      { kind: "redirect", to: `http://elsewhere/${secret}` },
      { kind: "raw", bytes: secret },
      { kind: "flood", bytes: 2 * 1024 ** 2 },
    ] as const) {
      server.onRequest(() => answer);
      const client = outbound({ baseUrl: server.url, auth, headers, timeoutMs: 150 });
      details.push(await client.request({ method: "POST", path: hook, body: secret }));
    }
    for (const baseUrl of [`http://127.0.0.1:${closed}`, "http://169.254.169.254"]) {
      details.push(
        await outbound({ baseUrl, auth, headers }).request({ method: "POST", path: hook, body: secret }),
      );
    }
    const forbiddenInHeader = { kind: "token", token: { value: `${secret}\nx` } } as const;
    details.push(
      await outbound({ baseUrl: server.url, auth: forbiddenInHeader }).request({ method: "GET", path: "/" }),
    );

    expect(details.map((each) => (each as { kind: string }).kind)).toEqual(Array(8).fill("failed"));
    expect(JSON.stringify(details)).not.toContain(secret);
  });

  it("are struck out of what a peer wrote, when asked to", async () => {
    const server = await fake();
    const secret = "canary-token-1";
    server.onRequest((request) => ({ kind: "text", body: `you sent ${request.headers.authorization}` }));
    const client = outbound({ baseUrl: server.url, auth: { kind: "bearer", token: { value: secret } } });
    const reply = await client.request({ method: "GET", path: "/" });
    expect(client.redact(reply.kind === "response" ? reply.text : "")).toBe("you sent Bearer [secret]");
  });
});

async function closedPort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => {
    server.close(resolve);
  });
  return port;
}

const findsNothing: LookupFunction = (_name, _options, callback) =>
  callback(Object.assign(new Error("no such name"), { code: "ENOTFOUND" }), "", 0);

const findsMetadata: LookupFunction = (_name, options, callback) =>
  options.all === true
    ? callback(null, [{ address: "169.254.169.254", family: 4 }])
    : callback(null, "169.254.169.254", 4);
