import { z } from "zod";

import { DAY, type Instant, MINUTE, SECOND } from "../../domain/instant.ts";
import { anything, duration, leaf, listOf, name, oneOf, type Read, sentence, wholeNumber } from "../leaf.ts";
import { type Fields, mapping, readMap } from "../mapping.ts";
import type { Complain, ProblemList } from "../problem-list.ts";
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

const step: Read<number | "none"> = (value, complain) =>
  value.kind === "scalar" && value.value === "none" ? "none" : wholeNumber(0)(value, complain);

const START: CaseStart = { at: DEFAULT_AT, mode: "act", step: null, heldMs: 0 };

const caseStart: Read<CaseStart> = (value, complain) => {
  const keys = { at: instant, step, held: duration(), mode: oneOf("act", "observe") } as const;
  const given = readMap(value, { what: "a start", keys }, complain)?.values;
  if (given === undefined) return undefined;
  const { at = START.at, mode = START.mode, held = 0 } = given;
  return { at, mode, step: given.step ?? null, heldMs: held };
};

const CASE_KEYS = {
  name: sentence,
  start: caseStart,
  interval: duration({ ms: SECOND, says: "at least 1s" }),
  before: duration(),
  series: seriesMap,
  events: listOf(caseEvent, "a list of events"),
  expect: listOf(expected, "a list of expectations"),
} as const;

const caseDraft = mapping({ what: "a case", keys: CASE_KEYS, required: ["name", "expect"] });

const people: Read<Readonly<Record<string, readonly string[]>>> = (value, complain) => {
  if (value.kind === "refused") return undefined;
  if (value.kind !== "map") {
    const message = `must be a mapping from people to their groups, not ${nameOfKind(value)}`;
    complain({ code: "R108", at: value.at, message });
    return undefined;
  }
  const groups = listOf(sentence, "a list of groups");
  const read = value.entries.map((entry) => [entry.key, groups(entry.value, complain) ?? []] as const);
  return Object.fromEntries(read);
};

export const TEST_SHAPE = {
  what: "a gate test",
  keys: {
    schema: anything,
    gate: name,
    interval: CASE_KEYS.interval,
    before: CASE_KEYS.before,
    rules: listOf(sentence, "a list of rule files"),
    people,
    series: seriesMap,
    cases: listOf(caseDraft, "a list of cases"),
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

function caseOf(draft: Fields<typeof CASE_KEYS>, file: TestFields, complain: Complain): GateCase | null {
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

function refuseTwins(cases: readonly Fields<typeof CASE_KEYS>[], complain: Complain): void {
  const seen = new Set<string>();
  for (const draft of cases) {
    const called = draft.values.name;
    if (called === undefined) continue;
    if (seen.has(called))
      complain({ code: "R803", at: draft.at("name"), message: "another case has the same name" });
    seen.add(called);
  }
}
