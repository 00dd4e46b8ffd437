import type { Signal } from "../domain/gate.ts";
import { HOUR, type Instant, formatMillis } from "../domain/instant.ts";
import { formatValue } from "../domain/value-text.ts";
import type { Span } from "../trial/ports.ts";
import { roomierLimit } from "../trial/suggest-limits.ts";
import type { UnkeptRule } from "./past-alerts.ts";
import { type KnownSpan, type Stop, type Suggestion, unforeseen } from "./report.ts";
import { knownAt } from "./stops.ts";
import type { Track } from "./watch.ts";
import { hoursOfMost } from "./week-hours.ts";

/** A part of the looks that is worth a line. */
const LEAST_UNBASED = 0.005;

/** "2 of 11 stops are covered by erp-maintenance", once for each of the known spans. */
export function coveredNotes(stops: readonly Stop[]): readonly string[] {
  const names = [...new Set(stops.flatMap(({ known }) => (known === null ? [] : [known])))];
  return names.map((name) => {
    const own = stops.filter(({ known }) => known === name).length;
    if (stops.length === 1) return `its one stop is covered by ${name}`;
    return `${own} of ${stops.length} stops ${own === 1 ? "is" : "are"} covered by ${name}`;
  });
}

/** Rules that are newer than the past, or whose alerts another Prometheus keeps. */
export function unkeptNotes(unkept: readonly UnkeptRule[]): readonly string[] {
  return unkept.map(({ rule, times }) => {
    const how = times === 1 ? "once" : `${times} times`;
    return `no alert of ${rule} is kept, though its condition held for long enough ${how}: those stops are not counted`;
  });
}

/** Where the hours of a week repeat themselves, and where nothing was seen for long. */
export function shapeNotes(track: Track, timeZone: string): readonly string[] {
  const hours = hoursOfMost(unforeseen(track.stops), timeZone);
  return [...(hours === null ? [] : [hours]), ...gapNotes(track, timeZone)];
}

/** Most often the days of the period that have nothing kept before them. */
export function unbasedNotes({ unbased }: Track): readonly string[] {
  return unbased < LEAST_UNBASED
    ? []
    : [
        `nothing to compare with ${Number((unbased * 100).toFixed(1))}% of the time, in which it waits (no-baseline)`,
      ];
}

function gapNotes({ gaps, missing }: Track, timeZone: string): readonly string[] {
  const [longest] = gaps.toSorted((a, b) => b.to - b.from - (a.to - a.from));
  if (longest === undefined || longest.to - longest.from < HOUR) return [];
  const length = formatMillis(longest.to - longest.from);
  return [`missing for ${length} from ${dayTime(longest.from, timeZone)} on: ${missing ?? ""}`];
}

function dayTime(at: Instant, timeZone: string): string {
  const format = new Intl.DateTimeFormat("en-GB", {
    timeZone,
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
  });
  return format.format(at).replace(",", "");
}

/**
 * A milder limit, where the past comes near the one there is: of those limits that would have stopped something the first.
 * What known spans and windows explain plays no part.
 */
export function suggestionFor(
  signal: Signal,
  { values, blind }: Track,
  span: Span,
  known: readonly KnownSpan[],
): Suggestion | null {
  const usual: number[] = [];
  for (const [look, value] of values.entries()) {
    const isExplained = blind[look] === 1 || knownAt(known, span.from + look * span.stepMs) !== null;
    if (!Number.isNaN(value) && !isExplained) usual.push(value);
  }
  for (const name of ["halt", "rollback"] as const) {
    const limit = signal[name];
    const roomier = limit === null ? null : roomierLimit(signal, limit, usual);
    if (limit === null || roomier === null) continue;
    const { percentile, value, bound, text } = roomier;
    const passesRollback = name === "halt" && isBeyond(signal, bound);
    return { limit: name, is: limit.text, percentile, value, better: text, passesRollback };
  }
  return null;
}

/** Whether what rolls back would be breached before this. */
function isBeyond({ rollback, better }: Signal, bound: number): boolean {
  if (rollback === null || rollback.baseline !== undefined) return false;
  return better === "lower" ? bound > rollback.value : bound < rollback.value;
}

/** "p99.5 is 6.2%: consider `halt: above 8%`" */
export function suggestionNote(
  signal: Signal,
  { limit, percentile, value, better, passesRollback }: Suggestion,
): string {
  const also = passesRollback ? " and a `rollback` beyond it" : "";
  return `p${percentile} is ${formatValue(signal, value)}: consider \`${limit}: ${better}\`${also}`;
}
