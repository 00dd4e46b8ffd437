import type { Delivery } from "../edges/delivery.ts";
import { succeeded } from "../edges/delivery.ts";
import type { Message } from "../edges/message-log.ts";
import type { ShopContext } from "../shop-context.ts";
import { rows } from "../rows.ts";
import { createInbox } from "./inbox.ts";
import { createLifecycle, type Lifecycle } from "./oms-lifecycle.ts";
import type { OrderBody } from "./order-body.ts";

export type OmsOrder = {
  readonly ref: string;
  readonly channel: string;
  readonly currency: string;
  readonly amount_minor: number;
};

export type Oms = {
  readonly lifecycle: Lifecycle;
  /** Applies an order webhook. */
  receive(message: Message, now: number): Delivery;
  /** Applies a shipment notice. */
  confirmShipment(message: Message, now: number): Delivery;
  /** Books the payments that came through. */
  readonly capturePayments: (now: number) => void;
  /** Orders that are paid and not yet handed to an exporter. */
  readyForExport(): OmsOrder[];
  order(ref: string): OmsOrder | undefined;
};

export function createOms(context: ShopContext): Oms {
  const { config, db } = context;
  const lifecycle = createLifecycle(db);
  const allocate = createAllocation(context);
  const isNew = createInbox(db, "oms");
  const insert = db.prepare(
    `INSERT INTO oms_order (ref, shop_ref, channel, currency, amount_minor, state, entered_at, received_at)
     VALUES (:ref, :ref, :channel, :currency, :amountMinor, 'received', :now, :now)
     ON CONFLICT (ref) DO NOTHING`,
  );
  const inState = db.prepare(
    "SELECT ref, channel, currency, amount_minor, entered_at FROM oms_order WHERE state = :state ORDER BY entered_at, id",
  );
  const byRef = db.prepare("SELECT ref, channel, currency, amount_minor FROM oms_order WHERE ref = :ref");
  const ship = db.prepare(
    `UPDATE oms_stock SET on_hand = on_hand - r.quantity, reserved = reserved - r.quantity
     FROM (SELECT sku, quantity FROM oms_reservation WHERE order_ref = :ref) r WHERE oms_stock.sku = r.sku`,
  );
  const release = db.prepare("DELETE FROM oms_reservation WHERE order_ref = :ref");

  return {
    lifecycle,
    receive: (message, now) => {
      if (!isNew(message.key, now)) return succeeded("duplicate_suppressed");
      const order = JSON.parse(message.body) as OrderBody;
      const { ref, channel, currency, amountMinor } = order;
      if (insert.run({ ref, channel, currency, amountMinor, now }).changes === 0) {
        return succeeded("duplicate_suppressed");
      }
      lifecycle.begin(ref, now);
      allocate(order, now);
      return succeeded("applied");
    },
    confirmShipment: (message, now) => {
      if (!isNew(message.key, now)) return succeeded("duplicate_suppressed");
      const ref = message.entity_id;
      lifecycle.move(ref, "shipped", now);
      // The goods are gone whatever state the order was in.
      ship.run({ ref });
      release.run({ ref });
      return succeeded("applied");
    },
    capturePayments: (now) => {
      for (const order of rows<OmsOrder & { entered_at: number }>(inState, { state: "received" })) {
        const paidAt = order.entered_at + context.waitMs(config.times.payment, "payment", order.ref);
        if (paidAt <= now) lifecycle.move(order.ref, "paid", now);
      }
    },
    readyForExport: () => rows<OmsOrder>(inState, { state: "paid" }),
    order: (ref) => rows<OmsOrder>(byRef, { ref })[0],
  };
}

/** Reserves the goods of an order, more than there are if need be: the customer was promised them. */
function createAllocation({ db }: ShopContext): (order: OrderBody, now: number) => void {
  const available = db.prepare("SELECT on_hand - reserved AS quantity FROM oms_stock WHERE sku = :sku");
  const book = db.prepare(
    "UPDATE oms_stock SET reserved = reserved + :quantity, version = version + 1 WHERE sku = :sku",
  );
  const reserve = db.prepare(
    "INSERT OR IGNORE INTO oms_reservation (order_ref, sku, quantity) VALUES (:ref, :sku, :quantity)",
  );
  const oversold = db.prepare(
    `INSERT INTO order_line_defect (order_ref, sku, channel, defect, at)
     VALUES (:ref, :sku, :channel, 'oversold', :now)`,
  );
  return ({ ref, channel, lines }, now) => {
    for (const { sku, quantity } of lines) {
      const left = rows<{ quantity: number }>(available, { sku })[0]?.quantity ?? 0;
      if (left < quantity) oversold.run({ ref, sku, channel, now });
      if (reserve.run({ ref, sku, quantity }).changes === 1) book.run({ sku, quantity });
    }
  };
}
