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
import { limitSentence, rollbackSentence } from "./signal-limits.ts";

const promql = inOwnGrammar("a PromQL query");

const purpose = oneOf("advance", "deploy", "finish");

/** What a gate may say of a signal whether it brings the query or uses the library's. */
export const USE_KEYS = {
  name,
  title: sentence,
  owner: sentence,
  runbook: sentence,
  lag: duration(),
  period: longerThanNothing,
  window: duration(),
  settle: duration(),
  floor: wholeNumber(1),
  minBad: wholeNumber(1),
  missingFor: missingBounds,
  except: nameList,
  gates: listOf(purpose, "a list of `advance`, `deploy` and `finish`"),
  onNewData: leaf(z.boolean(), "`true` or `false`"),
  proves: leaf(z.literal(true), "`true`, or left out"),
  advance: limitSentence,
  halt: limitSentence,
  rollback: rollbackSentence,
} as const;

/** What a signal means; with `use` it stands in the library alone. */
export const MEANING_KEYS = {
  query: promql,
  counts: counterPair,
  cohorts: cohortPair,
  unit: oneOf("ratio", "count", "seconds", "none"),
  better: oneOf("lower", "higher"),
  samples: promql,
  bad: promql,
  asOf: promql,
  emptyIs: leaf(z.literal(0), "0"),
  witness: promql,
} as const;

export const GATE_SIGNAL_KEYS = {
  use: name,
  with: argumentsGiven,
  ...USE_KEYS,
  ...MEANING_KEYS,
  // Known here only to say that it belongs to the library.
  params: anything,
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
