import { describe, expect, test } from "vitest";
import type { Command } from "../../../src/domain/command.ts";
import { MINUTE } from "../../../src/domain/instant.ts";
import { otherFlagHeld } from "../../../src/domain/held.ts";
import type { CommandFacts } from "../../../src/domain/command-facts.ts";
import { obey } from "../../../src/domain/obey.ts";
import { letGo, releaseTells, retire } from "../../../src/domain/release.ts";
import type { Ramp } from "../../../src/domain/ramp.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { newRecord } from "../../../src/domain/transition.ts";
import {
  NOON,
  aDrift,
  aFlagAt,
  aFlagRecord,
  aFlagSeen,
  aFlagTarget,
  aGate,
  aLastPass,
  aPerson,
  aRecord,
  aStrategy,
  after,
  anExposure,
  anIntention,
  commandFacts,
} from "../../support/builders.ts";

const ORDER: Command = {
  gate: "checkout",
  action: "release",
  reason: "fully rolled out",
  by: aPerson(),
  at: null,
  change: null,
  until: null,
};
const FINISHED = { state: "finished", since: after(-20 * MINUTE) } as const;
const ROLLED_BACK: Ramp = {
  state: "rolled-back",
  since: after(-20 * MINUTE),
  fromPercent: 25,
  causes: [],
};

const atRest = (fields: Partial<GateRecord> = {}) => aRecord({ ramp: FINISHED, ...fields });
const told = (record: GateRecord, fields?: Partial<CommandFacts>) =>
  obey(aGate(), record, ORDER, commandFacts(fields));

describe("a release", () => {
  test("intends the team's own title with the percent and everything wanted unchanged", () => {
    const record = atRest();
    expect(told(record)).toMatchObject({
      kind: "done",
      record: {
        ramp: FINISHED,
        flag: record.flag,
        exposure: record.exposure,
        sequence: record.sequence + 1,
        intention: { kind: "release", to: 5, title: "Gradual rollout", decision: "dec_2" },
      },
    });
  });

  test("told again while it is under way changes nothing", () => {
    const record = atRest({ intention: anIntention({ kind: "release" }) });
    expect(told(record)).toMatchObject({ kind: "done", record });
  });

  test("does not mind a switched-off environment", () => {
    const observation = aFlagSeen({ environmentEnabled: false });
    expect(told(atRest(), { observation })).toMatchObject({ kind: "done" });
  });

  test.each<readonly [string, Partial<GateRecord>, string, RegExp]>([
    ["holds no flag", { flag: null }, "flag", /nothing to release/],
    ["still writes", { intention: anIntention({ kind: "retoken" }) }, "not-ready", /under way/],
    [
      "drains no more by its deadline alone",
      { ramp: { ...ROLLED_BACK, drain: "overdue" } },
      "not-ready",
      /finish/,
    ],
    ["has no right clock", { lastPass: aLastPass({ astray: true }) }, "not-ready", /clock/],
    ["re-asserts", { ramp: ROLLED_BACK, reassertUntil: after(MINUTE) }, "not-ready", /repeat in 1m/],
    [
      "has only just finished",
      { ramp: { state: "finished", since: after(-MINUTE) } },
      "not-ready",
      /repeat in 9m/,
    ],
    ["runs", { ramp: { state: "proving", step: 1 } }, "illegal-move", /while checkout is proving/],
  ])("is refused while the gate %s", (_, fields, code, message) => {
    expect(told(atRest(fields))).toEqual({
      kind: "refused",
      code,
      message: expect.stringMatching(message),
    });
  });

  test.each([
    [aGate(), "segment staff of a step is still in the strategy; the next pass that can read the flag"],
    [aGate({ mode: "observe" }), "is still in the strategy; take it out in Unleash, say rampart adopt-flag"],
  ])("is refused while what a step has put in is still there", (gate, message) => {
    const audience = { kind: "segment", name: "staff", id: 7 } as const;
    const record = atRest({ ramp: ROLLED_BACK, flag: aFlagRecord({ audience }) });
    expect(obey(gate, record, ORDER, commandFacts())).toEqual({
      kind: "refused",
      code: "not-ready",
      message: expect.stringContaining(message),
    });
  });

  test.each<readonly [string, CommandFacts["observation"], RegExp]>([
    ["nobody looked at", null, /could not be read/],
    ["cannot be read", { kind: "unreadable", detail: "503" }, /could not be read/],
    ["was raised", aFlagAt(50), /5% was changed to 50%; first rampart adopt-flag/],
    ["is gone", { kind: "absent", what: "flag" }, /rampart observe checkout forgets it/],
    ["lost its strategy", aFlagSeen({ strategies: [] }), /rampart observe checkout forgets it/],
    ["carries an older token of ours", aFlagAt(5, "Gradual rollout [rampart 1/3 #k3f.1.1]"), /late write/],
  ])("is refused where the flag %s", (_, observation, message) => {
    expect(told(atRest(), { observation })).toEqual({
      kind: "refused",
      code: "flag",
      message: expect.stringMatching(message),
    });
  });

  test("is refused where the file names another flag than the one on record", () => {
    const place = { ...aFlagTarget(), name: "old-checkout" };
    const record = atRest({ ramp: { state: "idle" }, flag: aFlagRecord({ place }) });
    expect(told(record)).toEqual({
      kind: "refused",
      code: "flag",
      message: expect.stringMatching(/holds old-checkout in production, which its file does not name/),
    });
  });
});

describe("while a release is under way, or another flag is held,", () => {
  const start: Command = { ...ORDER, action: "start" };

  test("nothing starts, and taking the flag again is the way on", () => {
    const record = atRest({ intention: anIntention({ kind: "release" }) });
    expect(obey(aGate(), record, start, commandFacts())).toMatchObject({
      code: "not-ready",
      message: expect.stringMatching(/rampart adopt-flag checkout/),
    });
  });

  test("a name that stands for another flag starts nothing", () => {
    const record = atRest({ flag: aFlagRecord({ place: { ...aFlagTarget(), environment: "staging" } }) });
    expect(obey(aGate(), record, start, commandFacts())).toMatchObject({
      code: "not-ready",
      message: expect.stringMatching(/still holds .* in staging; rampart release checkout/),
    });
  });

  test("a file without any flag holds the name as well, and one with that very flag does not", () => {
    const place = aFlagTarget();
    const record = atRest({ flag: aFlagRecord({ place }) });
    expect(otherFlagHeld(record, { flag: null })).toEqual(place);
    expect(otherFlagHeld(record, { flag: place })).toBeNull();
    expect(otherFlagHeld(atRest({ flag: aFlagRecord() }), { flag: null })).toBeNull();
  });
});

describe("the flag is forgotten", () => {
  const written = anIntention({ kind: "release", to: 5, from: 5, title: "Gradual rollout" });

  test("with its run once the title was read back and the log shows nobody run over", () => {
    const record = atRest({ intention: null, drift: [aDrift()], reassertUntil: NOON });
    expect(letGo(record, written, [])).toEqual({
      ...record,
      run: null,
      flag: null,
      drift: [],
      reassertUntil: null,
      exposure: { ...record.exposure, wanted: null, setAt: null },
    });
  });

  test("not before the log was read, but at 0%, where nobody can have been run over", () => {
    const record = atRest({ intention: null });
    expect(letGo(record, written, null)).toEqual({ ...record, intention: written });
    expect(letGo(record, { ...written, to: 0 }, null).flag).toBeNull();
  });

  test("not where another write landed, or a person's decrease is being given back", () => {
    const lowering = atRest({ intention: anIntention({ kind: "lower" }) });
    expect(letGo(lowering, written, [])).toBe(lowering);
    const record = atRest({ intention: null });
    expect(letGo(record, anIntention({ kind: "retoken" }), [])).toBe(record);
    expect(letGo(record, null, [])).toBe(record);
  });

  test("and told once; so is a release that came to nothing", () => {
    const under = atRest({ intention: written });
    expect(releaseTells(under, under)).toEqual([]);
    expect(releaseTells(atRest(), atRest())).toEqual([]);
    expect(releaseTells(under, atRest({ flag: null, intention: null }))).toMatchObject([
      { kind: "released" },
    ]);
    expect(releaseTells(under, atRest({ intention: null }))).toMatchObject([{ kind: "not-released" }]);
  });
});

describe("retire", () => {
  const free = (fields: Partial<GateRecord> = {}) => atRest({ flag: null, run: null, ...fields });

  test("leaves nothing but the numbers that no token may have again", () => {
    const record = free({ version: 12, sequence: 9, epoch: 7, olderSequence: 4 });
    expect(retire(record, false)).toMatchObject({
      kind: "done",
      record: { ...newRecord("checkout"), version: 12, sequence: 9, epoch: 7, olderSequence: 4 },
    });
  });

  test.each<readonly [string, GateRecord, boolean, string, RegExp]>([
    ["the file is there", free(), true, "not-ready", /still there/],
    ["the flag is held", atRest(), false, "flag", /at 5%; first rampart release checkout/],
    ["a run is not over", free({ ramp: { state: "proving", step: 1 } }), false, "illegal-move", /proving/],
    [
      "a drain is overdue",
      free({ ramp: { ...ROLLED_BACK, drain: "overdue" } }),
      false,
      "not-ready",
      /drained/,
    ],
  ])("is refused while %s", (_, record, hasFile, code, message) => {
    expect(retire(record, hasFile)).toEqual({
      kind: "refused",
      code,
      message: expect.stringMatching(message),
    });
  });

  test("is not decided by a definition", () => {
    const order: Command = { ...ORDER, action: "retire" };
    expect(obey(aGate(), free({ exposure: anExposure({ set: 0 }) }), order, commandFacts())).toMatchObject({
      code: "illegal-move",
    });
  });
});

test("a start records where the flag is", () => {
  const observation = aFlagSeen({ strategies: [aStrategy({ rollout: "0", title: "Gradual rollout" })] });
  const idle = aRecord({ ramp: { state: "idle" }, run: null, flag: null, exposure: anExposure({ set: 0 }) });
  const { server, name, environment } = aFlagTarget();
  expect(obey(aGate(), idle, { ...ORDER, action: "start" }, commandFacts({ observation }))).toMatchObject({
    record: { flag: { place: { server, name, environment } } },
  });
});
