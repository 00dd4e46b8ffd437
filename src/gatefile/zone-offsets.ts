import { DAY, type Instant, MINUTE, type Millis } from "../domain/instant.ts";
import type { ZoneOffset } from "../domain/window-time.ts";
import { instantOf, offsetAt } from "./zone-time.ts";

/** The years in which clocks are known to be set; before and after them they stay as they are at either end. */
const [FIRST, LAST] = [2025, 2045];

/** Shorter than any time between two changes of a zone's offset. */
const STRIDE: Millis = 14 * DAY;

const KNOWN = new Map<string, readonly ZoneOffset[]>();

/** How far the zone's clocks are ahead of UTC, and every change of it through those years. */
export function zoneOffsets(zone: string): readonly ZoneOffset[] {
  const known = KNOWN.get(zone);
  if (known !== undefined) return known;
  const [begin, end] = [yearBegins(FIRST), yearBegins(LAST + 1)];
  const found: ZoneOffset[] = [{ from: 0, ms: offsetAt(begin, zone) }];
  for (let from = begin; from < end; from += STRIDE) {
    const ms = offsetAt(from + STRIDE, zone);
    if (ms !== found.at(-1)?.ms) found.push({ from: changeWithin(from, from + STRIDE, zone), ms });
  }
  KNOWN.set(zone, found);
  return found;
}

function yearBegins(year: number): Instant {
  return instantOf(`${year}-01-01T00:00`, "UTC") ?? 0;
}

/** The minute at which the offset becomes what it is at the end. */
function changeWithin(before: Instant, after: Instant, zone: string): Instant {
  let [old, now] = [before / MINUTE, after / MINUTE];
  while (now - old > 1) {
    const middle = Math.floor((old + now) / 2);
    if (offsetAt(middle * MINUTE, zone) === offsetAt(after, zone)) now = middle;
    else old = middle;
  }
  return now * MINUTE;
}
