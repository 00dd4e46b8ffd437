import type { ExposureDecider } from "./exposure-decider.ts";
import type { FaultRates } from "./faults.ts";
import { rows } from "./rows.ts";
import type { World } from "./world.ts";

export type Stats = {
  readonly name: string;
  readonly flag: string;
  readonly orders: number;
  /** Orders that were asked about the flag, and which answer they were given. */
  readonly exposed: { readonly on: number; readonly off: number };
  readonly knownPercent: number | null;
  readonly states: Readonly<Record<string, number>>;
  readonly faults: FaultRates;
  /** Milliseconds; null while the shop runs. */
  readonly pausedAt: number | null;
};

export function createStatsReader(world: World, decider: ExposureDecider): () => Stats {
  const { config, db } = world.context;
  const orders = db.prepare("SELECT count(*) AS n FROM shop_order");
  const variants = db.prepare("SELECT variant AS key, count(*) AS n FROM order_exposure GROUP BY variant");
  const states = db.prepare("SELECT state AS key, count(*) AS n FROM oms_order GROUP BY state");
  return () => {
    const counted = Object.fromEntries(
      rows<{ key: string; n: number }>(variants).map(({ key, n }) => [key, n]),
    );
    return {
      name: config.name,
      flag: config.flag,
      orders: rows<{ n: number }>(orders)[0]?.n ?? 0,
      exposed: { on: counted["on"] ?? 0, off: counted["off"] ?? 0 },
      knownPercent: decider.knownPercent(),
      states: Object.fromEntries(rows<{ key: string; n: number }>(states).map(({ key, n }) => [key, n])),
      faults: world.faults.rates(),
      pausedAt: world.pausedAt(),
    };
  };
}
