import type { Metrics } from "../control/ports.ts";
import type { Gate } from "../domain/gate.ts";
import { LOOK_BACK } from "../domain/increments.ts";
import type { RawCounters } from "../domain/increments.ts";
import { freshnessQueryOf, questionsOf } from "../domain/inquiry.ts";
import { MINUTE, type Millis } from "../domain/instant.ts";
import type { Matcher } from "../domain/matcher.ts";
import type { Answer } from "../domain/reading.ts";
import { sampleAt } from "../trial/replay.ts";
import type { PastAlerts } from "./past-alerts.ts";
import { grownQuery, keyOf } from "./past-questions.ts";
import type { Columns } from "./read-past.ts";

/** The past of a gate's sources. */
export type Past = {
  readonly columns: Columns;
  /** By the guard's `match`. */
  readonly alerts: ReadonlyMap<string, PastAlerts>;
};

const EMPTY: Answer = { kind: "empty" };

/**
 * Prometheus as passes of the past would have found it. How fresh its samples were is not known any more: whatever it answers
 * about an instant counts as fresh, and as scraped each minute.
 */
export function createPastMetrics(gate: Gate, { columns, alerts }: Past): Metrics {
  const windows = windowsOf(gate);
  const guards = new Map(gate.alerts.map(({ matchers, match }) => [matchersKey(matchers), match]));

  return {
    ask: (source, queries, at) =>
      Promise.resolve(
        new Map(queries.map((query) => [query, columns.get(keyOf(source, query))?.at(at) ?? EMPTY])),
      ),
    freshness(_source, query, at) {
      const periodic = gate.signals.find(
        (signal) => signal.onNewData === true && freshnessQueryOf(signal) === query,
      );
      const sample =
        periodic === undefined
          ? { selector: query, newest: at, scrapeIntervalMs: MINUTE }
          : sampleAt(periodic, at);
      return Promise.resolve({ kind: "known", selectors: [sample] });
    },
    counters(source, selector, stretch) {
      const counted = stretch.to - stretch.from - LOOK_BACK;
      const own = windows.get(selector) ?? [];
      const window = own.find(({ windowMs }) => windowMs >= counted) ?? own.at(-1);
      const column = window === undefined ? undefined : columns.get(keyOf(source, window.query));
      return Promise.resolve(asCounter(column?.at(stretch.to) ?? EMPTY, stretch));
    },
    alertRules: (_source, matchers, at) =>
      Promise.resolve(
        alerts.get(guards.get(matchersKey(matchers)) ?? "")?.at(at) ?? { kind: "known", rules: [] },
      ),
    clockSkewMs: () => 0,
  };
}

type Window = { readonly windowMs: Millis; readonly query: string };

/** The windows over which each selector is counted, the shortest first. */
function windowsOf({ signals }: Gate): ReadonlyMap<string, readonly Window[]> {
  const all = new Map<string, readonly Window[]>();
  for (const signal of signals) {
    for (const { query, counters } of questionsOf(signal)) {
      if (counters === null) continue;
      const own = { windowMs: signal.windowMs, query: grownQuery(query) };
      const both = [...(all.get(counters) ?? []), own];
      all.set(
        counters,
        both.toSorted((a, b) => a.windowMs - b.windowMs),
      );
    }
  }
  return all;
}

/** One counter that grew by just this much in the stretch. */
function asCounter(
  answer: Answer,
  { from, to }: { readonly from: number; readonly to: number },
): RawCounters {
  if (answer.kind === "unknown") return answer;
  if (answer.kind === "empty") return { kind: "known", series: [] };
  const samples = [
    { at: from, value: 0 },
    { at: to, value: answer.value },
  ];
  return { kind: "known", series: [{ labels: {}, samples }] };
}

function matchersKey(matchers: readonly Matcher[]): string {
  return JSON.stringify(matchers);
}
