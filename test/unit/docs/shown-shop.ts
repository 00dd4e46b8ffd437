import { askedAt, startFakePrometheus, vectorReply } from "../../support/fake-prometheus.ts";
import type { Reply, SeenRequest } from "../../support/fake-prometheus.ts";
import { MINUTE } from "../../../src/domain/instant.ts";

const ALERT = {
  labels: { alertname: "CheckoutErrors", service: "checkout" },
  annotations: {},
  state: "firing",
  value: "1",
};

/** A Prometheus that knows a checkout with few errors, most of the time, and one alerting rule of it. */
export async function startShop(alert: "fires" | "rests") {
  const shop = await startFakePrometheus();
  shop.onRequest((request) => answer(request, alert));
  return shop;
}

function answer(request: SeenRequest, alert: "fires" | "rests"): Reply {
  switch (request.path) {
    case "/api/v1/rules":
      return success({ groups: [{ name: "shop", file: "shop.yml", interval: 15, rules: [rule(alert)] }] });
    case "/api/v1/targets":
      return success({
        activeTargets: [
          { labels: { job: "checkout", instance: "a:80" }, health: "up", scrapeInterval: "15s" },
        ],
      });
    case "/api/v1/metadata":
      return success({});
    case "/api/v1/series":
      return success([{ __name__: "checkout_requests_total", job: "checkout" }]);
    case "/api/v1/query_range":
      return success({ resultType: "matrix", result: [{ metric: {}, values: past(request) }] });
    default:
      return vectorReply([valueOf(request.fields.get("query") ?? "", askedAt(request))], askedAt(request));
  }
}

function success(data: unknown): Reply {
  return { kind: "json", body: { status: "success", data } };
}

function rule(alert: "fires" | "rests") {
  const now = Date.now();
  const active = { ...ALERT, activeAt: new Date(now - 8 * MINUTE).toISOString() };
  return {
    type: "alerting",
    name: "CheckoutErrors",
    query: "sum(rate(checkout_errors_total[5m])) > 1",
    duration: 0,
    labels: { service: "checkout" },
    annotations: {},
    health: "ok",
    lastEvaluation: new Date(now).toISOString(),
    state: alert === "fires" ? "firing" : "inactive",
    alerts: alert === "fires" ? [active] : [],
  };
}

/** A bad quarter of an hour, half a day ago. */
function past({ fields }: SeenRequest): readonly (readonly [number, string])[] {
  const [start, end, step] = ["start", "end", "step"].map((name) =>
    Number.parseFloat(fields.get(name) ?? ""),
  );
  const query = fields.get("query") ?? "";
  const points: [number, string][] = [];
  for (let at = start ?? 0; at <= (end ?? 0); at += step ?? 60) {
    const ago = (end ?? 0) - at;
    const isBad = ago > 12 * 3_600 && ago < 12.25 * 3_600;
    points.push([at, isBad && isOfErrors(query) ? "200" : valueOf(query, at * 1_000)]);
  }
  return points;
}

function valueOf(query: string, at: number): string {
  if (query.includes("timestamp(")) return String(at / 1_000 - 9);
  return isOfErrors(query) ? "3" : "2000";
}

function isOfErrors(query: string): boolean {
  return /errors|5\.\./.test(query);
}
