import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

import { expect, onTestFinished, test } from "vitest";

import { createMetricsPage } from "../../demo/world/metrics/metrics-page.ts";
import { BEGIN, count, ERP_EDGE, openShop, type ShopUnderTest } from "./shop-under-test.ts";

const OMS = { system: "oms-nordics", entity: "order" };

/** A shop on a file, and a second connection to it like a person's sqlite3. */
function openWithStranger(): { shop: ShopUnderTest; stranger: DatabaseSync } {
  const folder = mkdtempSync(join(tmpdir(), "shop-"));
  const path = join(folder, "shop.sqlite");
  const shop = openShop({ path, percent: 50 });
  const stranger = new DatabaseSync(path);
  onTestFinished(() => {
    stranger.close();
    shop.db.close();
    rmSync(folder, { recursive: true });
  });
  return { shop, stranger };
}

const mismatched = (shop: ShopUnderTest, kind: string) =>
  shop.read("reconciliation_mismatched_entities", { ...ERP_EDGE, kind });

test("ERP orders deleted by a stranger are missing at the next reconciliation, and the edit is counted", async () => {
  const { shop, stranger } = openWithStranger();
  shop.live(12);
  const judged = shop.now() - 6000;
  stranger.exec(`DELETE FROM erp_order WHERE external_ref IN
    (SELECT ref FROM oms_order WHERE paid_at < ${judged} ORDER BY paid_at DESC LIMIT 7)`);
  shop.live(1.1);
  expect(await mismatched(shop, "missing_in_target")).toBe(7);
  const labels = { system: "erp-nordics", entity: "order", kind: "direct_db" };
  expect(await shop.read("manual_interventions_total", labels)).toBe(7);
});

test("ERP orders added, copied and changed by a stranger are orphans, duplicates and wrong amounts", async () => {
  const { shop, stranger } = openWithStranger();
  shop.live(12);
  const then = shop.now() - 6000;
  stranger.exec(`
    INSERT INTO erp_order (external_ref, amount_minor, currency, posted_at) VALUES ('ghost', 100, 'EUR', ${then});
    INSERT INTO erp_order (external_ref, amount_minor, currency, posted_at)
      SELECT ref, amount_minor, currency, ${then} FROM oms_order WHERE paid_at < ${then} ORDER BY paid_at DESC LIMIT 3;
    UPDATE erp_order SET amount_minor = amount_minor + 1 WHERE external_ref IN
      (SELECT ref FROM oms_order WHERE paid_at < ${then} ORDER BY paid_at DESC LIMIT 2 OFFSET 3)`);
  shop.live(1.1);
  expect(await mismatched(shop, "orphaned_link")).toBe(1);
  expect(await mismatched(shop, "duplicate")).toBe(3);
  expect(await mismatched(shop, "amount_mismatch")).toBe(2);
  expect(await shop.read("duplicate_effects_total", ERP_EDGE)).toBe(3);
});

test("an order a stranger sets back is stuck and aged from when it entered the state", async () => {
  const { shop, stranger } = openWithStranger();
  shop.live(12);
  const entered = shop.now() - 30_000;
  stranger.exec(`UPDATE oms_order SET state = 'released', entered_at = ${entered}
    WHERE ref IN (SELECT ref FROM oms_order WHERE state = 'shipped' LIMIT 4)`);
  expect(await shop.read("entities_stuck", { ...OMS, state: "released" })).toBe(4);
  expect(await shop.read("state_oldest_entry_timestamp_seconds", { ...OMS, state: "released" })).toBe(
    entered / 1000,
  );
});

test("a message sent a second time is suppressed by its key and has no second effect", async () => {
  const { shop, stranger } = openWithStranger();
  shop.live(10);
  const before = count(shop.db, "SELECT count(*) FROM erp_order");
  stranger.exec(`UPDATE edge_message SET stage = 'queue' WHERE id IN
    (SELECT id FROM edge_message WHERE integration = '${ERP_EDGE.integration}' AND stage = 'done' LIMIT 5)`);
  const posted = count(shop.db, "SELECT count(*) FROM erp_order");
  shop.live(0.3);
  expect(await shop.read("messages_processed_total", { ...ERP_EDGE, result: "duplicate_suppressed" })).toBe(
    5,
  );
  expect(await shop.read("duplicate_effects_total", ERP_EDGE)).toBe(0);
  expect(posted).toBe(before);
});

test("the shop waits out a stranger's lock and makes up for the time", () => {
  const { shop, stranger } = openWithStranger();
  shop.live(2);
  const before = count(shop.db, "SELECT count(*) FROM shop_order");
  shop.db.exec("PRAGMA busy_timeout = 20");
  stranger.exec("BEGIN IMMEDIATE");
  expect(shop.world.tick(shop.now() + 1000)).toBe(false);
  stranger.exec("COMMIT");
  expect(shop.world.tick(shop.now() + 2000)).toBe(true);
  expect(count(shop.db, "SELECT count(*) FROM shop_order")).toBeGreaterThan(before + 20);
});

test("every order accepted is in a state of the OMS, under way to it, or unaccounted for", async () => {
  const { shop } = openWithStranger();
  for (let round = 0; round < 6; round += 1) {
    shop.live(3, { lostWebhooks: 0.1, erpOutage: 0.3, drop: 0.1 });
    const accepted = count(shop.db, "SELECT count(*) FROM shop_order");
    const underWay = count(
      shop.db,
      "SELECT count(*) FROM edge_message WHERE integration LIKE 'shop-to-oms%' AND stage <> 'done'",
    );
    let inStates = 0;
    for (const [key, value] of await shop.series()) {
      if (key.startsWith("commerce_entities_in_state") && key.includes('"oms-nordics"')) inStates += value;
    }
    const lost = await shop.read("flow_unaccounted_entities", {
      flow: "order-to-cash-nordics",
      entity: "order",
    });
    // All of these 18 seconds lie inside the window the flow is watched over.
    expect(lost).toBe(accepted - underWay - inStates);
    expect(lost).toBeGreaterThan(0);
  }
});

test("goods neither vanish nor appear between storefront, OMS and warehouse", () => {
  const { shop } = openWithStranger();
  shop.live(15);
  const shipped = count(
    shop.db,
    `SELECT COALESCE(sum(l.quantity), 0) FROM shop_order_line l JOIN oms_order o ON o.ref = l.order_ref
     WHERE o.state = 'shipped'`,
  );
  const { skus, stockPerSku } = shop.world.context.config;
  expect(count(shop.db, "SELECT sum(on_hand) FROM oms_stock")).toBe(skus * stockPerSku - shipped);
  expect(shipped).toBeGreaterThan(100);
  expect(
    count(
      shop.db,
      "SELECT (SELECT sum(reserved) FROM oms_stock) - (SELECT sum(quantity) FROM oms_reservation)",
    ),
  ).toBe(0);
});

test("an exporter that starts late or again reports the same totals", async () => {
  const shop = openShop();
  for (let second = 0; second < 8; second += 1) {
    shop.live(1, { duplicate: 0.2, retryStorm: 0.2 });
    await shop.page();
  }
  const again = createMetricsPage(shop.world.context, BEGIN);
  expect(linesWithoutSums(await again.render(shop.now()))).toEqual(linesWithoutSums(await shop.page()));
});

/** Sums of seconds differ in their last digit with the order they were added up in. */
function linesWithoutSums(page: string): string[] {
  return page.split("\n").filter((line) => !line.includes("_seconds_sum"));
}
