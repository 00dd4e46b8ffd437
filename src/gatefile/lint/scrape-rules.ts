import type { Millis } from "../../domain/instant.ts";
import type { Complain } from "../problem-list.ts";
import type { PlacedLimit } from "../signal-limits.ts";
import type { Text } from "../text.ts";
import { forScrapes } from "./for-scrapes.ts";
import { readQuery } from "./read-query.ts";
import { scrapeWindow } from "./scrape-window.ts";

/** The rules that need to know how often Prometheus looks. */
export function lintScrapes(
  queries: readonly Text[],
  limits: readonly PlacedLimit[],
  scrapeIntervalMs: Millis,
  complain: Complain,
): void {
  for (const query of queries) {
    const read = readQuery(query, complain);
    if (read !== null) scrapeWindow(read, scrapeIntervalMs);
  }
  forScrapes(limits, scrapeIntervalMs, complain);
}
