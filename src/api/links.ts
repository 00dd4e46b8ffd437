import type { Instant } from "../domain/instant.ts";

/** Addresses people can open. They are built from the configured public URL, never from what a request says its host is. */
export function decisionUrl(publicUrl: string, decision: string): string {
  return `${base(publicUrl)}/d/${encodeURIComponent(decision)}`;
}

export function gateUrl(publicUrl: string, gate: string): string {
  return `${base(publicUrl)}/v1/gates/${encodeURIComponent(gate)}`;
}

/** How much of the past a graph shows. */
const GRAPH_RANGE = "1h";

/** A query as a graph in the expression browser of its source, up to this time. A password never goes into an address. */
export function graphUrl(sourceUrl: string, query: string, until: Instant): string {
  const address = new URL(sourceUrl);
  address.username = "";
  address.password = "";
  const end = new Date(until).toISOString().slice(0, 19).replace("T", " ");
  const fields = { expr: query, tab: "0", range_input: GRAPH_RANGE, end_input: end };
  const asked = Object.entries(fields).map(([name, value]) => `g0.${name}=${encodeURIComponent(value)}`);
  return `${base(address.href)}/graph?${asked.join("&")}`;
}

function base(publicUrl: string): string {
  return publicUrl.replace(/\/+$/, "");
}
