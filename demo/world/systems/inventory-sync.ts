import { succeeded, type Delivery } from "../edges/delivery.ts";
import type { Message, MessageLog } from "../edges/message-log.ts";
import { every } from "../schedule.ts";
import type { ShopContext } from "../shop-context.ts";
import { rows } from "../rows.ts";

type Availability = { readonly sku: string; readonly version: number; readonly quantity: number };

/** Tells the storefront what may be sold: absolute quantities with a version, so late ones do no harm. */
export function createInventorySync(context: ShopContext, log: MessageLog) {
  const { config, db, names } = context;
  const isTime = every(context.ms(config.times.inventorySyncPeriod));
  const changed = db.prepare(
    `SELECT sku, version, MAX(on_hand - reserved, 0) AS quantity FROM oms_stock WHERE version > sent_version`,
  );
  const sent = db.prepare("UPDATE oms_stock SET sent_version = :version WHERE sku = :sku");
  const shown = db.prepare("SELECT version FROM shop_stock WHERE sku = :sku");
  const apply = db.prepare(
    `INSERT INTO shop_stock (sku, quantity, version) VALUES (:sku, :quantity, :version)
     ON CONFLICT (sku) DO UPDATE SET quantity = excluded.quantity, version = excluded.version`,
  );

  return {
    step: (now: number): void => {
      if (!isTime(now)) return;
      for (const body of rows<Availability>(changed)) {
        const { sku, version } = body;
        log.send(
          names.omsToShop,
          "queue",
          { entityId: sku, key: `${sku}:${version}`, body, dueAt: now },
          now,
        );
        sent.run({ sku, version });
      }
    },
    receive: (message: Message): Delivery => {
      const { sku, quantity, version } = JSON.parse(message.body) as Availability;
      const known = rows<{ version: number }>(shown, { sku })[0]?.version ?? 0;
      if (version === known) return succeeded("duplicate_suppressed");
      if (version < known) return succeeded("stale_discarded");
      apply.run({ sku, quantity, version });
      return succeeded("applied");
    },
  };
}
