import { expect, test } from "vitest";

import { parseFaults, type FaultRates } from "../../demo/world/faults.ts";
import { BEGIN, count, ERP_EDGE, openShop } from "./shop-under-test.ts";

/** Everything on a page that tells of trouble, by a short name; a healthy shop shows none. */
function troubles(series: ReadonlyMap<string, number>): string[] {
  const names = [...series.entries()]
    .filter(([, value]) => value !== 0)
    .map(([key]) => troubleName(key))
    .filter((name) => name !== null);
  const isFailing = [...series].some(
    ([key, value]) => key.startsWith("commerce_journey_success") && value === 0,
  );
  return [...new Set([...names, ...(isFailing ? ["journey"] : [])])].toSorted();
}

function troubleName(key: string): string | null {
  const label = (name: string): string => new RegExp(`[{,]${name}="([^"]*)"`).exec(key)?.[1] ?? "";
  const edge = label("integration").replace("-nordics", "");
  const metric = key.slice("commerce_".length, key.indexOf("{"));
  switch (metric) {
    case "reconciliation_mismatched_entities":
      return `${edge} ${label("kind")}`;
    case "messages_processed_total":
      return label("result") === "applied" ? null : `${edge} ${label("result")}`;
    case "message_attempts_total":
      return label("result") === "ok" ? null : `attempts ${label("error_type")}`;
    case "exposure_outcomes_total":
      return label("outcome") === "ok" ? null : `outcome ${label("variant")} ${label("outcome")}`;
    case "entities_stuck":
      return `stuck ${label("state")}`;
    case "backlog_messages":
      return label("stage") === "dead_letter" ? `dead letters ${edge}` : null;
    case "order_line_defects_total":
      return `defect ${label("defect")}`;
    case "duplicate_effects_total":
    case "flow_unaccounted_entities":
    case "manual_interventions_total":
      return metric;
    default:
      return null;
  }
}

async function troublesWith(faults: Partial<FaultRates>, percent = 50): Promise<string[]> {
  const shop = openShop({ percent });
  shop.live(8);
  shop.live(22, faults);
  return troubles(await shop.series());
}

test("a shop without faults shows no trouble at any percentage", async () => {
  expect(await troublesWith({}, 0)).toEqual([]);
  expect(await troublesWith({}, 50)).toEqual([]);
  expect(await troublesWith({}, 100)).toEqual([]);
});

test.each<[Partial<FaultRates>, string[]]>([
  [{ drop: 0.2 }, ["oms-to-erp-orders missing_in_target", "outcome on missing"]],
  [{ duplicate: 0.2 }, ["duplicate_effects_total", "oms-to-erp-orders duplicate", "outcome on duplicate"]],
  [{ wrongAmount: 0.2 }, ["oms-to-erp-orders amount_mismatch", "outcome on mismatch"]],
  [{ stick: 0.2 }, ["outcome on stuck", "stuck exporting"]],
  [{ delay: 0.2 }, ["oms-to-erp-orders missing_in_target", "outcome on stuck", "stuck exporting"]],
  [
    { reject: 0.2 },
    [
      "attempts mapping",
      "oms-to-erp-orders missing_in_target",
      "oms-to-erp-orders rejected",
      "outcome on error",
    ],
  ],
  [{ retryStorm: 0.2 }, ["attempts timeout", "oms-to-erp-orders duplicate_suppressed"]],
  [{ deadExporter: 1 }, []],
  [{ lostWebhooks: 1 }, ["flow_unaccounted_entities", "journey", "shop-to-oms-orders missing_in_target"]],
])("%o shows up where it should and nowhere else", async (faults, expected) => {
  expect(await troublesWith(faults)).toEqual(expected);
});

test("an outage of the ERP hits both exporters and ends in dead letters", async () => {
  expect(await troublesWith({ erpOutage: 1 })).toEqual([
    "attempts unavailable",
    "dead letters oms-to-erp-orders",
    "oms-to-erp-orders dead_lettered",
    "oms-to-erp-orders missing_in_target",
    "outcome off stuck",
    "outcome on stuck",
    "stuck exporting",
  ]);
});

test("faults of the new exporter touch nobody while the flag is off", async () => {
  const faults = { drop: 1, duplicate: 1, stick: 1, delay: 1, wrongAmount: 1, reject: 1 };
  expect(await troublesWith(faults, 0)).toEqual([]);
});

test("a dropped order is missing at the next reconciliation although the OMS has shipped it", async () => {
  const shop = openShop({ percent: 100 });
  shop.live(12, { drop: 1 });
  const missing = await shop.read("reconciliation_mismatched_entities", {
    ...ERP_EDGE,
    kind: "missing_in_target",
  });
  expect(missing).toBe(await shop.read("reconciliation_checked_entities", ERP_EDGE));
  expect(missing).toBeGreaterThan(50);
  expect(count(shop.db, "SELECT count(*) FROM erp_order")).toBe(0);
  expect(count(shop.db, "SELECT count(*) FROM oms_order WHERE state = 'shipped'")).toBeGreaterThan(50);
});

test("nothing is counted as processed, and the heartbeat stops, when the exporter only says it delivered", async () => {
  const shop = openShop({ percent: 100 });
  shop.live(10, { drop: 1 });
  expect(await shop.read("messages_processed_total", { ...ERP_EDGE, result: "applied" })).toBe(0);
  const attempts = { ...ERP_EDGE, result: "ok", error_type: "none" };
  expect(await shop.read("message_attempts_total", attempts)).toBeGreaterThan(100);
  const beat = await shop.read("sync_last_success_timestamp_seconds", ERP_EDGE);
  expect(beat).toBe(BEGIN / 1000);
});

test("mismatches return to zero once the fault is gone and its orders have left the window", async () => {
  const shop = openShop({ percent: 100 });
  shop.live(15, { drop: 0.3, wrongAmount: 0.3, duplicate: 0.3 });
  expect(troubles(await shop.series())).toContain("oms-to-erp-orders missing_in_target");
  shop.live(26);
  const left = troubles(await shop.series()).filter((name) => name.startsWith("oms-to-erp-orders"));
  expect(left).toEqual([]);
});

test("an order that is late but within the grace of the batch is no mismatch", async () => {
  const shop = openShop({ percent: 0 });
  for (let second = 0; second < 15; second += 1) {
    shop.live(1);
    const labels = { ...ERP_EDGE, kind: "missing_in_target" };
    expect(await shop.read("reconciliation_mismatched_entities", labels)).toBe(0);
  }
});

test("the quota shrinks in a retry storm", async () => {
  const calm = openShop({ percent: 100 });
  calm.live(10);
  const stormy = openShop({ percent: 100 });
  stormy.live(10, { retryStorm: 1 });
  const system = { system: "erp-nordics" };
  const before = (await calm.read("api_quota_available_ratio", system)) ?? 0;
  const during = (await stormy.read("api_quota_available_ratio", system)) ?? 1;
  expect(before).toBeGreaterThan(0.8);
  expect(during).toBeLessThan(before - 0.3);
});

test("dead letters can be sent again once the ERP is back", async () => {
  const shop = openShop();
  shop.live(20, { erpOutage: 1 });
  const dead = { ...ERP_EDGE, stage: "dead_letter" };
  expect(await shop.read("backlog_messages", dead)).toBeGreaterThan(0);
  shop.live(4);
  expect(shop.world.replay(shop.now())).toBeGreaterThan(0);
  shop.live(10);
  expect(await shop.read("backlog_messages", dead)).toBe(0);
  expect(count(shop.db, "SELECT count(*) FROM oms_order WHERE state = 'export_failed'")).toBe(0);
});

test.each([
  [[], ["expected an object of fault rates"]],
  [null, ["expected an object of fault rates"]],
  [{ drop: "0.1" }, ["drop: must be a number from 0 to 1"]],
  [{ drop: 1.1 }, ["drop: must be a number from 0 to 1"]],
  [{ drop: Number.NaN }, ["drop: must be a number from 0 to 1"]],
])("%o is no set of fault rates", (body, problems) => {
  expect(parseFaults(body)).toEqual({ ok: false, problems });
});

test("a fault that is not named is switched off", () => {
  const change = parseFaults({ drop: 0.5 });
  expect(change).toMatchObject({ ok: true, rates: { drop: 0.5, duplicate: 0, deadExporter: 0 } });
});
