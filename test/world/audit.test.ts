import { expect, test } from "vitest";

import { audit, isClean, type AuditResult } from "../../demo/world/audit/audit.ts";
import { auditOwnShop } from "../../demo/world/audit/audit-own-shop.ts";
import { auditReport } from "../../demo/world/audit/audit-report.ts";
import { DEFAULT_CONFIG } from "../../demo/world/config.ts";
import { createMetricsPage } from "../../demo/world/metrics/metrics-page.ts";
import { BEGIN, openShop, type ShopUnderTest } from "./shop-under-test.ts";

function faultyShop(): ShopUnderTest {
  const shop = openShop({ percent: 40 });
  shop.live(20, {
    drop: 0.1,
    duplicate: 0.1,
    stick: 0.1,
    delay: 0.1,
    wrongAmount: 0.1,
    reject: 0.1,
    erpOutage: 0.3,
    retryStorm: 0.2,
    lostWebhooks: 0.05,
  });
  shop.world.pause(shop.now());
  return shop;
}

const auditOf = (shop: ShopUnderTest, page: string): AuditResult => audit(shop.db, page, shop.now());

test("the audit agrees with the page of a faulty shop, series by series", async () => {
  const shop = faultyShop();
  const page = await shop.page();
  const result = auditOf(shop, page);
  expect(result.discrepancies).toEqual([]);
  expect(result.lost).toEqual([]);
  expect(result.compared).toBe(
    page.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length,
  );
});

test("the audit finds each single series that is off by one", async () => {
  const shop = faultyShop();
  const lines = (await shop.page()).split("\n");
  const families = new Map<string, number>();
  for (const [index, line] of lines.entries()) {
    if (line !== "" && !line.startsWith("#")) families.set(line.slice(0, line.search(/[{ ]/)), index);
  }
  expect(families.size).toBeGreaterThan(30);
  for (const [family, index] of families) {
    const forged = lines.map((line, at) => (at === index ? line.replace(/ (\S+)$/, addOne) : line));
    const { discrepancies } = auditOf(shop, forged.join("\n"));
    expect([family, discrepancies.length]).toEqual([family, 1]);
    expect(discrepancies[0]?.series.startsWith(`${family}{`)).toBe(true);
  }
}, 60_000);

function addOne(_: string, value: string): string {
  return ` ${Number(value) + 1}`;
}

test("the audit finds a series that is missing, invented or unreadable", async () => {
  const shop = faultyShop();
  const page = await shop.page();
  const line = 'commerce_orders_total{channel="web-nordics"}';
  const without = page.split("\n").filter((it) => !it.startsWith(line));
  expect(auditOf(shop, without.join("\n")).discrepancies).toMatchObject([{ reported: null }]);
  expect(auditOf(shop, `${page}\ncommerce_orders_total{channel="fax"} 1`).discrepancies).toMatchObject([
    { recomputed: null, reported: 1 },
  ]);
  const garbled = auditOf(shop, `${page}\nnonsense`);
  expect(garbled.unreadable).toEqual(["nonsense"]);
  expect(isClean(garbled)).toBe(false);
});

test.each([
  ["an outcome is lost", "DELETE FROM exposure_outcome WHERE id = 5"],
  ["an outcome is whitewashed", "UPDATE exposure_outcome SET outcome = 'ok' WHERE outcome = 'missing'"],
  [
    "an order is placed after the page was made",
    "INSERT INTO shop_checkout SELECT 999999, 1, channel, 0 FROM shop_checkout LIMIT 1",
  ],
  ["a finding is hidden", "UPDATE reconciliation_finding SET mismatched = 0"],
  [
    "an order line changes its price",
    "UPDATE shop_order_line SET price_minor = price_minor + 100 WHERE id = 1",
  ],
])("the audit fails when %s", async (_, sql) => {
  const shop = faultyShop();
  const before = await shop.page();
  shop.db.exec(sql);
  // Neither an exporter that saw it happen nor one that starts afterwards can agree with all the tables.
  expect(isClean(auditOf(shop, before)) && isClean(auditOf(shop, await openPageAgain(shop)))).toBe(false);
});

/** The page of an exporter that starts only now and believes whatever the tables say. */
function openPageAgain(shop: ShopUnderTest): Promise<string> {
  return createMetricsPage(shop.world.context, BEGIN).render(shop.now());
}

test("edits by hand do not make the audit cry wolf; what they destroyed is named", async () => {
  const shop = openShop();
  shop.live(15);
  shop.db.exec("DELETE FROM erp_order WHERE id IN (3, 4, 5)");
  shop.live(8);
  shop.world.pause(shop.now());
  const result = auditOf(shop, await shop.page());
  expect(result.discrepancies).toEqual([]);
  expect(result.lost.every((series) => series.startsWith("commerce_duplicate_effects_total"))).toBe(true);
  expect(auditReport(result)).toMatch(/^NOT RECOMPUTABLE[^]*AUDIT OK: \d+ series$/);
});

test("the audit of a shop of its own is clean for another seed and percentage", async () => {
  const result = await auditOwnShop({ ...DEFAULT_CONFIG, name: "alps", seed: 99 }, 70, 800);
  expect(auditReport(result)).toMatch(/^AUDIT OK: \d+ series$/);
});
