import type { ShopContext } from "../shop-context.ts";
import { compareAvailability } from "./availability.ts";
import { compareOrderCopies } from "./order-copies.ts";
import type { Comparison } from "./reconciliation.ts";

/** The comparisons of this shop; a new edge that copies orders is one more entry. */
export function comparisonsOf({ db, names }: Pick<ShopContext, "db" | "names">): readonly Comparison[] {
  return [
    compareOrderCopies(db, {
      integration: names.shopToOms,
      source: { table: "shop_order", ref: "ref", since: "placed_at", amount: "amount_minor" },
      target: { table: "oms_order", ref: "shop_ref", since: "received_at", amount: "amount_minor" },
    }),
    compareOrderCopies(db, {
      integration: names.omsToErp,
      source: { table: "oms_order", ref: "ref", since: "paid_at", amount: "amount_minor" },
      target: { table: "erp_order", ref: "external_ref", since: "posted_at", amount: "amount_minor" },
    }),
    compareOrderCopies(db, {
      integration: names.omsToWms,
      source: { table: "oms_order", ref: "ref", since: "posted_at", amount: null },
      target: { table: "wms_fulfilment", ref: "order_ref", since: "created_at", amount: null },
    }),
    compareAvailability(db, names.omsToShop),
  ];
}
