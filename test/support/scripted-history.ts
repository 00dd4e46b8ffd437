import type { Instant } from "../../src/domain/instant.ts";
import type { Labels } from "../../src/domain/matcher.ts";
import type { UnknownReason } from "../../src/domain/reading.ts";
import type { History, Span } from "../../src/trial/ports.ts";

/** The value of one series at an instant; null: it has no sample there. */
export type ValueAt = (at: Instant) => number | null;

/** A past by script. A query that was never set answers no series. */
export type ScriptedHistory = History & {
  /** One series without labels. */
  set(query: string, value: ValueAt): void;
  setSeries(query: string, series: readonly { readonly labels: Labels; readonly value: ValueAt }[]): void;
  /** Every question fails so from now on. */
  fail(reason: UnknownReason): void;
  /** Every question, in order. */
  readonly asked: readonly { readonly source: string; readonly query: string; readonly span: Span }[];
};

export function createScriptedHistory(): ScriptedHistory {
  const scripts = new Map<string, readonly { readonly labels: Labels; readonly value: ValueAt }[]>();
  const asked: { readonly source: string; readonly query: string; readonly span: Span }[] = [];
  let failure: UnknownReason | null = null;

  function pointsOf(value: ValueAt, { from, to, stepMs }: Span) {
    const points: { at: Instant; value: number }[] = [];
    for (let at = from; at <= to; at += stepMs) {
      const here = value(at);
      if (here !== null) points.push({ at, value: here });
    }
    return points;
  }

  return {
    async range(source, query, span) {
      asked.push({ source, query, span });
      if (failure !== null) return { kind: "unknown", reason: failure, detail: `scripted ${failure}` };
      const series = (scripts.get(query) ?? []).map(({ labels, value }) => ({
        labels,
        points: pointsOf(value, span),
      }));
      // Prometheus leaves out a series without any sample in the span.
      return { kind: "known", series: series.filter(({ points }) => points.length > 0), notes: [] };
    },
    set: (query, value) => void scripts.set(query, [{ labels: {}, value }]),
    setSeries: (query, series) => void scripts.set(query, series),
    fail(reason) {
      failure = reason;
    },
    asked,
  };
}
