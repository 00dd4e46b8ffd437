import type { Fate } from "../edges/delivery.ts";
import type { ShopContext } from "../shop-context.ts";
import { rows } from "../rows.ts";
import { createInbox } from "./inbox.ts";

export const ERP_SCHEMA = `
CREATE TABLE IF NOT EXISTS erp_order (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  external_ref TEXT NOT NULL,
  amount_minor INTEGER NOT NULL,
  currency TEXT NOT NULL,
  source TEXT NOT NULL DEFAULT 'manual',
  posted_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS erp_order_external_ref ON erp_order (external_ref);
CREATE INDEX IF NOT EXISTS erp_order_posted ON erp_order (posted_at);

-- The ERP only ever adds orders, and says which exporter brought them.
CREATE TRIGGER IF NOT EXISTS erp_order_added_by_hand AFTER INSERT ON erp_order
WHEN NEW.source NOT IN ('batch', 'streaming')
BEGIN
  INSERT INTO manual_change (system, entity, order_ref, change) VALUES ('erp', 'order', NEW.external_ref, 'insert');
END;
CREATE TRIGGER IF NOT EXISTS erp_order_changed_by_hand AFTER UPDATE ON erp_order
BEGIN
  INSERT INTO manual_change (system, entity, order_ref, change) VALUES ('erp', 'order', OLD.external_ref, 'update');
END;
CREATE TRIGGER IF NOT EXISTS erp_order_deleted_by_hand AFTER DELETE ON erp_order
BEGIN
  INSERT INTO manual_change (system, entity, order_ref, change) VALUES ('erp', 'order', OLD.external_ref, 'delete');
END;
`;

export type ErpPosting = {
  readonly key: string;
  readonly externalRef: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly source: "batch" | "streaming";
};

export type Erp = {
  /** Books an order once per key; refuses currencies it keeps no books in. */
  post(posting: ErpPosting, now: number): Extract<Fate, "applied" | "duplicate_suppressed" | "rejected">;
  /** True while the calls of the last window have used up the contracted quota. */
  isOverQuota(now: number): boolean;
};

export function createErp(context: ShopContext): Erp {
  const { config, db } = context;
  const isNew = createInbox(db, "erp");
  const insert = db.prepare(
    `INSERT INTO erp_order (external_ref, amount_minor, currency, source, posted_at)
     VALUES (:externalRef, :amountMinor, :currency, :source, :now)`,
  );
  const recent = db.prepare(
    "SELECT count(*) AS calls FROM api_request WHERE system = :system AND at > :since",
  );
  const system = `erp-${config.name}`;
  const windowMs = context.ms(config.times.quotaWindow);
  const limit = erpQuota(context);

  return {
    post: ({ key, externalRef, amountMinor, currency, source }, now) => {
      if (currency !== config.currency) return "rejected";
      if (!isNew(key, now)) return "duplicate_suppressed";
      insert.run({ externalRef, amountMinor, currency, source, now });
      return "applied";
    },
    isOverQuota: (now) =>
      (rows<{ calls: number }>(recent, { system, since: now - windowMs })[0]?.calls ?? 0) >= limit,
  };
}

/** Calls the ERP takes in one quota window. */
export function erpQuota({ config, ms }: ShopContext): number {
  const ordersPerWindow = (config.ordersPerSecond * ms(config.times.quotaWindow)) / 1000;
  return Math.max(50, Math.ceil(config.quotaHeadroom * ordersPerWindow));
}
