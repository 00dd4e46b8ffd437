import { type Instant, type Millis, SECOND } from "../engine.ts";

/** How often targets are scraped and alerting rules evaluated. */
export const SCRAPE_INTERVAL: Millis = 15 * SECOND;
export const GROUP_INTERVAL: Millis = 15 * SECOND;

/** What the world does begins with a look of the machine, and these are five seconds apart: neighbours get different ways. */
export function spellOf(since: Instant): number {
  return Math.floor(since / (5 * SECOND));
}
