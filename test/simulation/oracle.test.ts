import { describe, expect, test } from "vitest";
import type {
  DefinitionFact,
  Evidence,
  FlagChange,
  FlagRequest,
  FlagState,
  Order,
  Reach,
} from "./oracle/evidence.ts";
import { INVARIANTS, judge } from "./oracle/oracle.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const FLAG = "flag-of-gate";

const DEFINITION: DefinitionFact = {
  gate: "gate",
  flag: FLAG,
  from: 0,
  everyMs: 15 * SECOND,
  steps: [5, 25, 100].map((to) => ({
    to,
    holdMs: 2 * MINUTE,
    approvers: to === 25 ? 1 : 0,
    group: "leads",
    expiresMs: 60 * MINUTE,
  })),
  bakeMs: MINUTE,
  settleMs: 75 * SECOND,
  lastsMs: 0,
  deploySettles: true,
  signals: ["errors"],
  stepping: [],
  guards: [],
  authors: ["author"],
  haltDeadlineMs: 60 * MINUTE,
  rejectsTo: "rollback",
  drainMs: null,
  missingRollbackMs: 60 * MINUTE,
  rotates: false,
  promise: null,
  darkPageMs: 2 * MINUTE,
  darkRollbackMs: null,
};

function state(rollout: number, title: string, fields: Partial<FlagState> = {}): FlagState {
  const strategies = [{ id: "s1", title, rollout: String(rollout), groupId: "g", disabled: false }];
  return { enabled: true, archived: false, project: "default", strategies, ...fields };
}

const STAFF: Reach = { segments: "[7]", constraints: "[]" };
const EVERYBODY: Reach = { segments: "[]", constraints: "[]" };

function reaching(flag: FlagState, reach: Reach): FlagState {
  return { ...flag, strategies: flag.strategies.map((strategy) => ({ ...strategy, ...reach })) };
}

function order(what: string, at: number, fields: Partial<Order> = {}): Order {
  const known = {
    gate: "gate",
    by: "operator",
    groups: ["leads"],
    step: null,
    answer: "done",
    code: null,
  } as const;
  return { ...known, what, at, heardAt: at, ...fields };
}

function request(at: number, fields: Partial<FlagRequest>): FlagRequest {
  const known = {
    flag: FLAG,
    process: "p1",
    kind: "percent",
    strategy: "s1",
    to: 0,
    title: "",
    expecting: null,
  } as const;
  return { ...known, at, ...fields };
}

function change(at: number, by: string, before: FlagState, after: FlagState): FlagChange {
  return { at, flag: FLAG, by, before, after };
}

/** What one write of ours leaves in the logs. */
type Written = Pick<Evidence, "changes" | "requests">;

function write(at: number, from: number, to: number, mark: number): Written {
  const [before, after] = [`t${mark - 1}`, `t${mark}`];
  return {
    requests: [
      request(at - 100, { kind: "read" }),
      request(at, { to, title: after, expecting: { title: before, rollout: from } }),
    ],
    changes: [change(at, "rampart", state(from, before), state(to, after))],
  };
}

/** A sound run: from 0 to 5 and, approved by a lead, to 25 %; it lasts for ten minutes and is then taken back. */
function evidence(...more: readonly Partial<Evidence>[]): Evidence {
  const sound: Evidence = {
    seed: 0,
    endedAt: 20 * MINUTE,
    definitions: [DEFINITION],
    orders: [
      order("act", 0),
      order("start", 0),
      order("approve", 4 * MINUTE, { by: "lead", step: 2 }),
      order("rollback", 9 * MINUTE),
    ],
    messages: [
      { at: MINUTE + 1, gate: "gate", kind: "advanced" },
      { at: 5 * MINUTE + 1, gate: "gate", kind: "advanced" },
    ],
    readings: [],
    deploys: [],
    faults: [],
    upkeep: [],
    answers: { right: 0, wrong: [] },
    endings: [{ gate: "gate", flag: FLAG, state: "rolled-back", wanted: "rest", because: [], served: 0 }],
    ...joined([write(MINUTE, 0, 5, 1), write(5 * MINUTE, 5, 25, 2), write(9 * MINUTE, 25, 0, 3)]),
  };
  const looks = Array.from({ length: 80 }, (_, index) => request(index * 15 * SECOND, { kind: "read" }));
  const whole = { ...sound, requests: byTime([...looks, ...sound.requests]) };
  return more.reduce<Evidence>((base, extra) => ({ ...base, ...extra }), whole);
}

function joined(writes: readonly Written[]): Written {
  return {
    changes: byTime(writes.flatMap(({ changes }) => changes)),
    requests: byTime(writes.flatMap(({ requests }) => requests)),
  };
}

function byTime<T extends { readonly at: number }>(entries: readonly T[]): readonly T[] {
  return entries.toSorted((a, b) => a.at - b.at);
}

/** The sound run with one more write. */
function and(base: Evidence, extra: Written): Partial<Evidence> {
  return {
    changes: byTime([...base.changes, ...extra.changes]),
    requests: byTime([...base.requests, ...extra.requests]),
  };
}

const SOUND = evidence();
const TO_5 = 1;
const TO_25 = 2;

const DRAINING: Partial<Evidence> = { definitions: [{ ...DEFINITION, drainMs: 5 * MINUTE }] };
const ROLLED_BACK = [
  ...SOUND.messages,
  { at: 9 * MINUTE, gate: "gate", kind: "rolling-back" },
  { at: 10 * MINUTE, gate: "gate", kind: "rolled-back" },
];

/** The sound run of a gate that drains for five minutes from the tenth on. */
function drained(...more: Evidence["messages"]): Evidence {
  const begun = { at: 10 * MINUTE, gate: "gate", kind: "draining" };
  return evidence({ ...DRAINING, messages: [...SOUND.messages, begun, ...more] });
}

/** The sound run, in which nobody orders anything after the start and a signal turns bad after six minutes. */
function leftAlone(says: "halt" | "missing", times: Partial<DefinitionFact>): Evidence {
  return evidence({
    definitions: [{ ...DEFINITION, ...times }],
    orders: SOUND.orders.filter(({ what }) => what !== "rollback"),
    readings: [{ at: 6 * MINUTE, gate: "gate", name: "errors", says }],
    ...joined([write(MINUTE, 0, 5, 1), write(5 * MINUTE, 5, 25, 2)]),
  });
}

/** The sound run to 100 %, and then steps back: when, from where and to where. */
function steppedBack(...steps: readonly (readonly [number, number, number])[]): Evidence {
  const writes = steps.map(([at, from, to], index) => write(at + SECOND, from, to, 4 + index));
  return evidence({
    messages: [
      ...SOUND.messages,
      { at: 6 * MINUTE + 1, gate: "gate", kind: "advanced" },
      ...steps.map(([at]) => ({ at, gate: "gate", kind: "stepping-back" })),
    ],
    ...joined([
      write(MINUTE, 0, 5, 1),
      write(5 * MINUTE, 5, 25, 2),
      write(6 * MINUTE, 25, 100, 3),
      ...writes,
    ]),
  });
}

/** The sound run, and its flag let go of; then, perhaps, a write all the same. */
function released({ at, left }: { readonly at: number; readonly left: FlagState }, late?: number): Evidence {
  return evidence({
    endedAt: 25 * MINUTE,
    messages: [
      ...SOUND.messages,
      { at: 9.2 * MINUTE, gate: "gate", kind: "rolled-back" },
      { at: at + SECOND, gate: "gate", kind: "released" },
    ],
    orders: [...SOUND.orders, order("release", at)],
    changes: [...SOUND.changes, change(at, "rampart", state(0, "t3"), left)],
    requests: [
      ...SOUND.requests,
      ...(late === undefined ? [] : [request(late, { expecting: { title: "Ours", rollout: 0 } })]),
    ],
  });
}

const SHADOW = { to: 0, holdMs: MINUTE, approvers: 0, group: "leads", expiresMs: 0 };
const SHADOWED: DefinitionFact = { ...DEFINITION, steps: [SHADOW, ...DEFINITION.steps] };

/** The sound run with a shadow step before it, entered at that instant. */
function shadowed(at: number, told: Evidence["messages"][number]): Evidence {
  const [start, entry] = [state(0, "t0"), state(0, "shadow")];
  return evidence({
    definitions: [SHADOWED],
    messages: [told, ...SOUND.messages],
    changes: byTime([change(at, "rampart", start, entry), ...SOUND.changes]),
    requests: byTime([
      ...SOUND.requests,
      request(at, { to: 0, title: "shadow", expecting: { title: "t0", rollout: 0 } }),
    ]),
  });
}

/** The sound run restarted after its rollback, under another groupId from that percent on. */
function rotated(definition: DefinitionFact, percent: number): Evidence {
  const [before] = state(percent, "t3").strategies;
  const strategies = before === undefined ? [] : [{ ...before, title: "t4", groupId: "g~run_2" }];
  return evidence({
    definitions: [definition],
    orders: [...SOUND.orders, order("restart", 11 * MINUTE)],
    changes: [
      ...SOUND.changes,
      change(12 * MINUTE, "rampart", state(percent, "t3"), { ...state(percent, "t4"), strategies }),
    ],
  });
}

/** The sound run restarted after its rollback, and raised again. */
function rerun(definition: DefinitionFact): Evidence {
  return evidence({
    definitions: [definition],
    orders: [...SOUND.orders, order("restart", 11 * MINUTE)],
    ...and(SOUND, write(14 * MINUTE, 0, 5, 4)),
  });
}

/** Evidence with one thing wrong in it, by the invariant that must notice. */
const WRONG: readonly (readonly [string, string, Evidence])[] = [
  [
    "S1",
    "a reading was stale at a raise",
    evidence({ readings: [{ at: 2 * MINUTE, gate: "gate", name: "errors", says: "stale" }] }),
  ],
  [
    "S1",
    "readings were to settle from a deploy",
    evidence({ deploys: [{ gate: "gate", at: 4.5 * MINUTE, heardAt: 4.5 * MINUTE, heard: true }] }),
  ],
  [
    "S1",
    "a signal was missing at a raise",
    evidence({ readings: [{ at: 0, gate: "gate", name: "errors", says: "missing" }] }),
  ],
  ["S5c", "a flag was let go of at once", released({ at: 9.5 * MINUTE, left: state(0, "Ours") })],
  [
    "S5c",
    "a token was left in the title",
    released({ at: 20 * MINUTE, left: state(0, "[rampart 1/3 #k.1.1]") }),
  ],
  ["S5c", "letting go changed the percent", released({ at: 20 * MINUTE, left: state(5, "Ours") })],
  ["S5c", "a write was sent after that", released({ at: 20 * MINUTE, left: state(0, "Ours") }, 21 * MINUTE)],
  ["S3b", "the shadow step was left out", evidence({ definitions: [SHADOWED] })],
  [
    "S3b",
    "the hold of the shadow step was cut short",
    shadowed(MINUTE - 30 * SECOND, { at: MINUTE - 29 * SECOND, gate: "gate", kind: "advanced" }),
  ],
  [
    "S3b",
    "the shadow step was entered on a bad signal",
    {
      ...shadowed(10 * SECOND, { at: 11 * SECOND, gate: "gate", kind: "advanced" }),
      readings: [
        { at: 0, gate: "gate", name: "errors", says: "halt" },
        { at: 30 * SECOND, gate: "gate", name: "errors", says: "good" },
      ],
    },
  ],
  ["S11", "the groupId of a gate that rotates none was changed", rotated(DEFINITION, 0)],
  ["S11", "a groupId was changed above 0%", rotated({ ...DEFINITION, rotates: true }, 1)],
  ["S11d", "a run after a rollback went to those of the run before", rerun({ ...DEFINITION, rotates: true })],
  ["S3", "a step was skipped", evidence({ ...joined([write(MINUTE, 0, 25, 1)]) })],
  [
    "S4",
    "a raise was sent again",
    evidence({ requests: [...SOUND.requests, ...write(6 * MINUTE, 5, 25, TO_25).requests] }),
  ],
  ["S5", "a raise was sent after a rollback", evidence(and(SOUND, write(11 * MINUTE, 0, 5, 4)))],
  ["S6", "a rollback did not end at 0", evidence({ changes: SOUND.changes.slice(0, -1) })],
  ["S5b", "a drain ended early", drained({ at: 11 * MINUTE, gate: "gate", kind: "drain-overdue" })],
  [
    "S5b",
    "a drain ended and nobody had said so",
    drained({ at: 11 * MINUTE, gate: "gate", kind: "rolled-back" }),
  ],
  ["S5b", "a drain did not end", drained()],
  ["S5b", "a rollback did not drain", evidence({ ...DRAINING, messages: ROLLED_BACK })],
  [
    "S5b",
    "a ramp was restarted while the gate drained",
    { ...drained(), orders: [...SOUND.orders, order("restart", 12 * MINUTE)] },
  ],
  ["S6d", "a step back went two steps", steppedBack([7 * MINUTE, 100, 5])],
  ["S6d", "a second step back did not wait", steppedBack([7 * MINUTE, 100, 25], [7.5 * MINUTE, 25, 5])],
  [
    "S30b",
    "somebody was paged while maintenance stopped the clock",
    evidence({
      faults: [{ kind: "prometheus dark", from: 12 * MINUTE, to: 18 * MINUTE, size: 0 }],
      upkeep: [{ at: 13 * MINUTE, heardAt: 13 * MINUTE, forMs: 2 * MINUTE, answer: "done" }],
      messages: [...SOUND.messages, { at: 15.5 * MINUTE, gate: "gate", kind: "cannot-see" }],
    }),
  ],
  [
    "S12b",
    "what it needs was promised by who started it alone",
    evidence({
      definitions: [{ ...DEFINITION, promise: { group: "leads", step: null, expiresMs: null } }],
      orders: [order("promise", 0), ...SOUND.orders],
    }),
  ],
  [
    "S12b",
    "a promise had expired",
    evidence({
      definitions: [{ ...DEFINITION, promise: { group: "leads", step: 2, expiresMs: MINUTE } }],
      orders: [order("promise", 0, { by: "lead" }), ...SOUND.orders],
    }),
  ],
  [
    "S6b",
    "it told of a rollback that was none",
    evidence({ messages: [...SOUND.messages, { at: 8 * MINUTE, gate: "gate", kind: "rolled-back" }] }),
  ],
  [
    "S6b",
    "it told of a rollback that SDKs did not show yet",
    evidence({
      messages: [...SOUND.messages, { at: 9.5 * MINUTE, gate: "gate", kind: "rolled-back" }],
      faults: [{ kind: "served late", from: 8 * MINUTE, to: 12 * MINUTE, size: 0 }],
    }),
  ],
  [
    "S6c",
    "a verdict to roll back was not obeyed",
    evidence({ readings: [{ at: 6 * MINUTE, gate: "gate", name: "errors", says: "rollback" }] }),
  ],
  [
    "S6e",
    "a verdict to halt was not obeyed",
    evidence({ readings: [{ at: 6 * MINUTE, gate: "gate", name: "errors", says: "halt" }] }),
  ],
  [
    "S6h",
    "a rejection took nothing back",
    evidence({ orders: [...SOUND.orders, order("reject", 8 * MINUTE)] }),
  ],
  ["S6f", "a halt outlasted its deadline", leftAlone("halt", { haltDeadlineMs: 5 * MINUTE })],
  [
    "S6g",
    "what was missing was waited for too long",
    leftAlone("missing", { missingRollbackMs: 5 * MINUTE }),
  ],
  ["S7", "what came back stayed", evidence(and(SOUND, write(9 * MINUTE + 10, 0, 5, 4)))],
  [
    "S9",
    "a raise went out without a test",
    evidence({ requests: SOUND.requests.map((each) => ({ ...each, expecting: null })) }),
  ],
  [
    "S10",
    "a person's decrease was exceeded",
    evidence({
      changes: byTime([...SOUND.changes, change(3 * MINUTE, "kim", state(5, "t1"), state(2, "t1"))]),
    }),
  ],
  [
    "S10b",
    "it was raised for another audience",
    evidence({
      changes: [
        ...SOUND.changes.slice(0, TO_5),
        change(3 * MINUTE, "kim", state(5, "t1"), state(5, "t1", { project: "other" })),
        change(
          5 * MINUTE,
          "rampart",
          state(5, "t1", { project: "other" }),
          state(25, "t2", { project: "other" }),
        ),
        ...SOUND.changes.slice(TO_25),
      ],
    }),
  ],
  [
    "S11",
    "an environment was switched on",
    evidence({
      changes: [
        ...SOUND.changes,
        change(12 * MINUTE, "rampart", state(0, "t3", { enabled: false }), state(0, "t3")),
      ],
    }),
  ],
  [
    "S11c",
    "it reached others from one moment to the next, with people exposed",
    evidence({
      definitions: [{ ...DEFINITION, steps: DEFINITION.steps.map((step) => ({ ...step, reach: STAFF })) }],
      changes: [
        change(MINUTE, "rampart", reaching(state(5, "t0"), EVERYBODY), reaching(state(5, "t1"), STAFF)),
      ],
    }),
  ],
  [
    "S11b",
    "a gate that only observes was raised",
    evidence({ orders: SOUND.orders.filter(({ what }) => what !== "act") }),
  ],
  [
    "S12",
    "an approval outlived a halt",
    evidence({
      readings: [
        { at: 2 * MINUTE, gate: "gate", name: "errors", says: "halt" },
        { at: 3.5 * MINUTE, gate: "gate", name: "errors", says: "good" },
      ],
      orders: SOUND.orders.map((each) =>
        each.what === "approve" ? order("approve", 1.5 * MINUTE, { by: "lead", step: 2 }) : each,
      ),
    }),
  ],
  [
    "S15",
    "a raise was sent while the stop switch was on",
    evidence({ faults: [{ kind: "stop switch on", from: 4.5 * MINUTE, to: 6 * MINUTE, size: 0 }] }),
  ],
  [
    "S19b",
    "the store answered something else than what was kept",
    evidence({ answers: { right: 7, wrong: [{ at: MINUTE, what: "record of the store is missing" }] } }),
  ],
  [
    "S21",
    "one person took a looser definition",
    evidence({
      definitions: [DEFINITION, { ...DEFINITION, from: 2 * MINUTE, bakeMs: 0 }],
      orders: [
        ...SOUND.orders.slice(0, 2),
        order("adopt-definition", 3 * MINUTE, { by: "lead" }),
        ...SOUND.orders.slice(2),
      ],
    }),
  ],
  [
    "S12",
    "the starter approved",
    evidence({ orders: SOUND.orders.map((each) => ({ ...each, by: "operator" })) }),
  ],
  [
    "S12",
    "the approver had lost the right to it",
    evidence({ faults: [{ kind: "seat taken", from: 4.25 * MINUTE, to: 8 * MINUTE, size: 0 }] }),
  ],
  [
    "S14",
    "a rollback was refused",
    evidence({
      orders: [...SOUND.orders, order("rollback", 15 * MINUTE, { answer: "refused", code: "conflict" })],
    }),
  ],
  [
    "S22",
    "downtime counted as hold",
    evidence({ faults: [{ kind: "process down", from: 2 * MINUTE, to: 4.5 * MINUTE, size: 0 }] }),
  ],
  [
    "S22b",
    "it was finished before its bake was over",
    evidence({ messages: [...SOUND.messages, { at: 5.5 * MINUTE, gate: "gate", kind: "finished" }] }),
  ],
  [
    "S22b",
    "somebody finished it in spite of its signals",
    evidence({
      orders: [...SOUND.orders, order("finish", 8 * MINUTE)],
      readings: [{ at: 6 * MINUTE, gate: "gate", name: "errors", says: "between" }],
    }),
  ],
  [
    "S27",
    "a ramp did not finish",
    evidence({
      endings: SOUND.endings.map((each) => ({ ...each, wanted: "finish" as const, state: "proving" })),
    }),
  ],
  [
    "G6",
    "nobody looked for minutes",
    evidence({ requests: SOUND.requests.filter(({ at }) => at < 10 * MINUTE || at > 15 * MINUTE) }),
  ],
  [
    "S28",
    "it was started on a token of another store",
    evidence({
      changes: [
        change(-1, "kim", state(0, "t0"), state(0, "Ours [rampart 1/3 #zzz.4.2]")),
        change(MINUTE, "rampart", state(0, "Ours [rampart 1/3 #zzz.4.2]"), state(5, "t1")),
        ...SOUND.changes.slice(TO_5),
      ],
    }),
  ],
  [
    "S28",
    "it was raised on a restored store",
    evidence({ faults: [{ kind: "store restored", from: 0, to: 4 * MINUTE, size: 0 }] }),
  ],
  ["S30", "it was lowered without a cause", evidence({ orders: SOUND.orders.slice(0, 2) })],
];

describe("the oracle", () => {
  test("finds nothing wrong with a sound run", () => {
    expect(judge(SOUND).violations).toEqual([]);
  });

  test.each(WRONG)("says by %s that %s", (invariant, _, doctored) => {
    expect(judge(doctored).violations.map((each) => each.invariant)).toContain(invariant);
  });

  test("takes no audience that somebody put in for where the ramp stood", () => {
    const steps = DEFINITION.steps.map((step, index) =>
      index === 0 ? { ...step, to: 100, reach: STAFF } : step,
    );
    const at = (title: string, reach: Reach) => reaching(state(100, title), reach);
    const others: Reach = { segments: "[8]", constraints: "[]" };
    const found = judge(
      evidence({
        definitions: [{ ...DEFINITION, steps }],
        changes: [
          change(MINUTE, "rampart", reaching(state(0, "t0"), STAFF), at("t1", STAFF)),
          change(2 * MINUTE, "kim", at("t1", STAFF), at("t1", others)),
          change(3 * MINUTE, "rampart", at("t1", others), at("t2", others)),
          change(4 * MINUTE, "kim", at("t2", others), at("t2", STAFF)),
          change(5 * MINUTE, "rampart", at("t2", STAFF), reaching(state(25, "t3"), EVERYBODY)),
        ],
      }),
    );
    expect(found.violations.map(({ invariant }) => invariant)).not.toContain("S10");
  });

  test("was shown something wrong for every invariant", () => {
    expect(new Set(WRONG.map(([name]) => name))).toEqual(new Set(INVARIANTS.map(({ name }) => name)));
  });
});
