import { z } from "zod";

import { cohortPair, counterPair } from "./counters.ts";
import {
  anything,
  duration,
  inOwnGrammar,
  leaf,
  listOf,
  longerThanNothing,
  name,
  oneOf,
  sentence,
  wholeNumber,
} from "./leaf.ts";
import type { Fields } from "./mapping.ts";
import { missingBounds } from "./missing-bounds.ts";
import { nameList } from "./names.ts";
import { argumentsGiven, parameters } from "./parameters.ts";
import { told } from "./read.ts";
import { limitSentence, rollbackSentence } from "./signal-limits.ts";

const promql = inOwnGrammar("a PromQL query");

const purpose = oneOf("advance", "deploy", "finish");

/** What a gate may say of a signal whether it brings the query or uses the library's. */
export const USE_KEYS = {
  name: told(
    name,
    "as a gate's",
    "Once in the gate",
    "the library signal's, or the first metric of the query",
  ),
  title: told(sentence, "text", "For people", "none"),
  owner: told(sentence, "text", "For people. In a library asked for as in a gate", "none"),
  runbook: told(sentence, "text", "For people. In a library asked for as in a gate", "none"),
  lag: told(duration(), "duration", "Natural delay of the data", "`0s`"),
  period: told(longerThanNothing, "duration above 0", "How often the data changes", "none"),
  window: told(
    duration(),
    "duration",
    "How much past a reading shows",
    "longest range of a rate or ratio, else 0; of `counts` `1h`",
  ),
  settle: told(
    duration(),
    "duration",
    "How long after a change of exposure a reading still shows the past. Derived: the longer of `lag` + the larger of 2 × `period` and `window`, and `propagation` + 2 scrapes. Never below `propagation`",
    "derived",
  ),
  floor: told(wholeNumber(1), "whole number from 1", "A ratio on fewer samples is `short`: it waits", "`1`"),
  minBad: told(
    wholeNumber(1),
    "whole number from 1",
    "A ratio with fewer bad outcomes neither halts nor rolls back",
    "`5`",
  ),
  missingFor: told(missingBounds, "mapping", "[When missing data acts](#missing-data)", "the gate's"),
  except: told(
    nameList,
    "list of names",
    "[Windows](#windows) of calendars in which it is [neither proof nor alarm](#blind-windows)",
    "none",
  ),
  gates: told(
    listOf(purpose, "a list of `advance`, `deploy` and `finish`"),
    "list of `advance`, `deploy`, `finish`",
    "What the signal is evidence for. A breached `halt` or `rollback` counts always",
    "all three; with `cohorts` not `deploy`",
  ),
  onNewData: told(
    leaf(z.boolean(), "`true` or `false`"),
    "`true`, `false`",
    "It is judged by [new data alone](#new-data)",
    "`false`",
  ),
  proves: told(
    leaf(z.literal(true), "`true`, or left out"),
    "`true`",
    "Its outcomes are those that [`prove`](#prove) counts. Needed where several signals have cohorts",
  ),
  advance: told(limitSentence, "limit", "Exposure may grow while this holds", "none"),
  halt: told(limitSentence, "limit", "Stop, and wait for a person; after `haltDeadline` roll back", "none"),
  rollback: told(
    rollbackSentence,
    "limit, or [`{ when, to }`](#one-step-back)",
    "Go to 0 % at once, or one step back",
    "none",
  ),
} as const;

/** What a signal means; with `use` it stands in the library alone. */
export const MEANING_KEYS = {
  query: told(promql, "PromQL", "Must answer one number: a scalar, or one series"),
  counts: told(counterPair, "mapping", "Instead of `query`: [raw counters](#counters), `bad` of `total`"),
  cohorts: told(
    cohortPair,
    "mapping",
    "With `counts`: matchers of the [`candidate` and of the `control`](#cohorts)",
    "none",
  ),
  unit: told(
    oneOf("ratio", "count", "seconds", "none"),
    "`ratio`, `count`, `seconds`, `none`",
    "What limits are written in",
    "`ratio` for [understood ratios](#understood-ratios), else `none`",
  ),
  better: told(
    oneOf("lower", "higher"),
    "`lower`, `higher`",
    "Which way is good",
    "from the limits; `lower` for understood ratios",
  ),
  samples: told(promql, "PromQL", "How many outcomes the value rests on", "the total of an understood ratio"),
  bad: told(promql, "PromQL", "How many bad outcomes there were", "the bad count of an understood ratio"),
  asOf: told(
    promql,
    "PromQL",
    "Watermark of the data, a Unix time in seconds. See [freshness](#freshness)",
    "none",
  ),
  emptyIs: told(
    leaf(z.literal(0), "0"),
    "`0`",
    "An empty answer means 0, while `witness` answers. Both or neither",
    "none",
  ),
  witness: told(promql, "PromQL", "Must answer one value above 0 while the exporter is alive", "none"),
} as const;

export const GATE_SIGNAL_KEYS = {
  use: told(
    name,
    "name",
    "A signal of a library, instead of `query`. What it means (`query`, `counts`, `cohorts`, `unit`, `better`, `samples`, `bad`, `asOf`, `emptyIs`, `witness`) then stands in the library alone",
  ),
  with: told(argumentsGiven, "mapping", "Values for its parameters"),
  ...USE_KEYS,
  ...MEANING_KEYS,
  // Known here only to say that it belongs to the library.
  params: told(
    anything,
    "list or mapping",
    "Only in a library: a list of what must be given, or a mapping with defaults",
    "none",
  ),
} as const;

export const LIBRARY_SIGNAL_KEYS = { params: parameters, ...USE_KEYS, ...MEANING_KEYS } as const;

/** Keys of signals that this version cannot act on. */
export const LATER_SIGNAL_KEYS: readonly string[] = [
  "alert",
  "detect",
  "history",
  "integration",
  "margin",
  "system",
  "tolerance",
  "weight",
];

export type GateSignalFields = Fields<typeof GATE_SIGNAL_KEYS>;
export type LibrarySignalFields = Fields<typeof LIBRARY_SIGNAL_KEYS>;
/** The part both have. */
export type SignalFields = Fields<typeof USE_KEYS & typeof MEANING_KEYS>;
