import { readFileSync } from "node:fs";

import { expect, test } from "vitest";
import { parse } from "yaml";

import { BEGIN, openShop } from "./shop-under-test.ts";

type Rule = { readonly record: string; readonly expr: string };

const RULES = (
  parse(readFileSync(new URL("../../config/rules/commerce-health.rules.yml", import.meta.url), "utf8")) as {
    groups: { rules: Rule[] }[];
  }
).groups.flatMap(({ rules }) => rules);

/** Metrics of the contract about which these systems have nothing to say. */
const NOT_HERE = new Set(["commerce_stale_updates_applied_total", "commerce_contract_major_version"]);

/** Raw metrics in an expression; recorded series have colons on either side of the name. */
function rawMetrics(expr: string): string[] {
  return [...expr.matchAll(/(?<![:\w])(commerce_\w+)(?![\w:])/g)]
    .map(([, name = ""]) => name)
    .filter((name) => !NOT_HERE.has(name));
}

function labelsOf(series: Iterable<string>, metric: string): Set<string> {
  const keys = [...series].filter((key) => key.startsWith(`${metric}{`));
  return new Set(keys.flatMap((key) => [...key.matchAll(/[{,](\w+)="/g)].map(([, label = ""]) => label)));
}

test("the recording rules find every raw metric they read, with the labels they group by", async () => {
  const shop = openShop();
  shop.live(1);
  const series = [...(await shop.series()).keys()];
  const used = RULES.filter(({ expr }) => rawMetrics(expr).length > 0);
  expect(used.length).toBeGreaterThan(15);
  for (const { record, expr } of used) {
    const metrics = rawMetrics(expr);
    for (const metric of metrics) expect([record, labelsOf(series, metric).size > 0]).toEqual([record, true]);
    if (new Set(metrics).size > 1) continue;
    const grouped = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = ""]) => list.split(/,\s*/));
    const labels = labelsOf(series, metrics[0] ?? "");
    expect([record, grouped.filter((label) => !labels.has(label))]).toEqual([record, []]);
  }
});

test("every counter is there at zero before the first order", async () => {
  const shop = openShop();
  shop.world.tick(BEGIN);
  const fresh = await shop.series();
  shop.live(30, {
    drop: 0.1,
    duplicate: 0.1,
    stick: 0.1,
    wrongAmount: 0.1,
    reject: 0.1,
    erpOutage: 0.4,
    retryStorm: 0.1,
    lostWebhooks: 0.1,
  });
  const later = await shop.series();
  const born = [...later.keys()].filter((key) => !fresh.has(key));
  expect(born).toEqual([]);
  expect(later.size).toBeGreaterThan(250);
});

test("the heartbeat of an edge stands still while its target is down, so its age grows", async () => {
  const shop = openShop();
  shop.live(10);
  const edge = { integration: "oms-to-erp-orders-nordics", entity: "order" };
  const before = await shop.read("sync_last_success_timestamp_seconds", edge);
  shop.live(10, { erpOutage: 1 });
  expect(await shop.read("sync_last_success_timestamp_seconds", edge)).toBe(before);
});

test("no two shops share a series, save the flag's own name", async () => {
  const nordics = openShop();
  const iberia = openShop({ config: { name: "iberia", flag: "another-flag" } });
  nordics.live(2);
  iberia.live(2);
  const shared = [...(await nordics.series()).keys()].filter(
    (key) => !key.includes("nordics") && !key.startsWith("commerce_exposure_evaluations_total"),
  );
  expect(shared).toEqual([]);
  const iberian = await iberia.series();
  const both = [...(await nordics.series()).keys()].filter((key) => iberian.has(key));
  expect(both).toEqual([]);
});

test("the watermark is behind by the grace and every run reports all kinds", async () => {
  const shop = openShop();
  shop.live(5.1);
  const edge = { integration: "oms-to-erp-orders-nordics", entity: "order" };
  const watermark = await shop.read("reconciliation_watermark_timestamp_seconds", edge);
  const finished = await shop.read("reconciliation_last_success_timestamp_seconds", edge);
  expect((finished ?? 0) - (watermark ?? 0)).toBeCloseTo(4, 3);
  for (const kind of ["missing_in_target", "duplicate", "amount_mismatch", "orphaned_link"]) {
    expect(await shop.read("reconciliation_mismatched_entities", { ...edge, kind })).toBe(0);
  }
});
