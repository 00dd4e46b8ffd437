import { type Millis, SECOND } from "../engine.ts";

/** How often targets are scraped and alerting rules evaluated. */
export const SCRAPE_INTERVAL: Millis = 15 * SECOND;
export const GROUP_INTERVAL: Millis = 15 * SECOND;
