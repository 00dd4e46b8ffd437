import type { WorldConfig } from "../config.ts";
import { percentDecider } from "../exposure-decider.ts";
import { NO_FAULTS, type FaultRates } from "../faults.ts";
import { createMetricsPage } from "../metrics/metrics-page.ts";
import { createDraw } from "../random.ts";
import { openShopDatabase } from "../shop-database.ts";
import { createWorld } from "../world.ts";
import { audit, type AuditResult } from "./audit.ts";

const BEGIN = Date.UTC(2026, 0, 5, 8);
const TICK_MS = 100;

/** Enough of everything that every kind of bad order occurs in both small and large runs. */
const FAULTY: FaultRates = {
  ...NO_FAULTS,
  drop: 0.05,
  duplicate: 0.05,
  stick: 0.05,
  delay: 0.05,
  wrongAmount: 0.05,
  reject: 0.05,
  retryStorm: 0.1,
  lostWebhooks: 0.02,
};

/**
 * Lives through so many orders with most faults on and two outages of the ERP, on a clock of its own, then audits
 * the page of that moment. The last quarter is spent without faults, as after a repair.
 */
export async function auditOwnShop(
  config: WorldConfig,
  percent: number,
  orders: number,
): Promise<AuditResult> {
  const db = openShopDatabase(":memory:");
  const world = createWorld(db, config, percentDecider(createDraw(config.seed), percent), BEGIN);
  const page = createMetricsPage(world.context, BEGIN);
  const ticks = Math.ceil((orders / config.ordersPerSecond) * (1000 / TICK_MS));
  let now = BEGIN;
  for (let tick = 0; tick < ticks; tick += 1) {
    world.faults.set(faultsAt(tick / ticks));
    now += TICK_MS;
    world.tick(now);
    // Scraped along the way like a real one, so that counting in pieces is audited too.
    if (tick % 10 === 0) await page.render(now);
  }
  world.pause(now);
  const result = audit(db, await page.render(now), now);
  db.close();
  return result;
}

function faultsAt(progress: number): FaultRates {
  if (progress > 0.75) return NO_FAULTS;
  const isOutage = (progress > 0.2 && progress < 0.3) || (progress > 0.5 && progress < 0.55);
  return { ...FAULTY, erpOutage: isOutage ? 1 : 0.02 };
}
