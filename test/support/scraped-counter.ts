import type { RawCounters, Stretch } from "../../src/domain/increments.ts";
import { type Instant, type Millis, SECOND } from "../../src/domain/instant.ts";

/** A counter as Prometheus holds it: scraped every 15 s, showing what `value` says of each of those instants; null: no sample. */
export function scrapedCounter(
  value: (at: Instant) => number | null,
  everyMs: Millis = 15 * SECOND,
): (stretch: Stretch) => RawCounters {
  return ({ from, to }) => {
    const samples = [];
    for (let at = Math.floor(from / everyMs + 1) * everyMs; at <= to; at += everyMs) {
      const shown = value(at);
      if (shown !== null) samples.push({ at, value: shown });
    }
    const labels = { job: "shop", instance: "a" };
    return { kind: "known", series: samples.length === 0 ? [] : [{ labels, samples }] };
  };
}
