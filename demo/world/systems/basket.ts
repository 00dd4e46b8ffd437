import type { DatabaseSync } from "node:sqlite";

import { drawInteger, type Draw } from "../random.ts";
import { rows } from "../rows.ts";
import type { OrderLine } from "./order-body.ts";

export type BasketLine = OrderLine & { readonly priceMinor: number };

const MOST_LINES = 3;
const MOST_UNITS = 2;

/** What the customer of checkout `number` puts into the basket: only goods the storefront shows in stock. */
export function createBasket(db: DatabaseSync, draw: Draw, skus: number): (number: number) => BasketLine[] {
  const look = db.prepare(
    `SELECT s.quantity AS inStock, p.price_minor AS priceMinor
     FROM shop_stock s JOIN shop_product p USING (sku) WHERE s.sku = :sku`,
  );
  return (number) => {
    const wanted = drawInteger(draw("line count", number), 1, MOST_LINES);
    const lines = new Map<string, BasketLine>();
    for (let index = 0; index < wanted; index += 1) {
      const sku = skuName(drawInteger(draw("sku", `${number}.${index}`), 1, skus));
      const quantity = drawInteger(draw("units", `${number}.${index}`), 1, MOST_UNITS);
      const shown = rows<{ inStock: number; priceMinor: number }>(look, { sku })[0];
      if (shown !== undefined && shown.inStock >= quantity) {
        lines.set(sku, { sku, quantity, priceMinor: shown.priceMinor });
      }
    }
    return [...lines.values()];
  };
}

export function skuName(number: number): string {
  return `sku-${String(number).padStart(4, "0")}`;
}
