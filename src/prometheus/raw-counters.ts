import type { Millis } from "../domain/instant.ts";
import type { RawCounters, Stretch } from "../domain/increments.ts";
import { seriesIn } from "./range-query.ts";
import type { Source } from "./source.ts";

/**
 * Every sample of the selector's series in the stretch. An instant query of a range answers samples as they were scraped,
 * with the time of each, and neither extrapolates nor looks back.
 */
export async function rawCounters(
  source: Source,
  selector: string,
  { from, to }: Stretch,
  deadline: Millis,
): Promise<RawCounters> {
  const opened = await source.query(`${selector}[${to - from}ms]`, to, deadline);
  if (opened.kind === "unknown") return opened;
  const found = seriesIn(opened);
  if ("kind" in found) return found;
  return {
    kind: "known",
    series: found.map(({ labels, points }) => ({
      labels,
      samples: points.filter(({ value }) => Number.isFinite(value)),
    })),
  };
}
