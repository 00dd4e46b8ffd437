import { describe, expect, test } from "vitest";
import { approve } from "../../../src/domain/approve.ts";
import { type InboxItem, inbox } from "../../../src/domain/inbox.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Principal } from "../../../src/domain/principal.ts";
import type { Drift, GateRecord } from "../../../src/domain/record.ts";
import { newRecord } from "../../../src/domain/transition.ts";
import type { GateView } from "../../../src/domain/view.ts";
import {
  NOON,
  aBecause,
  aDecision,
  aDemand,
  aDrift,
  aGate,
  aGuard,
  aHalt,
  aLastPass,
  aMachine,
  aPause,
  aPerson,
  aPromise,
  aPromiseDemand,
  aRecord,
  aRollback,
  aRun,
  aSignalClock,
  aSignalJudgement,
  aStep,
  after,
  anAlertJudgement,
  anApproval,
  anExposure,
  passFacts,
  aMaintenance,
} from "../../support/builders.ts";
import { statusAnswer } from "../../support/fake-controller.ts";

const ALL = aPerson({ name: "approver" });
const READER = aPerson({ name: "reader", scopes: ["read"] });
const FACTS = passFacts().definition;

function person(...scopes: Principal["scopes"]): Principal {
  return aPerson({ name: "approver", scopes: ["read", ...scopes] });
}

/** A gate that proves at 5 % with nothing to wait for, unless the record or the view says so. */
function view(record: Partial<GateRecord> = {}, fields: Partial<GateView> = {}): GateView {
  return {
    name: "checkout",
    gate: aGate(),
    definition: FACTS,
    problems: [],
    record: aRecord(record),
    status: statusAnswer({ verdict: "good", signals: [], decision: "dec_1" }),
    dark: new Map(),
    maintenance: [],
    request: null,
    ...fields,
  };
}

function itemsAt(shown: GateView, by: Principal = ALL): readonly InboxItem[] {
  return inbox([shown], by, NOON);
}

function kindsAt(shown: GateView, by: Principal = ALL): readonly string[] {
  return itemsAt(shown, by).map(({ kind }) => kind);
}

function commandsAt(shown: GateView, by: Principal = ALL): readonly string[] {
  return itemsAt(shown, by).flatMap(({ action, alternatives }) => [action, ...alternatives]);
}

const missingSince = (since: number) => ({
  clocks: { errors: aSignalClock({ unknownSince: since }) },
});

const darkFor = (minutes: number) => view({}, { dark: new Map([["main", NOON - minutes * MINUTE]]) });

const named = (name: string, record: Partial<GateRecord>, fields: Partial<GateView> = {}) => ({
  ...view(record, fields),
  name,
});

test("nothing waits at a gate that goes on by itself", () => {
  expect(itemsAt(view())).toEqual([]);
});

describe("a request for approval", () => {
  const needed = aBecause({ kind: "approval", code: "needed" });
  const gate = aGate({ steps: [aStep(), aStep({ to: 25, approve: [aDemand()] })] });
  const asking = (record: Partial<GateRecord> = {}, fields: Partial<GateView> = {}) =>
    view({ because: [needed], ...record }, { gate, ...fields });

  test("waits for whoever may still answer it, with step, percent and evidence", () => {
    expect(itemsAt(asking())).toEqual([
      {
        kind: "approval",
        gate: "checkout",
        message: "25% waits for your approval",
        since: NOON - HOUR,
        until: null,
        action: 'rampart approve checkout --reason "..."',
        alternatives: [],
        decision: "dec_1",
        request: { step: 2, to: 25, adopts: null, others: [] },
      },
    ]);
  });

  test("names who is asked besides, and until when earlier approvals count", () => {
    const approved = anApproval({ person: "somebody", groups: ["finance"], expiresAt: after(HOUR) });
    const later = anApproval({ person: "another", groups: ["finance"], expiresAt: after(2 * HOUR) });
    const demands = [aDemand({ count: 2 }), aDemand({ by: "finance", count: 2 })];
    const shown = asking(
      { run: aRun({ approvals: [approved, later] }) },
      { gate: aGate({ steps: [aStep(), aStep({ to: 25, approve: demands })] }) },
    );
    expect(itemsAt(shown)).toMatchObject([
      {
        message: "25% waits for your approval, and then for release-leads",
        until: after(HOUR),
        request: { others: ["release-leads"] },
      },
    ]);
  });

  test("to start at a step is told with when the flag came there", () => {
    const idle = aRecord({
      ramp: { state: "idle" },
      run: null,
      exposure: anExposure({ set: 25, setAt: null, changedAt: NOON - DAY }),
      because: [aBecause({ kind: "state", code: "idle" }), aBecause({ kind: "drift", code: "unmanaged" })],
    });
    expect(itemsAt(asking(idle))).toMatchObject([
      { kind: "approval", since: NOON - DAY, request: { step: 2 } },
    ]);
  });

  test("of a looser definition is told as such", () => {
    const newest = { gate: aGate({ ...gate, bakeMs: HOUR }), hash: "sha256:bb", author: FACTS.author };
    const definition = { ...FACTS, status: "changed", newest } as const;
    const [approval, change] = itemsAt(asking({ because: [] }, { definition }));
    expect(change).toMatchObject({
      message: expect.stringMatching(/; it is looser, and is first approved by release-leads$/),
      action: 'rampart rollback checkout --reason "..."',
    });
    const adoptions = [anApproval({ definition: "sha256:bb" })];
    expect(commandsAt(asking({ run: aRun({ adoptions }) }, { definition }))).toEqual([
      'rampart adopt-definition checkout --reason "..."',
      'rampart rollback checkout --reason "..."',
    ]);
    expect(approval).toMatchObject({
      kind: "approval",
      message: "a looser definition waits for your approval",
      request: { step: 2, adopts: "sha256:bb" },
    });
    const wroteIt = {
      ...definition,
      newest: { ...newest, author: { kind: "known", people: ["approver"] } },
    } as const;
    expect(kindsAt(asking({ because: [] }, { definition: wroteIt }))).not.toContain("approval");
  });

  test.each([
    ["who started the ramp", aPerson({ name: "starter" }), {}],
    ["who wrote the definition", aPerson({ name: "author" }), {}],
    ["who is of another group", aPerson({ name: "approver", groups: ["finance"] }), {}],
    ["who may not approve", person("operate"), {}],
    ["who has approved already", ALL, { run: aRun({ approvals: [anApproval()] }) }],
    ["a machine", aMachine({ scopes: ["read", "approve"] }), {}],
    ["anybody while nothing is asked", ALL, { because: [] }],
  ])("does not wait for %s", (_, by, record) => {
    expect(kindsAt(asking(record), by)).toEqual([]);
  });

  test("does not wait on evidence that is not good, nor where the definition is unknown", () => {
    expect(kindsAt(asking({}, { status: statusAnswer({ verdict: "wait", signals: [] }) }))).toEqual([]);
    expect(kindsAt(asking({}, { gate: null }))).toEqual([]);
  });

  test.each([
    ["one seat, free", [aDemand()], [], ["release-leads"]],
    ["one seat, taken", [aDemand()], [anApproval({ person: "first" })], ["release-leads"]],
    [
      "a seat that is free once another person changes theirs",
      [aDemand(), aDemand({ by: "finance" })],
      [anApproval({ person: "first", groups: ["release-leads", "finance"] })],
      ["release-leads"],
    ],
    ["no seat for this group", [aDemand()], [], ["finance"]],
  ])("waits exactly where an approval would be taken: %s", (_, demands, approvals, groups) => {
    const by = aPerson({ name: "approver", groups });
    const shown = asking(
      { run: aRun({ approvals }) },
      { gate: aGate({ steps: [aStep(), aStep({ to: 25, approve: demands })] }) },
    );
    const command = {
      gate: "checkout",
      by,
      step: 2,
      decision: "dec_1",
      verdict: "approve",
      reason: "seen",
    } as const;
    const facts = { now: NOON, definition: FACTS };
    const taken = approve(shown.gate ?? aGate(), shown.record, command, aDecision(), facts);
    expect(kindsAt(shown, by)).toEqual(taken.kind === "done" ? ["approval"] : []);
  });
});

describe("a halted ramp", () => {
  const alarmed = aLastPass({ at: NOON - 15 * SECOND, alarmed: true });

  test("waits until its deadline, with its cause and what becomes of it", () => {
    const shown = view({ ramp: aHalt({ alarmMs: HOUR }), lastPass: alarmed });
    expect(itemsAt(shown)).toEqual([
      {
        kind: "halted",
        gate: "checkout",
        message: "halted at 5%: errors: 3%, halt above 2%; rolls back unless somebody decides before",
        since: NOON - MINUTE,
        until: after(HOUR - 15 * SECOND),
        action: 'rampart resume checkout --reason "..."',
        alternatives: ['rampart rollback checkout --reason "..."'],
        decision: "dec_1",
        request: null,
      },
    ]);
  });

  test("whose deadline is over is due since the last pass", () => {
    const shown = view({ ramp: aHalt({ alarmMs: DAY }), lastPass: alarmed });
    expect(itemsAt(shown)).toMatchObject([{ until: NOON - 15 * SECOND }]);
  });

  test.each([
    ["nothing is at halt any more", { lastPass: aLastPass({ alarmed: false }) }],
    ["nobody is exposed", { lastPass: alarmed, exposure: anExposure({ set: 0 }) }],
    ["no pass has looked yet", { lastPass: null }],
  ])("has no deadline while %s", (_, record) => {
    const [item] = itemsAt(view({ ramp: aHalt(), ...record }));
    expect(item).toMatchObject({
      until: null,
      message: expect.stringContaining("waits for somebody to decide"),
    });
  });

  test.each([
    ["a signal", { signals: [aSignalJudgement({ verdict: "halt", code: "missing", until: after(HOUR) })] }],
    [
      "a guard",
      { signals: [], alerts: [anAlertJudgement({ verdict: "halt", code: "dark", until: after(HOUR) })] },
    ],
  ])(
    "for %s that is missing rolls back at the bound of that, if it comes before the deadline",
    (_, judged) => {
      const status = statusAnswer({ ...judged, verdict: "halt" });
      const quiet = { ramp: aHalt(), lastPass: aLastPass({ alarmed: false }) };
      expect(itemsAt(view(quiet, { status })).find(({ kind }) => kind === "halted")).toMatchObject({
        until: after(HOUR),
        message: expect.stringContaining("rolls back unless somebody decides before"),
      });
      const due = { ramp: aHalt({ alarmMs: 90 * MINUTE }), lastPass: alarmed };
      expect(itemsAt(view(due, { status }))).toMatchObject([{ until: after(30 * MINUTE - 15 * SECOND) }]);
    },
  );

  test("for a breach, or by a signal that does not count now, has no such bound", () => {
    const breached = aSignalJudgement({ verdict: "halt", code: "breached", until: null });
    const unread = aSignalJudgement({ verdict: "halt", code: "missing", until: after(HOUR), counts: false });
    const status = statusAnswer({ verdict: "halt", signals: [breached, unread] });
    const quiet = { ramp: aHalt(), lastPass: aLastPass({ alarmed: false }) };
    expect(itemsAt(view(quiet, { status }))).toMatchObject([{ until: null }]);
  });

  test("before its first step can be ended without a rollback", () => {
    const ramp = aHalt({ from: { state: "proving", step: 0 } });
    const shown = view({ ramp, exposure: anExposure({ set: 0 }) });
    expect(commandsAt(shown)).toEqual([
      'rampart resume checkout --reason "..."',
      'rampart abort checkout --reason "..."',
    ]);
    expect(itemsAt(view({ ramp, exposure: anExposure({ set: null }) }))).toMatchObject([
      {
        message: expect.stringContaining("halted: errors"),
        alternatives: [expect.stringContaining("rollback")],
      },
    ]);
  });

  test("by drift alone is told once, to those who may settle the drift", () => {
    const ramp = aHalt({ causes: [aBecause({ kind: "drift", code: "raised" })] });
    const shown = view({ ramp, drift: [aDrift()] });
    expect(kindsAt(shown)).toEqual(["drift"]);
    expect(kindsAt(shown, person("operate"))).toEqual(["halted"]);
    expect(commandsAt(shown, person("operate"))).toEqual(['rampart rollback checkout --reason "..."']);
  });

  test("by a limit with drift on top is told beside the drift, which is settled first", () => {
    const shown = view({ ramp: aHalt(), drift: [aDrift({ kind: "audience" })] });
    expect(itemsAt(shown).map(({ kind, action }) => [kind, action])).toEqual([
      ["halted", 'rampart adopt-flag checkout --reason "..."'],
      ["drift", 'rampart adopt-flag checkout --reason "..."'],
    ]);
  });

  test("by a flag that is gone can only be rolled back", () => {
    const cause = aBecause({ kind: "drift", code: "flag-gone", message: "the flag was archived" });
    const shown = view({ ramp: aHalt({ causes: [cause] }), drift: [aDrift({ kind: "flag-gone" })] });
    expect(kindsAt(shown)).toEqual(["halted"]);
    expect(commandsAt(shown)).toEqual(['rampart rollback checkout --reason "..."']);
  });

  test("concerns those who may operate", () => {
    expect(kindsAt(view({ ramp: aHalt() }), person("approve", "adopt", "stop"))).toEqual([]);
    expect(kindsAt(view({ ramp: aHalt() }), aMachine({ scopes: ["read", "operate"] }))).toEqual([]);
  });
});

describe("a paused ramp", () => {
  test("waits for a resume, with who paused it and why", () => {
    expect(itemsAt(view({ ramp: aPause() }))).toMatchObject([
      {
        kind: "paused",
        message: "paused by operator: lunch; until somebody resumes",
        since: NOON - MINUTE,
        until: null,
        action: 'rampart resume checkout --reason "..."',
        alternatives: [],
      },
    ]);
  });

  test("says when it goes on by itself", () => {
    expect(itemsAt(view({ ramp: aPause({ until: after(HOUR) }) }))).toMatchObject([
      { message: "paused by operator: lunch; then goes on by itself", until: after(HOUR) },
    ]);
  });

  test("is not resumed before drift is settled", () => {
    const shown = view({ ramp: aPause(), drift: [aDrift()] });
    expect(itemsAt(shown).find(({ kind }) => kind === "paused")).toMatchObject({
      action: 'rampart adopt-flag checkout --reason "..."',
      alternatives: ['rampart restore checkout --reason "..."', 'rampart rollback checkout --reason "..."'],
    });
  });
});

describe("drift", () => {
  const idle: Partial<GateRecord> = { ramp: { state: "idle" }, run: null };

  test("waits for whoever may adopt, with who made it and what settles it", () => {
    const title: Drift = aDrift({
      kind: "title",
      message: "the title was changed",
      by: null,
      at: NOON - HOUR,
    });
    expect(itemsAt(view({ drift: [aDrift(), title] }))).toMatchObject([
      {
        kind: "drift",
        message: "changed by hand: raised to 50% by operator; the title was changed",
        since: NOON - HOUR,
        until: null,
        action: 'rampart adopt-flag checkout --reason "..."',
        alternatives: ['rampart restore checkout --reason "..."', 'rampart rollback checkout --reason "..."'],
      },
    ]);
    expect(kindsAt(view({ drift: [aDrift()] }), person("operate", "approve", "stop"))).toEqual([]);
  });

  test("can be restored only where somebody raised", () => {
    expect(commandsAt(view({ drift: [aDrift({ kind: "title" })] }))).not.toContain(
      'rampart restore checkout --reason "..."',
    );
  });

  test.each([
    ["rolls back", { ramp: aRollback(), drift: [aDrift()] }, aGate()],
    ["reverts by itself", { drift: [aDrift()] }, aGate({ drift: { raised: "revert", changed: "halt" } })],
    ["has lost its flag", { ...idle, drift: [aDrift({ kind: "flag-gone" })] }, aGate()],
  ] as const)("does not wait while the ramp %s", (_, record, gate) => {
    expect(kindsAt(view(record, { gate }))).toEqual([]);
  });

  test("waits at rest also where a running ramp would revert it", () => {
    const gate = aGate({ drift: { raised: "revert", changed: "halt" } });
    expect(kindsAt(view({ ...idle, drift: [aDrift()] }, { gate }))).toEqual(["drift"]);
  });

  test("that became a ceiling waits for as long as the next step is above it", () => {
    const run = aRun({ ceiling: 10 });
    expect(itemsAt(view({ run }))).toMatchObject([
      {
        kind: "drift",
        message: "a person lowered the flag: 10% is the ceiling, and 25% would be next",
        since: NOON - HOUR,
        action: 'rampart adopt-flag checkout --reason "..."',
      },
    ]);
    expect(kindsAt(view({ run: aRun({ ceiling: 25 }) }))).toEqual([]);
    expect(kindsAt(view({ run, ramp: { state: "baking", step: 3 } }))).toEqual([]);
  });
});

describe("a rollback", () => {
  const verification = { firstAt: null, servedLateSince: NOON - 2 * MINUTE };

  test("that Unleash does not take concerns everybody who may look", () => {
    expect(itemsAt(view({ ramp: aRollback({ rung: "environment-off" }) }), READER)).toMatchObject([
      {
        kind: "late-rollback",
        message:
          "rolling back: Unleash has not taken the rollback yet; it is still being tried; switch the flag off in Unleash by hand",
        since: NOON - MINUTE,
        action: "rampart status checkout",
        alternatives: [],
      },
    ]);
  });

  test("that SDKs do not show for a minute is late as well", () => {
    expect(itemsAt(view({ ramp: aRollback({ verification }) }))).toMatchObject([
      { kind: "late-rollback", message: expect.stringContaining("SDKs do not show it yet") },
    ]);
  });

  test.each([
    ["has just begun", aRollback()],
    [
      "was written a moment ago",
      aRollback({ verification: { ...verification, servedLateSince: NOON - SECOND } }),
    ],
  ])("that %s is left alone", (_, ramp) => {
    expect(kindsAt(view({ ramp }))).toEqual([]);
  });
});

describe("a gate that cannot see", () => {
  const judged = aSignalJudgement({
    verdict: "wait",
    code: "missing",
    message: "the query matched no series, for 6m",
    until: after(24 * MINUTE),
  });
  const unseen = { status: statusAnswer({ verdict: "wait", signals: [judged], decision: "dec_1" }) };

  test("waits for whoever may look, with what is missing, since when and until when", () => {
    expect(itemsAt(view(missingSince(NOON - 6 * MINUTE), unseen), READER)).toMatchObject([
      {
        kind: "blind",
        message: "cannot see: errors: the query matched no series, for 6m",
        since: NOON - 6 * MINUTE,
        until: after(24 * MINUTE),
        action: "rampart explain checkout",
      },
    ]);
  });

  test("names dark sources with the next bound that is still ahead", () => {
    expect(itemsAt(darkFor(10))).toMatchObject([
      {
        message: "cannot see: source main has answered nothing for 10m",
        since: NOON - 10 * MINUTE,
        until: after(20 * MINUTE),
      },
    ]);
    expect(itemsAt(darkFor(40))).toMatchObject([{ since: NOON - 40 * MINUTE, until: null }]);
  });

  test("names guards that are missing, each once however it is called", () => {
    const guard = aGuard();
    const alerts = [
      anAlertJudgement({ verdict: "wait", code: "missing", message: "no alerting rule matches" }),
      anAlertJudgement({ guard: "{unknown}", verdict: "wait", code: "missing" }),
    ];
    const shown = view(
      { clocks: { [`alert:${guard.match}`]: aSignalClock({ unknownSince: NOON - HOUR }) } },
      { gate: aGate({ alerts: [guard] }), status: statusAnswer({ signals: [], alerts }) },
    );
    expect(itemsAt(shown)).toMatchObject([
      { message: "cannot see: no alerting rule matches", since: NOON - HOUR },
    ]);
  });

  test("is named at once during maintenance, with who stopped the clock and no bound before the end of it", () => {
    const maintenance = [aMaintenance()];
    const dark = new Map([["main", NOON - MINUTE]]);
    expect(itemsAt(view({}, { dark, maintenance }))).toMatchObject([
      {
        message:
          "cannot see: source main has answered nothing for 1m (that clock stands still, maintenance by operator for another 2h: Prometheus is upgraded)",
        until: after(2 * HOUR + 29 * MINUTE),
      },
    ]);
    const longDark = new Map([["main", NOON - HOUR]]);
    expect(itemsAt(view({}, { dark: longDark, maintenance }))).toMatchObject([{ until: null }]);
    expect(kindsAt(view(missingSince(NOON - MINUTE), { ...unseen, maintenance }))).toEqual(["blind"]);
  });

  test.each([
    ["for a moment only", missingSince(NOON - MINUTE), unseen],
    [
      "and is finished",
      { ...missingSince(NOON - HOUR), ramp: { state: "finished", since: NOON - DAY } },
      unseen,
    ],
    [
      "a signal that does not count now",
      missingSince(NOON - HOUR),
      { status: statusAnswer({ signals: [{ ...judged, counts: false }] }) },
    ],
  ] as const)("%s is left alone", (_, record, fields) => {
    expect(kindsAt(view(record, fields))).toEqual([]);
  });
});

describe("a definition", () => {
  const problem = {
    file: "gates/checkout.yaml",
    line: 4,
    column: 3,
    length: 4,
    code: "R101",
    severity: "error",
    message: "unknown key `hodl`",
    suggestion: "hold",
  } as const;
  const invalid = { definition: { ...FACTS, status: "invalid" } } as const;
  const newest = { gate: aGate({ bakeMs: 2 * DAY }), hash: "sha256:bb", author: FACTS.author };
  const changed = { definition: { ...FACTS, status: "changed", newest } } as const;

  test("with errors names the first of them, and how many more", () => {
    const problems = [{ ...problem, severity: "warning" } as const, problem, { ...problem, line: 9 }];
    expect(itemsAt(view({}, { ...invalid, problems }), READER)).toMatchObject([
      {
        kind: "definition-invalid",
        message:
          "the newest file has errors: gates/checkout.yaml:4:3 unknown key `hodl`, and 1 more; nothing grows until it is mended",
        since: null,
        until: null,
        action: "rampart lint",
      },
    ]);
    expect(itemsAt(view({}, { ...invalid, problems: [problem] }))).toMatchObject([
      { message: expect.stringContaining("unknown key `hodl`; nothing grows") },
    ]);
    expect(itemsAt(view({}, invalid))).toMatchObject([
      { message: "the newest file has errors; nothing grows until it is mended" },
    ]);
  });

  test("that changed under a run can be adopted, or the run be ended", () => {
    expect(itemsAt(view({}, changed))).toMatchObject([
      {
        kind: "definition-changed",
        message: expect.stringMatching(
          /^the file changed after the run began: .*end the run and start anew$/,
        ),
        action: 'rampart adopt-definition checkout --reason "..."',
        alternatives: ['rampart rollback checkout --reason "..."'],
      },
    ]);
    expect(commandsAt(view({}, changed), READER)).toEqual(["rampart status checkout"]);
  });

  test("that is looser is offered to nobody who would be refused for having started the run or written it", () => {
    const looser = { ...newest, gate: aGate({ bakeMs: HOUR }) };
    const shown = view({}, { definition: { ...changed.definition, newest: looser } });
    const adopt = 'rampart adopt-definition checkout --reason "..."';
    const offered = (name: string) => commandsAt(shown, aPerson({ name })).includes(adopt);
    expect(["approver", "starter", "author"].map(offered)).toEqual([true, false, false]);
    expect(commandsAt(shown, aPerson({ name: "starter" }))).toEqual([
      'rampart rollback checkout --reason "..."',
    ]);
  });

  test("of another flag is never adopted", () => {
    const other = { ...newest, gate: aGate({ flag: null, steps: [] }) };
    const shown = view({}, { definition: { ...changed.definition, newest: other } });
    expect(commandsAt(shown)).toEqual(['rampart rollback checkout --reason "..."']);
  });

  test("that is gone is told also where nothing of it is left", () => {
    const gone = { definition: { ...FACTS, status: "gone" } } as const;
    expect(kindsAt(view({}, gone))).toEqual(["definition-gone"]);
    expect(kindsAt(view({ ramp: aHalt() }, { ...gone, gate: null }))).toEqual(["definition-gone"]);
  });

  test("that changed is in nobody's way while nothing can grow", () => {
    expect(kindsAt(view({ ramp: { state: "baking", step: 3 } }, changed))).toEqual([]);
    expect(
      kindsAt(view({ ramp: { state: "rolled-back", since: NOON, fromPercent: 5, causes: [] } }, changed)),
    ).toEqual([]);
  });
});

describe("the order", () => {
  test("is the nearest deadline, then the oldest, then what has no time", () => {
    const views = [
      named("no-time", {}, { definition: { ...FACTS, status: "gone" } }),
      named("young", { ramp: aPause({ since: NOON - MINUTE }) }),
      named("old", { ramp: aPause({ since: NOON - HOUR }) }),
      named("as-old", { ramp: aPause({ since: NOON - HOUR }) }),
      named("far", { ramp: aPause({ until: after(HOUR) }) }),
      named("near", { ramp: aPause({ until: after(MINUTE) }) }),
    ];
    expect(inbox(views, ALL, NOON).map(({ gate }) => gate)).toEqual([
      "near",
      "far",
      "old",
      "as-old",
      "young",
      "no-time",
    ]);
  });

  test("is empty for a machine where only people are asked", () => {
    const records = [{ ramp: aHalt() }, { ramp: aPause() }, { drift: [aDrift()] }];
    const views = records.map((record) => view(record));
    const all = aMachine({ scopes: ["read", "start", "stop", "operate", "approve", "adopt", "admin"] });
    expect(inbox(views, all, NOON)).toEqual([]);
    expect(inbox([view(newRecord("checkout"))], all, NOON)).toEqual([]);
  });
});

describe("a promise", () => {
  const gate = aGate({ promises: [aPromiseDemand()] });
  const platform = aPerson({ name: "platform", groups: ["erp-platform"] });

  test("waits for whoever of the group has not given it, wherever the ramp stands and whatever the signals say", () => {
    const bad = statusAnswer({ verdict: "halt", signals: [], decision: "dec_1" });
    expect(itemsAt(view({ ramp: { state: "idle" } }, { gate, status: bad }), platform)).toEqual([
      {
        kind: "approval",
        gate: "checkout",
        message: "you are asked to promise: the limit is raised",
        since: null,
        until: null,
        action: 'rampart promise checkout --reason "..."',
        alternatives: [],
        decision: "dec_1",
        request: null,
      },
    ]);
    expect(kindsAt(view({ promises: [aPromise()] }, { gate }), platform)).toEqual([]);
    expect(kindsAt(view({}, { gate }), person("approve"))).toEqual([]);
  });

  test("waits for nobody while the gate only watches, or once the ramp is finished", () => {
    expect(kindsAt(view({ acting: null }, { gate }), platform)).toEqual([]);
    expect(kindsAt(view({ ramp: { state: "finished", since: NOON } }, { gate }), platform)).toEqual([]);
  });
});
