import { guardMutants } from "./guard-mutants.ts";
import type { Gate, Measure, Signal } from "../domain/gate.ts";
import type { Comparison, Limit } from "../domain/limit.ts";
import { droppedMatchers } from "../promql/dropped-matchers.ts";

/** A gate that somebody could have written by mistake: one thing of it is changed. */
export type Mutant = {
  readonly signal: string;
  /** What was changed, in words. */
  readonly what: string;
  /** The key that was changed, as `rampart show` names it. */
  readonly path: string;
  readonly gate: Gate;
};

type Change = { readonly key: string; readonly what: string; readonly signal: Signal };

const VERBS = ["advance", "halt", "rollback"] as const;

const TURNED: Readonly<Record<Comparison, Comparison>> = {
  "at most": "at least",
  "at least": "at most",
  above: "below",
  below: "above",
  exactly: "above",
};

/**
 * Each limit doubled, halved, turned round and without its `for`, and each query without one of its matchers; each guard left
 * out, without one of its matchers, and with each of its effects ignored. Left out is what would mean the same: twice 0,
 * `for 1 run`, which asks for nothing more than a breach, and samples of what is no ratio.
 */
export function mutantsOf(gate: Gate): readonly Mutant[] {
  return [...signalMutants(gate), ...guardMutants(gate)];
}

function signalMutants(gate: Gate): readonly Mutant[] {
  return gate.signals.flatMap((signal, index) =>
    [...VERBS.flatMap((verb) => limitChanges(signal, verb)), ...queryChanges(signal)].map((change) => ({
      signal: signal.name,
      what: change.what,
      path: `signals[${index}].${change.key}`,
      gate: { ...gate, signals: gate.signals.with(index, change.signal) },
    })),
  );
}

function limitChanges(signal: Signal, verb: (typeof VERBS)[number]): readonly Change[] {
  const limit = signal[verb];
  if (limit === null) return [];
  return changesOf(limit).map(([how, changed]) => ({
    key: verb,
    what: `${verb} ${limit.text}: ${how}`,
    signal: { ...signal, [verb]: changed },
  }));
}

/** The text of a limit stays, so that no case notices by what people read alone. */
function changesOf(limit: Limit): readonly (readonly [string, Limit])[] {
  const { value, comparison, persistence } = limit;
  const asks =
    persistence.kind === "time" ? persistence.ms > 0 : persistence.kind === "runs" && persistence.count > 1;
  return [
    ...(value === 0
      ? []
      : ([
          ["doubled", { ...limit, value: value * 2 }],
          ["halved", { ...limit, value: value / 2 }],
        ] as const)),
    ["turned", { ...limit, comparison: TURNED[comparison] }],
    ...(asks ? [["without `for`", { ...limit, persistence: { kind: "at-once" } }] as const] : []),
  ];
}

/** A query of a signal: where it is written, what it is now, and the signal with another one. */
type Queried = {
  readonly key: string;
  /** What people call it. */
  readonly word: string;
  readonly query: string;
  readonly with: (query: string) => Signal;
};

function queryChanges(signal: Signal): readonly Change[] {
  return queriesOf(signal).flatMap(({ key, word, query, with: withQuery }) =>
    droppedMatchers(query).map(({ matcher, text }) => ({
      key,
      what: `${word} without ${matcher}`,
      signal: withQuery(text),
    })),
  );
}

function queriesOf(signal: Signal): readonly Queried[] {
  // How many there were, and how many of them bad, is asked of ratios alone.
  const keys = signal.unit === "ratio" ? (["samples", "bad", "asOf"] as const) : (["asOf"] as const);
  const further = keys.flatMap((key) => {
    const query = signal[key];
    const withQuery = (changed: string): Signal => ({ ...signal, [key]: changed });
    return query === null ? [] : [{ key, word: key, query, with: withQuery }];
  });
  const witness = signal.emptyIsZeroWitness;
  return [
    ...measured(signal.measure).map(({ key, word, query, with: withQuery }) => ({
      key,
      word,
      query,
      with: (changed: string) => ({ ...signal, measure: withQuery(changed) }),
    })),
    ...further,
    ...(witness === null
      ? []
      : [
          {
            key: "witness",
            word: "witness",
            query: witness,
            with: (changed: string) => ({ ...signal, emptyIsZeroWitness: changed }),
          },
        ]),
  ];
}

type Side = {
  readonly key: string;
  readonly word: string;
  readonly query: string;
  readonly with: (query: string) => Measure;
};

/** Of a ratio that is read or counted as bad of total each side is asked for itself. The former is written as one query. */
function measured(measure: Measure): readonly Side[] {
  if (measure.kind === "plain")
    return [{ key: "query", word: "query", query: measure.query, with: (query) => ({ ...measure, query }) }];
  const key = (side: "bad" | "total"): string => (measure.kind === "counters" ? `counts.${side}` : "query");
  return [
    { key: key("bad"), word: "bad", query: measure.bad, with: (bad) => ({ ...measure, bad }) },
    { key: key("total"), word: "total", query: measure.total, with: (total) => ({ ...measure, total }) },
  ];
}
