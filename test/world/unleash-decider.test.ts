import { once } from "node:events";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, onTestFinished, test, vi } from "vitest";

import type { ExposureDecider } from "../../demo/world/exposure-decider.ts";
import { connectUnleash } from "../../demo/world/unleash-decider.ts";

const FLAG = "erp-order-export-v2";
const orders = Array.from({ length: 2000 }, (_, index) => `nordics-7-${index}`);

type ServerState = {
  percent: number;
  isDown: boolean;
  /** Collects the polls it does not answer; null while it answers. */
  held: ServerResponse[] | null;
  readonly seen: string[];
};

/** Answers like the client API of a flag server whose rollout can be moved, or which can be out of order. */
async function flagServer(): Promise<{ url: string; state: ServerState }> {
  const state: ServerState = { percent: 25, isDown: false, held: null, seen: [] };
  const server = createServer((request, response) => {
    state.seen.push(`${request.method} ${request.url} ${request.headers.authorization}`);
    if (state.held !== null && request.method === "GET") {
      state.held.push(response);
      return;
    }
    if (state.isDown) {
      response.writeHead(503).end();
      return;
    }
    const parameters = { rollout: String(state.percent), stickiness: "orderId", groupId: FLAG };
    const strategies = [{ name: "flexibleRollout", parameters, constraints: [] }];
    const features = [{ name: FLAG, type: "release", enabled: true, strategies, variants: [] }];
    response
      .writeHead(200, { "content-type": "application/json" })
      .end(JSON.stringify({ version: 2, features }));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api`, state };
}

async function connect(url: string, readyWithinMs = 5000): Promise<ExposureDecider | null> {
  const decider = await connectUnleash({
    url,
    token: "default:development.secret",
    appName: "shop-test",
    environment: "development",
    refreshMs: 50,
    flag: FLAG,
    readyWithinMs,
    onTrouble: () => undefined,
  });
  if (decider !== null) onTestFinished(() => decider.close());
  return decider;
}

test("the SDK exposes the percentage it polled, the same orders each time", async () => {
  const { url, state } = await flagServer();
  const decider = await connect(url);
  const exposed = (): string[] => orders.filter((ref) => decider?.isOn(ref));
  const first = exposed();
  expect(first.length / orders.length).toBeGreaterThan(0.21);
  expect(first.length / orders.length).toBeLessThan(0.29);
  expect(exposed()).toEqual(first);
  expect(decider?.knownPercent()).toBe(25);
  expect(state.seen[0]).toBe("GET /api/client/features default:development.secret");

  state.percent = 60;
  await vi.waitFor(() => expect(decider?.knownPercent()).toBe(60), { timeout: 5000, interval: 20 });
  // A higher percentage keeps everyone who was exposed before.
  expect(exposed()).toEqual(expect.arrayContaining(first));
});

test("the last known percentage stays in force while the server is out of order", async () => {
  const { url, state } = await flagServer();
  const decider = await connect(url);
  state.isDown = true;
  const asked = state.seen.length;
  await vi.waitFor(() => expect(state.seen.length).toBeGreaterThan(asked + 2), {
    timeout: 5000,
    interval: 20,
  });
  expect(decider?.knownPercent()).toBe(25);
  expect(orders.some((ref) => decider?.isOn(ref))).toBe(true);
});

test("a poll that fails after the shop has left does no harm", async () => {
  const { url, state } = await flagServer();
  const decider = await connect(url);
  const held: ServerResponse[] = [];
  state.held = held;
  await vi.waitFor(() => expect(held).toHaveLength(1), { timeout: 5000, interval: 5 });
  await decider?.close();
  const uncaught: unknown[] = [];
  const note = (error: unknown): void => void uncaught.push(error);
  process.on("unhandledRejection", note);
  process.on("uncaughtException", note);
  onTestFinished(() => {
    process.off("unhandledRejection", note);
    process.off("uncaughtException", note);
  });

  held[0]?.writeHead(418).end();
  // By the time requests sent after it have been answered, the client has read that answer too.
  for (let round = 0; round < 3; round += 1)
    await (await fetch(`${url}/anything`, { method: "POST" })).text();
  expect(uncaught).toEqual([]);
});

test("a server that never answers is told from one that says no", async () => {
  const { url, state } = await flagServer();
  state.isDown = true;
  expect(await connect(url, 300)).toBeNull();
});
