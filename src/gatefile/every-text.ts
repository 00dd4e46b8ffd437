import type { DayTimes, Recurrence, Weekday } from "../domain/calendar.ts";
import { nearestName } from "../text/nearest-name.ts";

type Stretch = { readonly from: number; readonly to: number };

export type EveryFault = Stretch & { readonly message: string; readonly suggestion: string | null };

export type ParsedEvery =
  | { readonly ok: true; readonly recurrence: Recurrence }
  | { readonly ok: false; readonly fault: EveryFault };

const DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];
const LONG_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const WEEK: readonly Weekday[] = [1, 2, 3, 4, 5, 6, 7];
const WHOLE_DAY: DayTimes = { fromMinute: 0, toMinute: 1_440 };

const OF_MONTH = /^(first|last)(?:\s+([1-9]\d?))?\s+days?\s+of\s+month(?!\S)/i;
const EXAMPLES = "write e.g. `Mon-Thu 09:00-16:00`, `Sun 02:00-05:00`, `day` or `last 2 days of month`";

/**
 * Reads `Mon-Thu 09:00-16:00` and its kin: days (`Mon`, `Mon-Thu`, `Sat,Sun`, `day` for all) or `first 3 days of month`,
 * `last day of month`, and perhaps the times of each day. What cannot be read is pointed at.
 */
export function parseEvery(text: string): ParsedEvery {
  const start = text.length - text.trimStart().length;
  const month = OF_MONTH.exec(text.slice(start));
  const word = month?.[0] ?? /^\S*/.exec(text.slice(start))?.[0] ?? "";
  const days = month === null ? daysOf(word, start) : daysOfMonth(month, start);
  if ("fault" in days) return { ok: false, fault: days.fault };
  const times = timesAfter(text, start + word.length);
  return "fault" in times
    ? { ok: false, fault: times.fault }
    : { ok: true, recurrence: { ...days.recurring, ...times } };
}

type Recurring =
  | { readonly kind: "weekly"; readonly days: readonly Weekday[] }
  | { readonly kind: "monthly"; readonly edge: "first" | "last"; readonly days: number };

type Days = { readonly recurring: Recurring } | { readonly fault: EveryFault };

function daysOfMonth([word, which, count]: RegExpExecArray, from: number): Days {
  const edge = which?.toLowerCase() === "first" ? "first" : "last";
  const days = Number(count ?? 1);
  if (days <= 28) return { recurring: { kind: "monthly", edge, days } };
  const message = `no month is sure to have ${days} days`;
  return { fault: { from, to: from + word.length, message, suggestion: null } };
}

function daysOf(word: string, start: number): Days {
  if (word.toLowerCase() === "day") return { recurring: { kind: "weekly", days: WEEK } };
  const found = new Set<Weekday>();
  let at = start;
  for (const part of word.split(",")) {
    const ends = part.split("-");
    const [first, last] = [weekday(ends[0]), weekday(ends.at(-1))];
    if (first === null || last === null || ends.length > 2) {
      const shown = part === "" ? "nothing" : `\`${part}\``;
      const bad = ends.find((end) => weekday(end) === null) ?? part;
      return {
        fault: { from: at, to: at + part.length, message: `${shown} is no day`, suggestion: dayLike(bad) },
      };
    }
    for (const day of between(first, last)) found.add(day);
    at += part.length + 1;
  }
  return { recurring: { kind: "weekly", days: WEEK.filter((day) => found.has(day)) } };
}

/** `Fri-Mon` goes over the end of the week. */
function between(first: Weekday, last: Weekday): readonly Weekday[] {
  const from = WEEK.indexOf(first);
  const length = ((last - first + 7) % 7) + 1;
  return [...WEEK, ...WEEK].slice(from, from + length);
}

function weekday(written: string | undefined): Weekday | null {
  const lower = written?.toLowerCase() ?? "";
  const index = Math.max(DAYS.indexOf(lower), LONG_DAYS.indexOf(lower));
  return WEEK[index] ?? null;
}

function dayLike(written: string): string {
  const near = nearestName(written, [...DAYS, ...LONG_DAYS]);
  const day = near?.slice(0, 3) ?? "";
  return near === null ? EXAMPLES : `did you mean \`${day.charAt(0).toUpperCase()}${day.slice(1)}\`?`;
}

function timesAfter(text: string, from: number): DayTimes | { readonly fault: EveryFault } {
  const rest = text.slice(from);
  const at = from + rest.length - rest.trimStart().length;
  const written = rest.trim();
  if (written === "") return WHOLE_DAY;
  const [, begin, end] = /^([^\s-]+)-([^\s-]+)$/.exec(written) ?? [];
  const [fromMinute, toMinute] = [minuteOf(begin), minuteOf(end)];
  const stretch = { from: at, to: at + written.length };
  if (fromMinute === null || toMinute === null || fromMinute === 1_440) {
    const message = `\`${written.slice(0, 60)}\` is no time of the day from one to another`;
    return { fault: { ...stretch, message, suggestion: "write e.g. `09:00-16:00`" } };
  }
  if (fromMinute !== toMinute) return { fromMinute, toMinute };
  const suggestion = "leave the times out, if the whole day is meant";
  return { fault: { ...stretch, message: "the window ends when it begins", suggestion } };
}

/** Minutes after midnight; 24:00 is the end of the day. */
function minuteOf(written: string | undefined): number | null {
  const [, hours, minutes] = /^([01]\d|2[0-4]):([0-5]\d)$/.exec(written ?? "") ?? [];
  const minute = Number(hours) * 60 + Number(minutes);
  return minute <= 1_440 ? minute : null;
}
