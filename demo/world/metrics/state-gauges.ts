import type { DatabaseSync } from "node:sqlite";

import { systemName, type SystemKind } from "../names.ts";
import type { ShopContext } from "../shop-context.ts";
import { rows } from "../rows.ts";
import { OMS_FINAL_STATES, OMS_STATES } from "../systems/oms-lifecycle.ts";
import { WMS_FINAL_STATES, WMS_STATES } from "../systems/wms.ts";
import type { ShopMetrics } from "./contract.ts";

type StateTable = {
  readonly table: string;
  readonly system: SystemKind;
  readonly entity: string;
  readonly states: readonly string[];
  /** Nothing waits in these, so they have neither a limit nor an oldest entry. */
  readonly final: readonly string[];
};

const STATE_TABLES: readonly StateTable[] = [
  { table: "oms_order", system: "oms", entity: "order", states: OMS_STATES, final: OMS_FINAL_STATES },
  {
    table: "wms_fulfilment",
    system: "wms",
    entity: "fulfilment",
    states: WMS_STATES,
    final: WMS_FINAL_STATES,
  },
];

/** Returns the step that retells how many entities are in each state now, and since when. */
export function createStateGauges(context: ShopContext, metrics: ShopMetrics): (now: number) => void {
  const readers = STATE_TABLES.map((table) => createReader(context.db, table));
  const limitMs = context.ms(context.config.times.stuckLimit);

  return (now) => {
    for (const [index, { system, entity, states, final }] of STATE_TABLES.entries()) {
      const found = readers[index]?.(now - limitMs) ?? new Map<string, StateCount>();
      for (const state of states) {
        const labels = { system: systemName(system, context.config.name), entity, state };
        const count = found.get(state);
        metrics.inState.set(labels, count?.n ?? 0);
        if (final.includes(state)) continue;
        metrics.stuck.set(labels, count?.stuck ?? 0);
        metrics.oldestEntry.set(labels, (count?.oldest ?? now) / 1000);
      }
    }
  };
}

type StateCount = {
  readonly state: string;
  readonly n: number;
  readonly stuck: number;
  readonly oldest: number;
};

function createReader(db: DatabaseSync, { table }: StateTable): (before: number) => Map<string, StateCount> {
  const statement = db.prepare(
    `SELECT state, count(*) AS n, sum(entered_at < :before) AS stuck, min(entered_at) AS oldest
     FROM ${table} GROUP BY state`,
  );
  return (before) => new Map(rows<StateCount>(statement, { before }).map((count) => [count.state, count]));
}
