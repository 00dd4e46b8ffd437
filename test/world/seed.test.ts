import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, onTestFinished, test } from "vitest";

import { count, openShop } from "./shop-under-test.ts";

const ORDERS = "SELECT ref, channel, amount_minor, line_count FROM shop_order ORDER BY id";

function ordersOf(seed: number, faults = {}, tickMs = 100): unknown[] {
  const shop = openShop({ config: { seed } });
  shop.live(20, faults, tickMs);
  return shop.db.prepare(ORDERS).all();
}

function dropped(rate: number): unknown[] {
  const shop = openShop({ percent: 100 });
  shop.live(20, { drop: rate });
  const missing = shop.db
    .prepare(
      `SELECT ref FROM oms_order WHERE state IN ('posted', 'released', 'shipped')
       AND ref NOT IN (SELECT external_ref FROM erp_order)`,
    )
    .all();
  return missing.map(({ ref }) => ref);
}

test("the same seed brings the same orders", () => {
  expect(ordersOf(3)).toEqual(ordersOf(3));
  expect(ordersOf(3).length).toBeGreaterThan(300);
});

test("another seed brings other orders", () => {
  expect(ordersOf(4)).not.toEqual(ordersOf(3));
});

test("a fault does not change which orders arrive", () => {
  expect(ordersOf(3, { drop: 0.5, duplicate: 0.5, retryStorm: 0.3, lostWebhooks: 0.1 })).toEqual(ordersOf(3));
});

test("the orders do not depend on how often the shop ticks", () => {
  // The doors open at the first tick, so the slower shop has a few customers fewer at the end.
  const slow = ordersOf(3, {}, 250);
  expect(slow.length).toBeGreaterThan(300);
  expect(ordersOf(3).slice(0, slow.length)).toEqual(slow);
});

test("the same seed drops the same orders, and a higher rate drops them too", () => {
  const few = dropped(0.05);
  expect(few.length).toBeGreaterThan(5);
  expect(dropped(0.05)).toEqual(few);
  expect(dropped(0.2)).toEqual(expect.arrayContaining(few));
});

test("a shop reopened on the same file goes on with new order numbers", () => {
  const folder = mkdtempSync(join(tmpdir(), "shop-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "shop.sqlite");
  const first = openShop({ path });
  first.live(5);
  const before = count(first.db, "SELECT count(*) FROM shop_order");
  first.db.close();

  const second = openShop({ path });
  second.live(5);
  expect(count(second.db, "SELECT count(*) FROM shop_order")).toBeGreaterThan(before + 50);
  expect(count(second.db, "SELECT count(*) - count(DISTINCT number) FROM shop_checkout")).toBe(0);
});
