import { succeeded, type Delivery } from "../edges/delivery.ts";
import type { Message, MessageLog } from "../edges/message-log.ts";
import type { ShopContext } from "../shop-context.ts";
import { rows } from "../rows.ts";
import { createInbox } from "./inbox.ts";
import type { OrderLine } from "./order-body.ts";

export const WMS_SCHEMA = `
CREATE TABLE IF NOT EXISTS wms_fulfilment (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  order_ref TEXT NOT NULL,
  channel TEXT NOT NULL,
  lines TEXT NOT NULL,
  state TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  entered_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS wms_fulfilment_order ON wms_fulfilment (order_ref);
CREATE INDEX IF NOT EXISTS wms_fulfilment_state ON wms_fulfilment (state, entered_at);
CREATE INDEX IF NOT EXISTS wms_fulfilment_created ON wms_fulfilment (created_at);

CREATE TABLE IF NOT EXISTS wms_stock (sku TEXT PRIMARY KEY, on_hand INTEGER NOT NULL);

CREATE TABLE IF NOT EXISTS wms_transition (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  fulfilment_id INTEGER NOT NULL,
  to_state TEXT NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL
);
`;

export const WMS_STATES = ["picking", "shipped"] as const;
export const WMS_FINAL_STATES: readonly string[] = ["shipped"];

export type FulfilmentBody = {
  readonly ref: string;
  readonly channel: string;
  readonly lines: readonly OrderLine[];
};

export type Wms = {
  /** Takes an order to fulfil. */
  accept(message: Message, now: number): Delivery;
  /** Ships what has been picked. */
  readonly step: (now: number) => void;
};

type Picking = { id: number; order_ref: string; channel: string; lines: string; entered_at: number };

export function createWms(context: ShopContext, log: MessageLog): Wms {
  const { config, db, names } = context;
  const isNew = createInbox(db, "wms");
  const take = createTaking(context);
  const insert = db.prepare(
    `INSERT INTO wms_fulfilment (order_ref, channel, lines, state, created_at, entered_at)
     VALUES (:ref, :channel, :lines, 'picking', :now, :now)`,
  );
  const picking = db.prepare(
    `SELECT id, order_ref, channel, lines, entered_at FROM wms_fulfilment
     WHERE state = 'picking' ORDER BY entered_at, id`,
  );
  const enter = db.prepare("UPDATE wms_fulfilment SET state = :to, entered_at = :now WHERE id = :id");
  const record = db.prepare(
    "INSERT INTO wms_transition (fulfilment_id, to_state, result, at) VALUES (:id, :to, 'ok', :now)",
  );

  const ship = (fulfilment: Picking, now: number): void => {
    const { id, order_ref: ref } = fulfilment;
    take(fulfilment, now);
    enter.run({ id, to: "shipped", now });
    record.run({ id, to: "shipped", now });
    const dueAt = now + context.waitMs(config.times.shipmentNotice, "shipment notice", id);
    log.send(names.wmsToOms, "queue", { entityId: ref, key: `shipped:${id}`, body: { ref }, dueAt }, now);
  };

  return {
    accept: (message, now) => {
      if (!isNew(message.key, now)) return succeeded("duplicate_suppressed");
      const { ref, channel, lines } = JSON.parse(message.body) as FulfilmentBody;
      const { lastInsertRowid: id } = insert.run({ ref, channel, lines: JSON.stringify(lines), now });
      record.run({ id, to: "picking", now });
      return succeeded("applied");
    },
    step: (now) => {
      for (const fulfilment of rows<Picking>(picking)) {
        const takes = context.waitMs(config.times.picking, "picking", fulfilment.order_ref);
        if (fulfilment.entered_at + takes <= now) ship(fulfilment, now);
      }
    },
  };
}

/** Takes goods off the shelf, orders new ones when few are left and notes what was not there. */
function createTaking({ config, db }: ShopContext): (fulfilment: Picking, now: number) => void {
  const off = db.prepare(
    "UPDATE wms_stock SET on_hand = on_hand - :quantity WHERE sku = :sku AND on_hand >= :quantity",
  );
  const short = db.prepare(
    `INSERT INTO order_line_defect (order_ref, sku, channel, defect, at)
     VALUES (:ref, :sku, :channel, 'short_pick', :now)`,
  );
  const goodsIn = db.prepare(
    "UPDATE wms_stock SET on_hand = on_hand + :more WHERE sku = :sku AND on_hand < :few RETURNING sku",
  );
  const tellOms = db.prepare(
    "UPDATE oms_stock SET on_hand = on_hand + :more, version = version + 1, goods_in_at = :now WHERE sku = :sku",
  );
  const more = config.stockPerSku;
  const few = Math.floor(config.stockPerSku / 5);

  return ({ order_ref: ref, channel, lines }, now) => {
    for (const { sku, quantity } of JSON.parse(lines) as OrderLine[]) {
      if (off.run({ sku, quantity }).changes === 0) short.run({ ref, sku, channel, now });
      if (goodsIn.get({ sku, more, few }) !== undefined) tellOms.run({ sku, more, now });
    }
  };
}
