import type { MessageLog } from "../edges/message-log.ts";
import { drawGap, drawInteger } from "../random.ts";
import type { ShopContext } from "../shop-context.ts";
import { rows } from "../rows.ts";
import { createBasket, skuName, type BasketLine } from "./basket.ts";
import type { OrderBody } from "./order-body.ts";

const APP_SHARE = 0.3;
const DEAREST_MINOR = 19_900;
const CHEAPEST_MINOR = 490;

export type Storefront = {
  /** Lets in the customers who arrived since the last tick. */
  readonly step: (now: number) => void;
  /** Customers come again only from `now` on: nobody queued at the door of a closed shop. */
  readonly reopen: (now: number) => void;
};

export function createStorefront(context: ShopContext, log: MessageLog): Storefront {
  const { config, db, draw, names } = context;
  fillShelves(context);
  const orders = createOrderDesk(context, log);
  const basket = createBasket(db, draw, config.skus);
  const checkOut = db.prepare(
    "INSERT INTO shop_checkout (number, channel, started_at) VALUES (:number, :channel, :now)",
  );
  const highest = rows<{ number: number }>(
    db.prepare("SELECT COALESCE(max(number), 0) AS number FROM shop_checkout"),
  )[0];

  const meanGapMs = (1000 * config.checkoutConversion) / config.ordersPerSecond;
  let number = (highest?.number ?? 0) + 1;
  let arrivesAt: number | null = null;

  const admit = (now: number): void => {
    const channel = draw("channel", number) < APP_SHARE ? names.channels.app : names.channels.web;
    checkOut.run({ number, channel, now });
    const lines = basket(number);
    if (lines.length > 0 && draw("conversion", number) < config.checkoutConversion) {
      orders(`${config.name}-${config.seed}-${number}`, channel, lines, now);
    }
  };

  return {
    step: (now) => {
      arrivesAt ??= now;
      while (arrivesAt <= now) {
        admit(now);
        arrivesAt += drawGap(draw("arrival gap", number), meanGapMs);
        number += 1;
      }
    },
    reopen: (now) => {
      arrivesAt = now;
    },
  };
}

function createOrderDesk(context: ShopContext, log: MessageLog) {
  const { config, db, faults, names } = context;
  const { currency } = config;
  const insert = db.prepare(
    `INSERT INTO shop_order (ref, channel, currency, amount_minor, line_count, placed_at)
     VALUES (:ref, :channel, :currency, :amountMinor, :lineCount, :now)`,
  );
  const insertLine = db.prepare(
    "INSERT INTO shop_order_line (order_ref, sku, quantity, price_minor) VALUES (:ref, :sku, :quantity, :priceMinor)",
  );
  const sell = db.prepare("UPDATE shop_stock SET quantity = quantity - :quantity WHERE sku = :sku");

  return (ref: string, channel: string, lines: readonly BasketLine[], now: number): void => {
    const amountMinor = lines.reduce((sum, line) => sum + line.quantity * line.priceMinor, 0);
    insert.run({ ref, channel, currency, amountMinor, lineCount: lines.length, now });
    for (const { sku, quantity, priceMinor } of lines) {
      insertLine.run({ ref, sku, quantity, priceMinor });
      sell.run({ sku, quantity });
    }
    if (faults.hits("lostWebhooks", ref)) return;
    const goods = lines.map(({ sku, quantity }) => ({ sku, quantity }));
    const body: OrderBody = { ref, channel, currency, amountMinor, lines: goods };
    const dueAt = now + context.waitMs(config.times.webhook, "webhook", ref);
    log.send(names.shopToOms, "queue", { entityId: ref, key: `order:${ref}`, body, dueAt }, now);
  };
}

function fillShelves({ config, db, draw }: ShopContext): void {
  const product = db.prepare("INSERT OR IGNORE INTO shop_product (sku, price_minor) VALUES (:sku, :price)");
  const shelves = ["shop_stock (sku, quantity, version)", "oms_stock (sku, on_hand, version)"].map((target) =>
    db.prepare(`INSERT OR IGNORE INTO ${target} VALUES (:sku, :quantity, 1)`),
  );
  const warehouse = db.prepare("INSERT OR IGNORE INTO wms_stock (sku, on_hand) VALUES (:sku, :quantity)");
  for (let index = 1; index <= config.skus; index += 1) {
    const sku = skuName(index);
    product.run({ sku, price: drawInteger(draw("price", sku), CHEAPEST_MINOR, DEAREST_MINOR) });
    for (const shelf of [...shelves, warehouse]) shelf.run({ sku, quantity: config.stockPerSku });
  }
}
