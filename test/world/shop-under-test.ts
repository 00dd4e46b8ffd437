import type { DatabaseSync } from "node:sqlite";

import { parseExposition, seriesKey } from "../../demo/world/audit/exposition.ts";
import { DEFAULT_CONFIG, type WorldConfig } from "../../demo/world/config.ts";
import { percentDecider } from "../../demo/world/exposure-decider.ts";
import { NO_FAULTS, type FaultRates } from "../../demo/world/faults.ts";
import { createMetricsPage } from "../../demo/world/metrics/metrics-page.ts";
import { createDraw } from "../../demo/world/random.ts";
import { openShopDatabase } from "../../demo/world/shop-database.ts";
import { createWorld, type World } from "../../demo/world/world.ts";

export const BEGIN = 1_767_600_000_000;

export type ShopUnderTest = {
  readonly world: World;
  readonly db: DatabaseSync;
  readonly now: () => number;
  /** Lives on for so many seconds of the (virtual) wall clock. */
  live(seconds: number, faults?: Partial<FaultRates>, tickMs?: number): void;
  page(): Promise<string>;
  /** The values of the page by series. */
  series(): Promise<ReadonlyMap<string, number>>;
  read(name: string, labels: Record<string, string>): Promise<number | undefined>;
};

export function openShop(
  options: { percent?: number; config?: Partial<WorldConfig>; path?: string } = {},
): ShopUnderTest {
  const config = { ...DEFAULT_CONFIG, ...options.config };
  const db = openShopDatabase(options.path ?? ":memory:");
  const decider = percentDecider(createDraw(config.seed), options.percent ?? 50);
  const world = createWorld(db, config, decider, BEGIN);
  const metrics = createMetricsPage(world.context, BEGIN);
  let now = BEGIN;
  const page = (): Promise<string> => metrics.render(now);
  const series = async () => parseExposition(await page()).series;
  return {
    world,
    db,
    now: () => now,
    live: (seconds, faults = {}, tickMs = 100) => {
      world.faults.set({ ...NO_FAULTS, ...faults });
      const until = now + seconds * 1000;
      while (now < until) {
        now = Math.min(until, now + tickMs);
        world.tick(now);
      }
    },
    page,
    series,
    read: async (name, labels) => (await series()).get(seriesKey(`commerce_${name}`, labels)),
  };
}

export const ERP_EDGE = { integration: "oms-to-erp-orders-nordics", entity: "order" } as const;

/** One number from the tables. */
export function count(db: DatabaseSync, sql: string): number {
  return Number(Object.values(db.prepare(sql).get() ?? {})[0]);
}
