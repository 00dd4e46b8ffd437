/** Every label value that belongs to one shop carries the shop's name, so no two shops meet in one series. */
export type SystemKind = "shop" | "oms" | "erp" | "wms";

export type Stage = "queue" | "batch" | "dead_letter";

export type Integration = {
  readonly id: string;
  readonly entity: string;
  readonly source: SystemKind;
  readonly target: SystemKind;
  readonly stages: readonly Stage[];
  readonly owner: string;
  readonly tier: string;
  readonly runbook: string;
};

export type ShopNames = {
  readonly channels: { readonly web: string; readonly app: string };
  readonly flow: string;
  readonly journey: string;
  readonly shopToOms: Integration;
  readonly omsToErp: Integration;
  readonly omsToWms: Integration;
  readonly wmsToOms: Integration;
  readonly omsToShop: Integration;
};

export function namesOf(shop: string): ShopNames {
  const edge = (
    id: string,
    entity: string,
    [source, target]: readonly [SystemKind, SystemKind],
    [owner, tier, runbook]: readonly [string, string, string],
    stages: readonly Stage[] = ["queue", "dead_letter"],
  ): Integration => ({ id: `${id}-${shop}`, entity, source, target, stages, owner, tier, runbook });

  return {
    channels: { web: `web-${shop}`, app: `app-${shop}` },
    flow: `order-to-cash-${shop}`,
    journey: `browse-to-order-${shop}`,
    shopToOms: edge("shop-to-oms-orders", "order", ["shop", "oms"], ["order management", "1", "RB-03"]),
    omsToErp: edge(
      "oms-to-erp-orders",
      "order",
      ["oms", "erp"],
      ["ERP integration", "1", "RB-03"],
      ["queue", "batch", "dead_letter"],
    ),
    omsToWms: edge("oms-to-wms-fulfilments", "fulfilment", ["oms", "wms"], ["fulfilment", "1", "RB-05"]),
    wmsToOms: edge("wms-to-oms-shipments", "shipment", ["wms", "oms"], ["fulfilment", "2", "RB-16"]),
    omsToShop: edge("oms-to-shop-inventory", "inventory", ["oms", "shop"], ["inventory", "1", "RB-01"]),
  };
}

export function integrationsOf(names: ShopNames): readonly Integration[] {
  return [names.shopToOms, names.omsToErp, names.omsToWms, names.wmsToOms, names.omsToShop];
}

export function systemName(kind: SystemKind, shop: string): string {
  return `${kind}-${shop}`;
}
