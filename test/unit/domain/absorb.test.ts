import { describe, expect, test } from "vitest";
import { type FlagFacts, absorb } from "../../../src/domain/absorb.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import {
  NOON,
  aBecause,
  aDrift,
  aFlagAt,
  aFlagEvent,
  aFlagRecord,
  aFlagSeen,
  aGate,
  aHalt,
  aLimitClock,
  aPause,
  aRecord,
  aRollback,
  aRun,
  aServed,
  aSignalClock,
  aStrategy,
  aToken,
  anApproval,
  anExposure,
  anIntention,
  passFacts,
} from "../../support/builders.ts";

const LANDED_TITLE = anIntention().title;
const OLDER_TITLE = "Gradual rollout [rampart 1/3 #k3f.7.11]";

function absorbed(record: Partial<GateRecord>, facts: Partial<FlagFacts> = {}, gate: Partial<Gate> = {}) {
  return absorb(aGate(gate), aRecord(record), passFacts(facts));
}

describe("a flag as recorded", () => {
  test("changes nothing on record", () => {
    expect(absorbed({})).toEqual({ record: aRecord(), landed: null, newDrift: [] });
  });

  test("first verified at this pass starts the hold clock now", () => {
    const exposure = anExposure({ setAt: null });
    expect(absorbed({ exposure }).record.exposure).toEqual({ ...exposure, setAt: NOON });
  });

  test("that was never read before is no change of exposure", () => {
    const exposure = anExposure({ set: null, setAt: null });
    expect(absorbed({ exposure }).record).toMatchObject({
      exposure: { set: 5, setAt: NOON, changedAt: exposure.changedAt },
      holdMs: 30 * MINUTE,
    });
  });
});

describe("what was not read", () => {
  const before = { drift: [aDrift({ kind: "audience" })], intention: anIntention() };

  test("of a gate without a flag says nothing", () => {
    expect(absorbed(before, { observation: null }).record).toEqual(aRecord(before));
  });

  test("leaves drift and the pending write as they were, and is no news when it is read again", () => {
    const observation = { kind: "unreadable", detail: "timeout" } as const;
    const read = absorbed(before, { observation, served: aServed("3") });
    expect(read).toEqual({
      record: aRecord({ ...before, exposure: anExposure({ served: 3 }) }),
      landed: null,
      newDrift: [],
    });
  });

  test("because the flag is gone leaves the pending write to be found or dropped later", () => {
    const read = absorbed({ intention: anIntention() }, { observation: { kind: "absent", what: "flag" } });
    expect(read.record.intention).toEqual(anIntention());
    expect(read.newDrift).toMatchObject([{ kind: "flag-gone" }]);
    expect(read.record.exposure).toMatchObject({ set: 0, setAt: null, changedAt: NOON });
  });
});

describe("what an SDK evaluates", () => {
  test.each([
    { what: "its percent", served: aServed("3"), percent: 3 },
    { what: "0 while the environment is off", served: aServed("5", { enabled: false }), percent: 0 },
    { what: "0 without our strategy", served: aServed("5", { strategies: [] }), percent: 0 },
    {
      what: "unknown while another strategy stands in place of ours",
      served: aServed("5", { strategies: [{ id: "s2", rollout: "100" }] }),
      percent: null,
    },
    { what: "unknown while unreadable", served: aServed("abc"), percent: null },
    { what: "unknown without a percent", served: aServed(null), percent: null },
    { what: "unknown while not synchronised", served: { kind: "unknown", detail: "" }, percent: null },
    { what: "unknown where nobody asks", served: null, percent: null },
  ] as const)("is $what", ({ served, percent }) => {
    expect(absorbed({}, { served }).record.exposure.served).toBe(percent);
  });

  test("is 0 where none but companions are left", () => {
    const flag = aFlagRecord({ companions: [aStrategy({ id: "s2" })] });
    const served = aServed("5", { strategies: [{ id: "s2", rollout: "100" }] });
    expect(absorbed({ flag }, { served }).record.exposure.served).toBe(0);
  });

  test("is of our own strategy only", () => {
    const strategies = [
      { id: "s2", rollout: "50" },
      { id: "s1", rollout: "5" },
    ];
    expect(absorbed({}, { served: aServed("5", { strategies }) }).record.exposure.served).toBe(5);
  });
});

describe("drift", () => {
  test("is told once, when it is new", () => {
    const observation = aFlagAt(50);
    const first = absorbed({}, { observation });
    expect(first.newDrift).toMatchObject([{ kind: "raised", observed: 50, by: null }]);
    expect(first.record.drift).toEqual(first.newDrift);
    const again = absorb(aGate(), first.record, passFacts({ observation }));
    expect(again.newDrift).toEqual([]);
    expect(again.record.drift).toEqual(first.record.drift);
  });

  test("of the same kind with another value is new", () => {
    const first = absorbed({}, { observation: aFlagAt(50) });
    const next = absorb(aGate(), first.record, passFacts({ observation: aFlagAt(60) }));
    expect(next.newDrift).toMatchObject([{ kind: "raised", observed: 60 }]);
  });

  test("of another kind with the same words is new", () => {
    const drift = [aDrift({ kind: "lowered", message: "5% was changed to 50%" })];
    expect(absorbed({ drift }, { observation: aFlagAt(50) }).newDrift).toHaveLength(1);
  });

  test("is named from the event log, where it could be read", () => {
    const events = [aFlagEvent({ rolloutAfter: "50" })];
    const observation = aFlagAt(50);
    expect(absorbed({}, { observation, events }).newDrift).toMatchObject([{ by: "operator" }]);
    expect(absorbed({}, { observation, events: null }).newDrift).toMatchObject([{ by: null }]);
  });

  test("is over when the flag is as recorded again", () => {
    expect(absorbed({ drift: [aDrift()] }).record.drift).toEqual([]);
  });

  test("of the percent starts settle now and stops the hold clock", () => {
    const clocks = { errors: aSignalClock({ halt: aLimitClock({ ms: MINUTE, at: NOON }) }) };
    expect(absorbed({ clocks }, { observation: aFlagAt(50) }).record).toMatchObject({
      holdMs: 0,
      clocks: { errors: aSignalClock() },
      exposure: { wanted: 5, set: 50, setAt: null, changedAt: NOON },
    });
  });

  test("that hides the percent leaves the last known one", () => {
    const observation = aFlagSeen({ strategies: [aStrategy({ rollout: "abc" })] });
    expect(absorbed({}, { observation }).record.exposure).toEqual(anExposure());
  });
});

describe("our own switching off", () => {
  const off = { observation: aFlagSeen({ environmentEnabled: false }) };

  test("in a rollback's second rung is on record and no drift", () => {
    const { record, newDrift } = absorbed({ ramp: aRollback({ rung: "environment-off" }) }, off);
    expect(newDrift).toEqual([]);
    expect(record.flag?.environmentEnabled).toBe(false);
    expect(record.exposure.set).toBe(0);
  });

  test("has not happened while the environment is read as on, or not at all", () => {
    const ramp = aRollback({ rung: "environment-off" });
    expect(absorbed({ ramp }).record.flag?.environmentEnabled).toBe(true);
    const gone = absorbed({ ramp }, { observation: { kind: "absent", what: "environment" } });
    expect(gone.record.flag?.environmentEnabled).toBe(true);
  });

  test.each([{ ramp: aRollback() }, { ramp: aHalt() }])("is nobody's order while $ramp.state", ({ ramp }) => {
    expect(absorbed({ ramp }, off).newDrift).toMatchObject([{ kind: "environment-off" }]);
  });
});

describe("a raise found done by its token", () => {
  const pending = { intention: anIntention(), exposure: anExposure({ wanted: 25 }), sequence: 13 };
  const observation = aFlagAt(25, LANDED_TITLE);

  test("is on record: percent, title, step; its hold starts now", () => {
    const { record, landed, newDrift } = absorbed(pending, { observation, served: aServed("25") });
    expect(landed).toEqual(anIntention());
    expect(newDrift).toEqual([]);
    expect(record).toEqual(
      aRecord({
        sequence: 13,
        ramp: { state: "proving", step: 2 },
        flag: aFlagRecord({ rollout: 25, title: LANDED_TITLE }),
        holdMs: 0,
        exposure: { wanted: 25, set: 25, setAt: NOON, served: 25, changedAt: NOON, raisedAt: NOON },
        because: [
          aBecause({ kind: "settle", code: "just-changed", message: "exposure has just gone to 25%" }),
        ],
      }),
    );
  });

  test("counts settle from Unleash's own event, while hold starts only when it is seen", () => {
    const at = NOON - 10 * MINUTE;
    const events = [
      aFlagEvent({ titleAfter: LANDED_TITLE, at: NOON - HOUR }),
      aFlagEvent({ titleAfter: LANDED_TITLE, at }),
      aFlagEvent({ titleAfter: "another", at: NOON - SECOND }),
    ];
    const { record } = absorbed(pending, { observation, events });
    expect(record.exposure).toMatchObject({ changedAt: at, setAt: NOON });
  });

  test("is never dated later than now, whatever Unleash's clock says", () => {
    const events = [aFlagEvent({ titleAfter: LANDED_TITLE, at: NOON + HOUR })];
    expect(absorbed(pending, { observation, events }).record.exposure.changedAt).toBe(NOON);
    expect(absorbed(pending, { observation, events: null }).record.exposure.changedAt).toBe(NOON);
  });

  test("uses up the approvals for its step and keeps later ones", () => {
    const run = aRun({ approvals: [anApproval({ step: 2 }), anApproval({ step: 3 })] });
    expect(absorbed({ ...pending, run }, { observation }).record.run?.approvals).toEqual([
      anApproval({ step: 3 }),
    ]);
    expect(absorbed({ ...pending, run: null }, { observation }).record.run).toBeNull();
  });

  test("into the last step bakes", () => {
    const last = anIntention({ to: 100, step: 3 });
    const { record } = absorbed({ ...pending, intention: last }, { observation: aFlagAt(100, last.title) });
    expect(record.ramp).toEqual({ state: "baking", step: 3 });
  });

  test.each([
    { ramp: aPause(), moved: aPause({ from: { state: "proving", step: 2 } }) },
    { ramp: aHalt(), moved: aHalt({ from: { state: "proving", step: 2 } }) },
    { ramp: aRollback(), moved: aRollback() },
  ])("while $ramp.state moves only where the ramp stands", ({ ramp, moved }) => {
    expect(absorbed({ ...pending, ramp }, { observation }).record.ramp).toEqual(moved);
  });

  test("and changed by a person since is landed, and then drift", () => {
    const { record, landed } = absorbed(pending, { observation: aFlagAt(40, LANDED_TITLE) });
    expect(landed).not.toBeNull();
    expect(record.flag?.rollout).toBe(25);
    expect(record.drift).toMatchObject([{ kind: "raised", observed: 40 }]);
    expect(record.exposure).toMatchObject({ wanted: 25, set: 40, setAt: null });
  });
});

describe("a raise found not done", () => {
  const pending = { intention: anIntention(), exposure: anExposure({ wanted: 25 }), sequence: 13 };

  test("is dropped, and a new token makes its late arrival fail", () => {
    const { record, landed } = absorbed(pending);
    expect(landed).toBeNull();
    expect(record.intention).toMatchObject({
      kind: "retoken",
      to: 5,
      token: aToken({ step: 1, sequence: 14 }),
      decision: "dec_2",
      at: NOON,
    });
    expect(record.exposure).toMatchObject({ wanted: 5, set: 5 });
    expect(record.ramp).toEqual({ state: "proving", step: 1 });
  });

  test.each([
    { what: "percent", observation: aFlagAt(4) },
    { what: "title", observation: aFlagAt(5, "Mine") },
    { what: "strategy", observation: aFlagSeen({ strategies: [] }) },
  ])("because a person changed the $what meanwhile is dropped without a write", ({ observation }) => {
    const { record } = absorbed(pending, { observation });
    expect(record.intention).toBeNull();
    expect(record.exposure.wanted).toBe(5);
    expect(record.drift).not.toEqual([]);
  });
});

describe("a decrease not read back yet", () => {
  const lower = anIntention({ kind: "lower", from: 25, to: 5, step: 1 });
  const flag = aFlagRecord({ rollout: 25 });
  const exposure = anExposure({ wanted: 5, set: 25 });

  test("stays intended", () => {
    const { record } = absorbed({ intention: lower, flag, exposure }, { observation: aFlagAt(25) });
    expect(record.intention).toEqual(lower);
  });

  test("stays intended while the strategy is gone or its percent unreadable", () => {
    const unreadable = aFlagSeen({ strategies: [aStrategy({ rollout: null })] });
    for (const observation of [aFlagSeen({ strategies: [] }), unreadable]) {
      expect(absorbed({ intention: lower, flag, exposure }, { observation }).record.intention).toEqual(lower);
    }
  });

  test("is looked for on our own strategy, wherever it stands in the list", () => {
    const seen = aFlagSeen({
      strategies: [aStrategy({ id: "s2", disabled: true, rollout: "1" }), aStrategy({ rollout: "25" })],
    });
    const { record } = absorbed({ intention: lower, flag, exposure }, { observation: seen });
    expect(record.intention).toEqual(lower);
  });

  test("yields to a person who lowered further, and not to one who lowered as far", () => {
    const further = absorbed({ intention: lower, flag, exposure }, { observation: aFlagAt(4) });
    expect(further.record.intention).toBeNull();
    expect(further.record.exposure.wanted).toBe(25);
    const asFar = absorbed({ intention: lower, flag, exposure }, { observation: aFlagAt(5) });
    expect(asFar.record.intention).toEqual(lower);
  });

  test("to 0% yields to nobody", () => {
    const toZero = anIntention({ kind: "lower", from: 5, to: 0, step: 0 });
    for (const percent of [0, 3, 50]) {
      const read = absorbed({ intention: toZero, ramp: aRollback() }, { observation: aFlagAt(percent) });
      expect(read.record.intention).toEqual(toZero);
    }
  });

  test("is on record once it is read back, and the ramp stays where it is", () => {
    const { record, landed } = absorbed(
      { intention: lower, flag, exposure, sequence: 13 },
      { observation: aFlagAt(5, lower.title) },
    );
    expect(landed).toEqual(lower);
    expect(record).toMatchObject({
      intention: null,
      ramp: { state: "proving", step: 1 },
      flag: { rollout: 5, title: lower.title },
      exposure: { wanted: 5, set: 5, setAt: NOON, changedAt: NOON },
      drift: [],
    });
  });
});

describe("a new token not read back yet", () => {
  const retoken = anIntention({ kind: "retoken", to: 5, step: 1 });

  test("stays intended while the percent is as recorded", () => {
    expect(absorbed({ intention: retoken, ramp: aHalt() }).record.intention).toEqual(retoken);
  });

  test.each([3, 50])(
    "yields to a person who changed the percent to %s%: written over it, it would undo that",
    (percent) => {
      const { record } = absorbed({ intention: retoken, ramp: aHalt() }, { observation: aFlagAt(percent) });
      expect(record.intention).toBeNull();
      expect(record.drift).toMatchObject([{ observed: percent }]);
    },
  );

  test("read back changes no exposure: hold and settle go on", () => {
    const { record } = absorbed(
      { intention: retoken, sequence: 13 },
      { observation: aFlagAt(5, retoken.title) },
    );
    expect(record).toEqual(aRecord({ sequence: 13, flag: aFlagRecord({ title: retoken.title }) }));
  });

  test("of a percent verified only now starts the hold now", () => {
    const exposure = anExposure({ setAt: null });
    const { record } = absorbed(
      { intention: retoken, sequence: 13, exposure },
      { observation: aFlagAt(5, retoken.title) },
    );
    expect(record.exposure.setAt).toBe(NOON);
  });
});

describe("a raise under the token on record whose event names our own Unleash user", () => {
  const observation = aFlagAt(25);
  const own = aFlagEvent({ byUserId: 1, by: "rampart", rolloutAfter: "25" });
  const soon = { reassertUntil: NOON + MINUTE };

  test("is lowered to the recorded percent for a while after a halt or rollback, and is no drift", () => {
    const { record, newDrift } = absorbed(soon, { observation, events: [own] });
    expect({ newDrift, drift: record.drift }).toEqual({ newDrift: [], drift: [] });
    expect(record.intention).toMatchObject({ kind: "lower", from: 25, to: 5 });
  });

  test.each([
    { what: "no halt was", record: { reassertUntil: null } },
    { what: "the time is over", record: { reassertUntil: NOON } },
    { what: "the log cannot be read", record: soon, events: null },
    { what: "a person made it after us", record: soon, events: [own, aFlagEvent({ rolloutAfter: "25" })] },
    { what: "our own raise led elsewhere", record: soon, events: [{ ...own, rolloutAfter: "50" }] },
    { what: "our user is not known", record: soon, ownUserId: null, events: [{ ...own, byUserId: null }] },
  ])("is somebody's when $what", ({ record: before, events = [own], ownUserId = 1 }) => {
    const { record } = absorbed(before, { observation, events, ownUserId });
    expect(record.drift).toMatchObject([{ kind: "raised", observed: 25 }]);
    expect(record.intention).toBeNull();
  });
});

describe("a late raise under an older token of ours", () => {
  test("is lowered to the recorded percent under a new token, and is no drift", () => {
    const { record, newDrift } = absorbed({}, { observation: aFlagAt(25, OLDER_TITLE) });
    expect(newDrift).toEqual([]);
    expect(record.intention).toMatchObject({
      kind: "lower",
      from: 25,
      to: 5,
      step: 1,
      decision: "dec_2",
      at: NOON,
      token: aToken({ step: 1, sequence: 13 }),
    });
    expect(record.exposure).toMatchObject({ wanted: 5, set: 25, setAt: null, changedAt: NOON });
  });

  test("to the recorded percent itself only takes a new token", () => {
    const { record } = absorbed({}, { observation: aFlagAt(5, OLDER_TITLE) });
    expect(record.intention).toMatchObject({ kind: "retoken", from: 5, to: 5 });
  });

  test("while a ramp is at rest goes back as well", () => {
    const ramp = { state: "rolled-back", since: NOON, fromPercent: 5, causes: [] } as const;
    const { record } = absorbed(
      { ramp, flag: aFlagRecord({ rollout: 0 }), exposure: anExposure({ wanted: 0, set: 0 }) },
      { observation: aFlagAt(25, OLDER_TITLE) },
    );
    expect(record.intention).toMatchObject({ kind: "lower", to: 0, step: 0 });
  });

  test("replaces a new token under way, but no decrease under way", () => {
    const observation = aFlagAt(25, OLDER_TITLE);
    const retoken = anIntention({ kind: "retoken", to: 5, step: 1 });
    expect(absorbed({ intention: retoken }, { observation }).record.intention?.kind).toBe("lower");
    const lower = anIntention({ kind: "lower", to: 0, step: 0 });
    expect(absorbed({ intention: lower }, { observation }).record.intention).toEqual(lower);
  });

  test.each([
    { what: "our newest token", title: aStrategy().title },
    { what: "no token", title: "Gradual rollout" },
    { what: "another store's token", title: "Gradual rollout [rampart 1/3 #zzz.7.11]" },
    { what: "a token newer than any on record", title: "Gradual rollout [rampart 1/3 #k3f.7.13]" },
  ])("is the only one that is lowered: not one with $what", ({ title }) => {
    const { record } = absorbed({}, { observation: aFlagAt(25, title) });
    expect(record.intention).toBeNull();
    expect(record.drift).toMatchObject([{ kind: "raised" }, ...record.drift.slice(1)]);
  });
});

describe("a person's decrease of a late raise", () => {
  const observation = aFlagAt(10, OLDER_TITLE);
  const theirs = aFlagEvent({ rolloutBefore: "25", rolloutAfter: "10", by: "kim", byUserId: 3 });
  const ours = aFlagEvent({ rolloutBefore: "5", rolloutAfter: "25", byUserId: 4 });
  const retitled = aFlagEvent({ byUserId: 3 });

  test("is theirs, and nothing is written over it", () => {
    const seen = { observation, events: [ours, theirs, retitled], ownUserId: 4 };
    const { record, newDrift } = absorbed({}, seen);
    expect(newDrift).toEqual([
      { kind: "lowered", message: "25% was changed to 10%", observed: 10, by: "kim", at: theirs.at },
    ]);
    expect(record.intention).toBeNull();
  });

  test.each([
    { what: "the log could not be read", facts: { events: null } },
    { what: "nobody knows which user is ours", facts: { ownUserId: null } },
    { what: "the log has nothing of the strategy", facts: { events: [{ ...theirs, strategyId: "s2" }] } },
    { what: "the newest change is ours", facts: { events: [theirs, { ...ours, rolloutAfter: "10" }] } },
    { what: "they raised it", facts: { events: [{ ...theirs, rolloutBefore: "7" }] } },
    { what: "nobody knows from where", facts: { events: [{ ...theirs, rolloutBefore: null }] } },
    { what: "something else stands there by now", facts: { events: [{ ...theirs, rolloutAfter: "9" }] } },
    { what: "what they wrote is no percent", facts: { events: [{ ...theirs, rolloutAfter: "9.5" }] } },
  ])("is not seen when $what", ({ facts }) => {
    const seen = { observation, events: [ours, theirs], ownUserId: 4, ...facts };
    expect(absorbed({}, seen).record).toMatchObject({ drift: [], intention: { kind: "lower", to: 5 } });
  });

  test("matters no more where no ramp stands", () => {
    const ramp = { state: "rolled-back", since: NOON, fromPercent: 5, causes: [] } as const;
    const { record } = absorbed({ ramp }, { observation, events: [ours, theirs], ownUserId: 4 });
    expect(record.intention).toMatchObject({ kind: "lower", to: 5 });
  });
});

describe("a new token under way over a title that a person gave the strategy", () => {
  const retoken = anIntention({ kind: "retoken", from: 5, to: 5, step: 1 });
  const observation = aFlagAt(5, "Ours");

  test("is dropped, so that the change waits for a person", () => {
    expect(absorbed({ intention: retoken }, { observation }).record).toMatchObject({
      intention: null,
      drift: [{ kind: "title" }],
    });
  });

  test("goes on once a person has adopted it", () => {
    const adopted = { intention: retoken, flag: aFlagRecord({ title: "Ours" }) };
    expect(absorbed(adopted, { observation }).record.intention).toEqual(retoken);
  });
});

describe("a percent after a time in which nobody could say whom the flag exposed", () => {
  test.each(["rollout-unreadable", "strategy-gone", "flag-gone"] as const)(
    "comes after a change of exposure, also where it is the same: %s",
    (kind) => {
      const before = { drift: [aDrift({ kind })], exposure: anExposure({ changedAt: NOON - HOUR }) };
      const { exposure, holdMs } = absorbed(before).record;
      expect(exposure).toMatchObject({ set: 5, changedAt: NOON });
      expect(holdMs).toBe(0);
    },
  );

  test("is no change of exposure where other drift was in the way", () => {
    const before = {
      drift: [aDrift({ kind: "audience" })],
      exposure: anExposure({ changedAt: NOON - HOUR }),
    };
    expect(absorbed(before).record.exposure.changedAt).toBe(NOON - HOUR);
  });
});

describe("a write under way over a token that this store has not issued", () => {
  const title = "Gradual rollout [rampart 1/3 #zzz.7.11]";
  const retoken = anIntention({ kind: "retoken", from: 5, to: 5, step: 1 });
  const lower = anIntention({ kind: "lower", to: 0, step: 0 });

  test("is dropped: the flag may be somebody else's", () => {
    const { record } = absorbed({ intention: retoken }, { observation: aFlagAt(5, title) });
    expect(record).toMatchObject({ intention: null, drift: [{ kind: "foreign-token" }] });
  });

  test("goes on once a person has adopted it", () => {
    const adopted = { intention: retoken, flag: aFlagRecord({ title }) };
    expect(absorbed(adopted, { observation: aFlagAt(5, title) }).record.intention).toEqual(retoken);
  });

  test("goes on when it is a rollback", () => {
    const { record } = absorbed({ intention: lower, ramp: aRollback() }, { observation: aFlagAt(5, title) });
    expect(record.intention).toEqual(lower);
  });

  test("is dropped when it only takes a raise back that came late", () => {
    const { record } = absorbed({ intention: lower }, { observation: aFlagAt(0, title) });
    expect(record.intention).toBeNull();
    expect(record.drift).toContainEqual(expect.objectContaining({ kind: "foreign-token" }));
  });

  test("is not taken for a late write of ours that the same user made", () => {
    const seen = {
      observation: aFlagAt(25, title),
      events: [aFlagEvent({ rolloutAfter: "25", byUserId: 4 })],
    };
    const { record } = absorbed({ reassertUntil: NOON + MINUTE }, { ...seen, ownUserId: 4 });
    expect(record.intention).toBeNull();
    expect(record.drift.map(({ kind }) => kind)).toEqual(["raised", "foreign-token"]);
  });
});

describe("a flag nothing is recorded of", () => {
  const untouched = { flag: null, run: null, ramp: { state: "idle" } } as const;
  const exposure = anExposure({ wanted: null, set: null, setAt: null, served: null, changedAt: null });

  test("at 0% is followed and is no drift", () => {
    const { record, newDrift } = absorbed(
      { ...untouched, exposure },
      { observation: aFlagAt(0, null), served: aServed("0") },
    );
    expect(newDrift).toEqual([]);
    expect(record).toEqual(aRecord({ ...untouched, exposure: { ...exposure, set: 0, served: 0 } }));
  });

  test("above 0% is unmanaged, by whoever the log names", () => {
    const events = [aFlagEvent({ rolloutAfter: "30" })];
    const { record, newDrift } = absorbed({ ...untouched, exposure }, { observation: aFlagAt(30), events });
    expect(newDrift).toEqual([
      {
        kind: "unmanaged",
        message: "the flag stands at 30% and no run of ours brought it there",
        observed: 30,
        by: "operator",
        at: NOON - MINUTE,
      },
    ]);
    expect(record.drift).toEqual(newDrift);
    const again = absorb(aGate(), record, passFacts({ observation: aFlagAt(30), events: null }));
    expect(again.newDrift).toEqual([]);
    expect(again.record.drift).toEqual(newDrift);
  });

  test("changed by anybody starts settle now", () => {
    const known = { ...untouched, exposure: { ...exposure, set: 10 } };
    const { record } = absorbed(known, { observation: aFlagAt(30) });
    expect(record).toMatchObject({ exposure: { set: 30, changedAt: NOON }, holdMs: 0 });
  });

  test("in observe mode is followed without drift", () => {
    const { record } = absorbed(
      { ...untouched, acting: null, exposure, drift: [aDrift({ kind: "unmanaged" })] },
      { observation: aFlagAt(30), served: aServed("30") },
    );
    expect(record.drift).toEqual([]);
    expect(record.exposure).toMatchObject({ set: 30, served: 30 });
  });

  test("exposes nobody while the environment is off", () => {
    const { record } = absorbed(
      { ...untouched, exposure },
      { observation: { ...aFlagAt(30), environmentEnabled: false } },
    );
    expect(record).toMatchObject({ drift: [], exposure: { set: 0 } });
  });

  test("whose percent could not be told for a while changed when it is told again", () => {
    const lost = anExposure({ set: null, setAt: null, changedAt: NOON - HOUR });
    expect(absorbed({ ...untouched, exposure: lost }).record.exposure).toMatchObject({
      set: 5,
      changedAt: NOON,
    });
    const never = { ...lost, changedAt: null };
    expect(absorbed({ ...untouched, exposure: never }).record.exposure.changedAt).toBeNull();
  });

  test.each([
    { what: "without a strategy", observation: aFlagSeen({ strategies: [] }) },
    {
      what: "with an unreadable percent",
      observation: aFlagSeen({ strategies: [aStrategy({ rollout: null })] }),
    },
  ])("$what has no percent to follow", ({ observation }) => {
    const known = { ...exposure, set: 10 };
    const { record } = absorbed({ ...untouched, exposure: known }, { observation, served: aServed(null) });
    expect(record).toMatchObject({ drift: [], exposure: { set: null, changedAt: NOON, served: null } });
  });

  test.each([
    { what: "is gone", observation: { kind: "absent", what: "flag" } },
    { what: "cannot be read", observation: { kind: "unreadable", detail: "" } },
  ] as const)("that $what leaves the record alone", ({ observation }) => {
    expect(absorbed({ ...untouched }, { observation }).record).toEqual(aRecord(untouched));
  });

  test("and asked for by no gate says nothing", () => {
    expect(absorbed({ ...untouched }, {}, { flag: null }).record).toEqual(aRecord(untouched));
  });
});

test("a release is done as well where the server shows no title at all", () => {
  const release = { ...anIntention({ kind: "release", from: 5, to: 5, step: 0 }), title: "" };
  const { landed, record } = absorbed({ intention: release }, { observation: aFlagAt(5, null) });
  expect(landed).toEqual(release);
  expect(record.intention).toBeNull();
});

describe("what makes way for a raise to another audience", () => {
  const park = anIntention({ kind: "park", to: 0, step: 1, onward: { to: 100, step: 2, sequence: 14 } });
  const seen = { observation: aFlagAt(0, park.title), events: [] };
  const kindOf = (record: Partial<GateRecord>, facts: Partial<FlagFacts>) =>
    absorbed({ intention: park, sequence: 14, ...record }, { ...seen, ...facts }).record.intention?.kind;

  test("is followed by the next write in the same pass", () => {
    expect(kindOf({}, { goesOn: true })).toBe("refit");
  });

  test.each<[string, Partial<GateRecord>, Partial<FlagFacts>]>([
    ["the ramp was stopped meanwhile", { ramp: aHalt() }, { goesOn: true }],
    ["it took too long", {}, { goesOn: true, now: park.at + HOUR }],
    ["the process may not raise any more", {}, {}],
    ["the log cannot be read", {}, { goesOn: true, events: null }],
  ])("is followed by nothing where %s", (_, record, facts) => {
    expect(kindOf(record, facts)).toBeUndefined();
  });
});
