import { once } from "node:events";
import type { Server } from "node:http";
import type { AddressInfo } from "node:net";

import { expect, onTestFinished, test } from "vitest";

import { percentDecider } from "../../demo/world/exposure-decider.ts";
import { createMetricsPage } from "../../demo/world/metrics/metrics-page.ts";
import { createDraw } from "../../demo/world/random.ts";
import { createWorldServer } from "../../demo/world/world-server.ts";
import { BEGIN, openShop, type ShopUnderTest } from "./shop-under-test.ts";

async function serve(): Promise<{ shop: ShopUnderTest; base: string }> {
  const shop = openShop({ percent: 30 });
  const server: Server = createWorldServer({
    world: shop.world,
    page: createMetricsPage(shop.world.context, BEGIN),
    decider: percentDecider(createDraw(7), 30),
    clock: shop.now,
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { shop, base: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const put = (url: string, body: string) => fetch(url, { method: "PUT", body });

test("faults are read and replaced as a whole over HTTP", async () => {
  const { shop, base } = await serve();
  expect((await put(`${base}/faults`, '{"drop":0.03}')).status).toBe(200);
  expect(shop.world.faults.rates()).toMatchObject({ drop: 0.03, duplicate: 0 });
  await put(`${base}/faults`, '{"duplicate":1}');
  expect(await (await fetch(`${base}/faults`)).json()).toMatchObject({ drop: 0, duplicate: 1 });
});

test.each(['{"drop":2}', '{"drip":0.1}', "[]", "nonsense", ""])(
  "the faults stay as they were when sent %s",
  async (body) => {
    const { shop, base } = await serve();
    await put(`${base}/faults`, '{"drop":0.5}');
    const refused = await put(`${base}/faults`, body);
    expect(refused.status).toBe(422);
    expect(await refused.json()).toHaveProperty("problems");
    expect(shop.world.faults.rates().drop).toBe(0.5);
  },
);

test("the numbers tell orders by variant and the percent the shop believes in", async () => {
  const { shop, base } = await serve();
  shop.live(20);
  const stats = (await (await fetch(`${base}/stats`)).json()) as {
    orders: number;
    exposed: { on: number; off: number };
    knownPercent: number;
  };
  expect(stats.knownPercent).toBe(30);
  expect(stats.orders).toBeGreaterThan(300);
  const share = stats.exposed.on / (stats.exposed.on + stats.exposed.off);
  expect(share).toBeGreaterThan(0.2);
  expect(share).toBeLessThan(0.4);
});

test("a paused shop stands still and shows the same page until it is resumed", async () => {
  const { shop, base } = await serve();
  shop.live(6);
  const paused = await (await fetch(`${base}/pause`, { method: "POST" })).json();
  expect(paused).toEqual({ pausedAt: shop.now(), wasPaused: false });
  const page = await (await fetch(`${base}/metrics`)).text();
  shop.live(5);
  expect(await (await fetch(`${base}/metrics`)).text()).toBe(page);
  expect(await (await fetch(`${base}/pause`, { method: "POST" })).json()).toMatchObject({ wasPaused: true });
  await fetch(`${base}/resume`, { method: "POST" });
  shop.live(5);
  expect(await (await fetch(`${base}/metrics`)).text()).not.toBe(page);
});

test("a dead exporter answers no scrape while the shop goes on selling", async () => {
  const { shop, base } = await serve();
  shop.live(2);
  await put(`${base}/faults`, '{"deadExporter":1}');
  await expect(fetch(`${base}/metrics`)).rejects.toThrow("fetch failed");
  expect((await fetch(`${base}/stats`)).status).toBe(200);
  await put(`${base}/faults`, "{}");
  expect((await fetch(`${base}/metrics`)).status).toBe(200);
});

test("an unknown door is a 404", async () => {
  const { base } = await serve();
  expect((await fetch(`${base}/secrets`)).status).toBe(404);
});
