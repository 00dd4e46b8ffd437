import { z } from "zod";

import { DAY, type Instant, MINUTE, SECOND } from "../../domain/instant.ts";
import { anything, duration, leaf, listOf, name, oneOf, type Read, sentence, wholeNumber } from "../leaf.ts";
import { type Fields, jsonOfMap, mapping, readMap } from "../mapping.ts";
import type { Complain, ProblemList } from "../problem-list.ts";
import { shaped, told } from "../read.ts";
import { type MapValue, nameOfKind } from "../value.ts";
import { instantOf } from "../zone-time.ts";
import { caseEvent } from "./case-event.ts";
import { expected } from "./expected.ts";
import type { CaseStart, GateCase, GateTest, GivenSeries } from "./gate-test.ts";
import { seriesMap } from "./series.ts";
import { writtenAt } from "./written.ts";

/** Times without an offset are UTC. */
function utc(text: string): Instant | null {
  return instantOf(text, "UTC");
}

/** A Monday, so that a gate with office hours is open. */
const DEFAULT_AT: Instant = utc("2026-01-05T09:00") ?? 0;
const DEFAULT_INTERVAL_MS = MINUTE;
const LONGEST_MS = 31 * DAY;

const instant: Read<Instant> = (value, complain) => {
  const written = leaf(
    z.string().refine((text) => utc(text) !== null),
    "a time such as `2026-03-03T09:00` (UTC) or `2026-03-03T09:00+01:00`",
  )(value, complain);
  return written === undefined ? undefined : (utc(written) ?? undefined);
};

const declaredStep = wholeNumber(0);

const step: Read<number | "none"> = shaped(
  { anyOf: [{ const: "none" }, declaredStep.json ?? {}] },
  (value, complain) =>
    value.kind === "scalar" && value.value === "none" ? "none" : declaredStep(value, complain),
);

const START: CaseStart = { at: DEFAULT_AT, mode: "act", step: null, heldMs: 0 };

export const START_SHAPE = {
  what: "a start",
  keys: {
    at: told(instant, "time", "In UTC, or with an offset", "a Monday, 9:00"),
    step: told(
      step,
      "number, `none`",
      "Where the ramp stands. `0`: started, and nobody exposed; `none`: no ramp at all",
      "the first step",
    ),
    held: told(
      duration(),
      "duration",
      "For so long it has stood there, watched and good: its hold is served, and readings have settled",
      "`0s`",
    ),
    mode: told(
      oneOf("act", "observe"),
      "`act`, `observe`",
      "`observe`: the gate only watches, and the flag stands at the percent of the step",
      "`act`",
    ),
  },
} as const;

const caseStart: Read<CaseStart> = shaped(jsonOfMap(START_SHAPE), (value, complain) => {
  const given = readMap(value, START_SHAPE, complain)?.values;
  if (given === undefined) return undefined;
  const { at = START.at, mode = START.mode, held = 0 } = given;
  return { at, mode, step: given.step ?? null, heldMs: held };
});

const interval = duration({ ms: SECOND, says: "at least 1s" });
const OF_THE_FILE = "that of the file";

export const CASE_SHAPE = {
  what: "a case",
  keys: {
    name: told(sentence, "text", "What it is about; once in the file"),
    start: told(caseStart, "mapping", "[Where it begins](#where-a-case-begins)", "at the first step"),
    interval: told(interval, "duration, at least 1s", "Between two samples", OF_THE_FILE),
    before: told(duration(), "duration", "So long before its start its series begin", OF_THE_FILE),
    series: told(seriesMap, "mapping", "Its own, in place of equal ones of the file", "those of the file"),
    events: told(
      listOf(caseEvent, "a list of events"),
      "list",
      "[What happens](#what-happens-in-a-case)",
      "none",
    ),
    expect: told(
      listOf(expected, "a list of expectations"),
      "list",
      "[What has to come of it](#what-a-case-expects)",
    ),
  },
  required: ["name", "expect"],
} as const;

const groups = listOf(sentence, "a list of groups");

const people: Read<Readonly<Record<string, readonly string[]>>> = shaped(
  { type: "object", additionalProperties: groups.json ?? {} },
  (value, complain) => {
    if (value.kind === "refused") return undefined;
    if (value.kind !== "map") {
      const message = `must be a mapping from people to their groups, not ${nameOfKind(value)}`;
      complain({ code: "R108", at: value.at, message });
      return undefined;
    }
    const read = value.entries.map((entry) => [entry.key, groups(entry.value, complain) ?? []] as const);
    return Object.fromEntries(read);
  },
);

export const TEST_SHAPE = {
  what: "a gate test",
  keys: {
    schema: told(anything, "`gate-test/v1`", ""),
    gate: told(name, "name", "The gate that is tested"),
    interval: told(interval, "duration, at least 1s", "Between two samples. Also of a case", "`1m`"),
    before: told(
      duration(),
      "duration",
      "So long before its start the series of a case begin: what a `rate(...[5m])` needs to have something to say at once. Also of a case",
      "`0s`",
    ),
    rules: told(
      listOf(sentence, "a list of rule files"),
      "list of paths",
      "Rule files of Prometheus, relative to this file. They lie outside the folder of gates, which holds gates alone. Recording rules behind the gate's queries are evaluated by Prometheus at their intervals (`1m` where the group says none); alerting rules as well, where the gate has guards",
      "none",
    ),
    people: told(people, "mapping", "Groups of each person that an event names", "none"),
    series: told(seriesMap, "mapping", "[What is scraped](#series-of-a-test), of every case", "none"),
    cases: told(
      listOf(mapping(CASE_SHAPE), "a list of cases"),
      "list",
      "[From a start, through events, to what is expected](#cases)",
    ),
  },
  required: ["gate", "cases"],
} as const;

type TestFields = Fields<typeof TEST_SHAPE.keys>;

/** The tests of one file; null when anything about them is an error. */
export function readGateTest(root: MapValue, list: ProblemList): GateTest | null {
  const { complain } = list;
  const fields = readMap(root, TEST_SHAPE, complain);
  if (fields === undefined) return null;
  const { values } = fields;
  refuseTwins(values.cases ?? [], complain);
  const cases = (values.cases ?? []).flatMap((draft) => caseOf(draft, fields, complain) ?? []);
  if (list.hasErrors() || values.gate === undefined) return null;
  return {
    path: root.at.file.path,
    gate: values.gate,
    gateAt: writtenAt(fields.at("gate")),
    rules: values.rules ?? [],
    people: values.people ?? {},
    cases,
  };
}

function caseOf(
  draft: Fields<typeof CASE_SHAPE.keys>,
  file: TestFields,
  complain: Complain,
): GateCase | null {
  const { values } = draft;
  if (values.name === undefined || values.expect === undefined) return null;
  for (const [key, list] of [
    ["expect", values.expect],
    ["events", values.events ?? []],
  ] as const) {
    if (list.every(({ afterMs }) => afterMs <= LONGEST_MS)) continue;
    complain({ code: "R803", at: draft.at(key), message: "a case lasts at most 31d" });
  }
  return {
    name: values.name,
    at: writtenAt(draft.at("name")),
    start: values.start ?? START,
    intervalMs: values.interval ?? file.values.interval ?? DEFAULT_INTERVAL_MS,
    beforeMs: values.before ?? file.values.before ?? 0,
    series: overlaid(file.values.series ?? [], values.series ?? []),
    events: (values.events ?? []).toSorted((a, b) => a.afterMs - b.afterMs),
    expect: values.expect.toSorted((a, b) => a.afterMs - b.afterMs),
  };
}

/** The series of the file with those of the case put in place of equal ones. */
function overlaid(shared: readonly GivenSeries[], own: readonly GivenSeries[]): readonly GivenSeries[] {
  const keys = new Set(own.map(keyOf));
  return [...shared.filter((each) => !keys.has(keyOf(each))), ...own];
}

function keyOf({ labels }: GivenSeries): string {
  return JSON.stringify(Object.entries(labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function refuseTwins(cases: readonly Fields<typeof CASE_SHAPE.keys>[], complain: Complain): void {
  const seen = new Set<string>();
  for (const draft of cases) {
    const called = draft.values.name;
    if (called === undefined) continue;
    if (seen.has(called))
      complain({ code: "R803", at: draft.at("name"), message: "another case has the same name" });
    seen.add(called);
  }
}
