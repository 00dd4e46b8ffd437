import type { Signal } from "../domain/gate.ts";
import { HOUR, type Instant, formatMillis } from "../domain/instant.ts";
import { formatValue } from "../domain/value-text.ts";
import type { Span } from "../trial/ports.ts";
import { roomierLimit } from "../trial/suggest-limits.ts";
import { type KnownSpan, type Stop, type Suggestion, unforeseen } from "./report.ts";
import { knownAt } from "./stops.ts";
import type { Track } from "./watch.ts";
import { hoursOfMost } from "./week-hours.ts";

/** "2 of 11 stops are covered by erp-maintenance", once for each of the known spans. */
export function coveredNotes(stops: readonly Stop[]): readonly string[] {
  const names = [...new Set(stops.flatMap(({ known }) => (known === null ? [] : [known])))];
  return names.map((name) => {
    const own = stops.filter(({ known }) => known === name).length;
    if (stops.length === 1) return `its one stop is covered by ${name}`;
    return `${own} of ${stops.length} stops ${own === 1 ? "is" : "are"} covered by ${name}`;
  });
}

/** Where the hours of a week repeat themselves, and where nothing was seen for long. */
export function shapeNotes(track: Track, timeZone: string): readonly string[] {
  const hours = hoursOfMost(unforeseen(track.stops), timeZone);
  return [...(hours === null ? [] : [hours]), ...gapNotes(track, timeZone)];
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
    const { percentile, value, text } = roomier;
    return { limit: name, is: limit.text, percentile, value, better: text };
  }
  return null;
}

/** "p99.5 is 6.2%: consider `halt: above 8%`" */
export function suggestionNote(signal: Signal, { limit, percentile, value, better }: Suggestion): string {
  return `p${percentile} is ${formatValue(signal, value)}: consider \`${limit}: ${better}\``;
}
