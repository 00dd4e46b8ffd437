import { askedAt, vectorReply, type Reply, type SeenRequest } from "./fake-prometheus.ts";

/** What the shops of a test report, for an exporter that a real Prometheus scrapes and for a fake one alike. */
export type ShopSignals = {
  set(shop: string, errors: number): void;
  /** The page of an exporter. */
  readonly page: () => string;
  /** A whole Prometheus that knows these series alone, each as fresh as asked. */
  readonly reply: (request: SeenRequest) => Reply;
};

/** Every shop reports 0 errors until it is told otherwise; only those named here are known to an exporter. */
export function shopSignals(shops: readonly string[]): ShopSignals {
  const errors = new Map(shops.map((shop) => [shop, 0]));
  return {
    set: (shop, count) => void errors.set(shop, count),
    page: () => [...errors].map(([shop, count]) => `shop_errors{shop="${shop}"} ${count}\n`).join(""),
    reply: (request) => answer(request, errors),
  };
}

function success(data: unknown): Reply {
  return { kind: "json", body: { status: "success", data } };
}

function answer(request: SeenRequest, errors: ReadonlyMap<string, number>): Reply {
  if (request.path.endsWith("/rules")) return success({ groups: [] });
  if (request.path.endsWith("/targets")) return success({ activeTargets: [] });
  const query = request.fields.get("query") ?? "";
  const shop = /shop="(?<shop>[^"]+)"/.exec(query)?.groups?.["shop"] ?? "";
  const count = errors.get(shop);
  const at = askedAt(request);
  if (count === undefined) return vectorReply([], at);
  return vectorReply([query.startsWith("max(timestamp(") ? String(at / 1_000) : String(count)], at);
}
