import { formatMillis, type Millis } from "../../domain/instant.ts";
import type { Complain } from "../problem-list.ts";
import type { PlacedLimit } from "../signal-limits.ts";

/** R206: within less than two scrapes one sample alone decides, and `for` says that it should not. */
export function forScrapes(
  limits: readonly PlacedLimit[],
  scrapeIntervalMs: Millis,
  complain: Complain,
): void {
  for (const { verb, limit, lastingAt } of limits) {
    const { persistence } = limit;
    if (lastingAt === null || verb === "advance" || persistence.kind !== "time") continue;
    if (persistence.ms >= 2 * scrapeIntervalMs) continue;
    const scrape = formatMillis(scrapeIntervalMs);
    complain({
      code: "R206",
      at: lastingAt,
      message: `\`for ${formatMillis(persistence.ms)}\` is shorter than two scrapes, one each ${scrape}: one sample decides alone`,
      suggestion: `write \`for ${formatMillis(2 * scrapeIntervalMs)}\` or longer, or leave it out`,
    });
  }
}
