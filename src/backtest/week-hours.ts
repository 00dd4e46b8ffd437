import type { Instant } from "../domain/instant.ts";
import type { Stop } from "./report.ts";

/** Fewer stops are no pattern. */
const LEAST = 3;
/** Of all stops. */
const MOST_OF = 0.6;
/** Hours of a day that are looked at together. */
const WINDOW = 3;

type Place = { readonly day: string; readonly hour: number; readonly date: string };

/** "9 of 11 stops begin Sun 02:00-05:00": the few hours of a week, or of any day, that most stops begin in. */
export function hoursOfMost(stops: readonly Stop[], timeZone: string): string | null {
  if (stops.length < LEAST) return null;
  const places = stops.map(({ from }) => placeOf(from, timeZone));
  const days = [...new Set(places.map(({ day }) => day))];
  const ofDays = days.map((day) => ({
    label: `${day} `,
    most: densest(places.filter((each) => each.day === day)),
  }));
  const everyDay = { label: "between ", most: densest(places) };
  const isMost = ({ most }: { readonly most: readonly Place[] }): boolean =>
    most.length >= Math.max(LEAST, MOST_OF * stops.length) && new Set(most.map(({ date }) => date)).size > 1;
  const found = [...ofDays.toSorted((a, b) => b.most.length - a.most.length), everyDay].find(isMost);
  if (found === undefined) return null;
  const hours = found.most.map(({ hour }) => hour);
  const span = `${clock(Math.min(...hours))}-${clock(Math.max(...hours) + 1)}`;
  return `${found.most.length} of ${stops.length} stops begin ${found.label}${span}`;
}

/** Those within the few hours that hold the most. */
function densest(places: readonly Place[]): readonly Place[] {
  let best: readonly Place[] = [];
  for (let first = 0; first + WINDOW <= 24; first += 1) {
    const within = places.filter(({ hour }) => hour >= first && hour < first + WINDOW);
    if (within.length > best.length) best = within;
  }
  return best;
}

function placeOf(at: Instant, timeZone: string): Place {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    hourCycle: "h23",
    weekday: "short",
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
  });
  const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type, value]));
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? "";
  return {
    day: part("weekday"),
    hour: Number(part("hour")),
    date: `${part("year")}-${part("month")}-${part("day")}`,
  };
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, "0")}:00`;
}
