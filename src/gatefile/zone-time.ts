import { type Instant, MINUTE, SECOND } from "../domain/instant.ts";
import { instantShown } from "../domain/window-time.ts";
import { nearestName } from "../text/nearest-name.ts";

/** Parts of a local time: year, month from 1, day, hour, minute, second. */
export type LocalTime = readonly [number, number, number, number, number, number];

/** Whether the zone is one of the IANA database. Fixed offsets such as `+01:00` are none: they know no summer time. */
export function isZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

export function zoneLike(name: string): string | null {
  return nearestName(name, ["UTC", ...Intl.supportedValuesOf("timeZone")]);
}

const WRITTEN =
  /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d))?(?:(Z)|([+-])([01]\d|2[0-3]):([0-5]\d))?$/;

/** The instant of `2026-11-20T00:00`, in its zone unless it says its offset. Null: it is none, or no such day exists. */
export function instantOf(written: string, zone: string): Instant | null {
  const parts = WRITTEN.exec(written);
  if (parts === null) return null;
  const [year, month, day, hour, minute, second] = parts.slice(1, 7).map((part) => Number(part ?? 0));
  const local: LocalTime = [year ?? 0, month ?? 0, day ?? 0, hour ?? 0, minute ?? 0, second ?? 0];
  if ((day ?? 0) > daysIn(year ?? 0, month ?? 0)) return null;
  const [, , , , , , , z, sign, hours, minutes] = parts;
  if (z !== undefined) return asUtc(local);
  if (sign === undefined) return instantShown(asUtc(local), (at) => offsetAt(at, zone));
  const offset = (Number(hours) * 60 + Number(minutes)) * MINUTE;
  return asUtc(local) - (sign === "-" ? -offset : offset);
}

/** One for each zone: to make one takes longer than all that is asked of it. */
const CLOCKS = new Map<string, Intl.DateTimeFormat>();

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = CLOCKS.get(zone);
  if (known !== undefined) return known;
  const clock = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
    second: "numeric",
  });
  CLOCKS.set(zone, clock);
  return clock;
}

/** How far the zone's clocks are ahead of UTC, in milliseconds. */
export function offsetAt(at: Instant, zone: string): number {
  const parts = new Map(
    clockOf(zone)
      .formatToParts(at)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0;
  const local: LocalTime = [
    part("year"),
    part("month"),
    part("day"),
    part("hour"),
    part("minute"),
    part("second"),
  ];
  return asUtc(local) - Math.floor(at / SECOND) * SECOND;
}

function asUtc([year, month, day, hour, minute, second]: LocalTime): Instant {
  return (daysSinceEpoch(year, month, day) * 24 * 60 + hour * 60 + minute) * MINUTE + second * SECOND;
}

/** Days from 1970-01-01 in the Gregorian calendar (the usual count of days from eras of 400 years). */
function daysSinceEpoch(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function daysIn(year: number, month: number): number {
  const next: readonly [number, number] = month === 12 ? [year + 1, 1] : [year, month + 1];
  return daysSinceEpoch(next[0], next[1], 1) - daysSinceEpoch(year, month, 1);
}
