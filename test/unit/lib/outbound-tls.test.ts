import { afterEach, expect, it } from "vitest";
import { createOutbound, type OutboundOptions, type OutboundReply } from "../../../src/lib/outbound.ts";
import { authority, issuedBy } from "../../support/der-certificate.ts";
import { startFakePrometheus, type FakePrometheus } from "../../support/fake-prometheus.ts";

const ours = authority("our authority");
const foreign = authority("a foreign authority");
const identity = issuedBy(ours, "prometheus");

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

async function fake(options: Parameters<typeof startFakePrometheus>[0]): Promise<FakePrometheus> {
  const server = await startFakePrometheus(options);
  running.push(server);
  server.onRequest(() => ({ kind: "text", body: "fine" }));
  return server;
}

async function get(options: OutboundOptions): Promise<OutboundReply> {
  const client = createOutbound(options);
  running.push({ stop: () => client.close() });
  return await client.request({ method: "GET", path: "/" });
}

it("a certificate of the configured authority is accepted", async () => {
  const server = await fake(identity);
  expect(await get({ baseUrl: server.url, ca: ours.cert })).toMatchObject({ kind: "response", text: "fine" });
});

it("an unknown authority is refused, named, and sees no request", async () => {
  const server = await fake(identity);
  expect(await get({ baseUrl: server.url })).toMatchObject({ kind: "failed", reason: "tls" });
  expect(await get({ baseUrl: server.url, ca: foreign.cert })).toMatchObject({
    kind: "failed",
    reason: "tls",
  });
  expect(server.seen).toEqual([]);
});

it("the environment cannot switch verification off", async () => {
  const server = await fake(identity);
  const before = process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
  process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = "0";
  try {
    expect(await get({ baseUrl: server.url })).toMatchObject({ kind: "failed", reason: "tls" });
  } finally {
    if (before === undefined) delete process.env["NODE_TLS_REJECT_UNAUTHORIZED"];
    else process.env["NODE_TLS_REJECT_UNAUTHORIZED"] = before;
  }
});

it("a certificate for another name is refused", async () => {
  const server = await fake(identity);
  const { port } = new URL(server.url);
  const reply = await get({
    baseUrl: `https://metrics.example.com:${port}`,
    ca: ours.cert,
    lookup: (_name, options, callback) =>
      options.all === true
        ? callback(null, [{ address: "127.0.0.1", family: 4 }])
        : callback(null, "127.0.0.1", 4),
  });
  expect(reply).toMatchObject({ kind: "failed", reason: "tls" });
  expect(server.seen).toEqual([]);
});

it("our own certificate opens a server that asks for one, and only ours", async () => {
  const server = await fake({ ...identity, ca: ours.cert, requestCert: true, rejectUnauthorized: true });
  const client = issuedBy(ours, "rampart");
  const stranger = issuedBy(foreign, "rampart");
  const base = { baseUrl: server.url, ca: ours.cert };
  expect(await get({ ...base, cert: client.cert, key: client.key })).toMatchObject({ kind: "response" });
  expect(await get({ ...base, cert: stranger.cert, key: stranger.key })).toMatchObject({ kind: "failed" });
  expect(await get(base)).toMatchObject({ kind: "failed" });
  expect(server.seen).toHaveLength(1);
});

it("plain HTTP spoken to a TLS client is a named failure", async () => {
  const server = await startFakePrometheus();
  running.push(server);
  expect(await get({ baseUrl: server.url.replace("http:", "https:") })).toMatchObject({
    kind: "failed",
    reason: "tls",
  });
});
