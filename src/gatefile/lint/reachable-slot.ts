import type { CalendarWindow } from "../../domain/calendar.ts";
import type { Gate } from "../../domain/gate.ts";
import { DAY, formatMillis, type Instant, type Millis } from "../../domain/instant.ts";
import { spansOf, type TimeSpan } from "../../domain/window-time.ts";
import { hoursOf } from "../blind-windows.ts";
import type { Windows } from "../calendar.ts";
import type { Flows } from "../flow.ts";
import type { GateFields } from "../gate-keys.ts";
import type { Complain } from "../problem-list.ts";
import { instantOf } from "../zone-time.ts";

const LONGEST: Millis = 14 * DAY;
/** Two months and the days around hold every turn of weeks and of months. */
const TURN: Millis = 70 * DAY;

/**
 * R701: windows that leave no time for an increase for longer than two weeks. Looked at are two months of what comes again and
 * again, and the time around each window that comes once, so that the answer does not depend on the day.
 */
export function reachableSlot(
  gate: Gate,
  fields: GateFields,
  { windows, flows }: { readonly windows: Windows; readonly flows: Flows },
  complain: Complain,
): void {
  if (gate.flag === null) return;
  const named = [
    ...(gate.calendars ?? []),
    ...(gate.touches ?? []).flatMap(({ flow }) => flows.get(flow)?.flow?.calendars ?? []),
  ];
  const own = [...new Set(named)]
    .flatMap((name) => windows.get(name)?.window ?? [])
    .filter((window) => concerns(window, gate));
  const opening = own.filter(({ effect }) => effect.kind === "allow-advance");
  // When the events of another calendar are nobody knows here.
  if (opening.some(({ time }) => time.kind === "ical")) return;
  const closing = own.filter(({ effect }) => effect.kind === "freeze" || effect.kind === "blind");
  for (const stretch of stretches([...opening, ...closing])) {
    const shut = longestShut(stretch, opening, closing);
    if (shut.to - shut.from <= LONGEST) continue;
    const names = [...opening, ...closing].map(({ name }) => `\`${name}\``);
    const leave = names.length === 1 ? "leaves" : "leave";
    const zone = own[0]?.timezone ?? "UTC";
    const lasting = formatMillis(shut.to - shut.from);
    complain({
      code: "R701",
      at: fields.at(fields.has("calendars") ? "calendars" : "touches"),
      message: `${names.join(", ")} ${leave} no time for an increase for ${lasting}, from ${dayOf(shut.from, zone)} on`,
      suggestion: "open them for longer, or shorten what closes them",
    });
    return;
  }
}

function concerns({ onlyWrites }: CalendarWindow, { touches = [] }: Gate): boolean {
  return (
    onlyWrites.length === 0 || touches.some(({ writes }) => writes.some((each) => onlyWrites.includes(each)))
  );
}

function stretches(windows: readonly CalendarWindow[]): readonly TimeSpan[] {
  if (windows.length === 0) return [];
  const from = instantOf("2026-01-01T00:00", "UTC") ?? 0;
  const once = windows.flatMap(({ time }) => (time.kind === "span" ? [time] : []));
  return [
    ...once.map((span) => ({ from: span.from - LONGEST, to: span.to + LONGEST })),
    { from, to: from + TURN },
  ];
}

/** The longest time of the stretch in which some window is closed. */
function longestShut(
  { from, to }: TimeSpan,
  opening: readonly CalendarWindow[],
  closing: readonly CalendarWindow[],
): TimeSpan {
  const shut = [
    ...opening.flatMap((window) => between(spansIn(window, from, to), from, to)),
    ...closing.flatMap((window) => spansIn(window, from, to)),
  ];
  let longest: TimeSpan = { from, to: from };
  let current = longest;
  for (const span of shut.toSorted((a, b) => a.from - b.from)) {
    const isJoined = span.from <= current.to;
    current = isJoined ? { from: current.from, to: Math.max(current.to, span.to) } : span;
    if (current.to - current.from > longest.to - longest.from) longest = current;
  }
  return longest;
}

function spansIn(window: CalendarWindow, from: Instant, to: Instant): readonly TimeSpan[] {
  return spansOf(hoursOf(window), from, to).map((span) => ({
    from: Math.max(from, span.from),
    to: Math.min(to, span.to),
  }));
}

/** What lies between the spans; of spans that overlap, what lies in none. */
function between(spans: readonly TimeSpan[], from: Instant, to: Instant): readonly TimeSpan[] {
  const gaps: TimeSpan[] = [];
  let at = from;
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    if (span.from > at) gaps.push({ from: at, to: span.from });
    at = Math.max(at, span.to);
  }
  return at < to ? [...gaps, { from: at, to }] : gaps;
}

/** As `2026-11-20`, which is how Sweden writes it. */
function dayOf(at: Instant, timeZone: string): string {
  return new Intl.DateTimeFormat("sv-SE", { timeZone }).format(at);
}
