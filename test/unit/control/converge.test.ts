import { describe, expect, test } from "vitest";
import { converge, isOutdated, type Raising } from "../../../src/control/converge.ts";
import type { FlagObservation, FlagRecord, StrategySeen } from "../../../src/domain/flag.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateRecord, Intention } from "../../../src/domain/record.ts";
import {
  NOON,
  aFlagRecord,
  aFlagSeen,
  aFlagTarget,
  aGate,
  aRecord,
  aRollback,
  aRun,
  aStep,
  aStrategy,
  anExposure,
  aToken,
  anIntention,
} from "../../support/builders.ts";
import { segmentsText } from "../../support/audience-texts.ts";
import { createFakeFlags } from "../../support/fake-flags.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { memoryStore } from "../../support/memory-store.ts";

const TITLE = "Gradual rollout [rampart 1/3 #k3f.1.12]";
const TOKEN = aToken({ step: 2, epoch: 1, sequence: 13 });

type Case = {
  readonly intention: Partial<Intention> | null;
  readonly record?: Partial<GateRecord>;
  readonly flag?: Partial<FlagRecord> | null;
  /** How the strategy stands on the server, in other respects than recorded. */
  readonly stands?: Partial<StrategySeen>;
  /** What the pass had read; else how it stands. */
  readonly read?: FlagObservation | null;
  readonly raising?: Raising | null;
  readonly gate?: Partial<Gate>;
};

/** A record at 25 % with a write to carry out, in the store as in the hand of the pass that committed it. */
async function world(given: Case) {
  const clock = manualClock(NOON);
  const flags = createFakeFlags(clock);
  const gate = aGate(given.gate);
  const strategy = aStrategy({ title: TITLE, rollout: "25", ...given.stands });
  flags.addFlag({ name: aFlagTarget().name, strategies: [strategy] });
  const store = memoryStore({ clock, storeId: "k3f" });
  const committed = aRecord({
    version: 0,
    epoch: 1,
    sequence: 13,
    ramp: { state: "proving", step: 2 },
    flag: given.flag === null ? null : aFlagRecord({ title: TITLE, rollout: 25, ...given.flag }),
    exposure: anExposure({ set: 25, wanted: 25 }),
    intention:
      given.intention === null
        ? null
        : anIntention({ from: 25, decision: "dec_9", token: TOKEN, ...given.intention }),
    ...given.record,
  });
  const rest = { inputs: null, tellings: [], changes: [], pin: null, reply: null };
  await store.commit({ record: committed, expecting: null, decision: { kind: "none" }, ...rest });
  const sent: { readonly to: number; readonly expecting: unknown; readonly more: unknown }[] = [];
  let asked = 0;
  let ids = 0;
  const ports = {
    clock,
    ids: { next: (prefix: string) => `${prefix}_${(ids += 1)}` },
    served: flags.served,
    records: store,
    flags: {
      ...flags.flags,
      write: (...args: Parameters<typeof flags.flags.write>) => {
        sent.push({ to: args[2], expecting: args[4], more: args[5] });
        return flags.flags.write(...args);
      },
      events: (...args: Parameters<typeof flags.flags.events>) => {
        asked += 1;
        return flags.flags.events(...args);
      },
    },
  };
  const read = given.read === undefined ? aFlagSeen({ strategies: [strategy] }) : given.read;
  const raising = given.raising === undefined ? null : given.raising;
  const record = { ...committed, version: 1 };
  return {
    flags,
    clock,
    store,
    ports,
    sent,
    asked: () => asked,
    strategy: () => flags.state(aFlagTarget()).strategies[0],
    enabled: () => flags.state(aFlagTarget()).enabled,
    run: () => converge(ports, gate, record, read, raising),
  };
}

/** The write that goes out by what the pass has read, of a server that has not answered since; null: none does. */
async function firstWrite(given: Case) {
  const one = await world(given);
  one.flags.faults.down = true;
  await one.run();
  return one.sent[0] ?? null;
}

const UNREADABLE: FlagObservation = { kind: "unreadable", detail: "timeout" };
const OURS = { title: TITLE, rollout: 25 };

describe("a raise", () => {
  const raise = { kind: "raise", to: 50 } as const;
  const fresh: Raising = { decision: "dec_9", asked: 0 };

  test("goes out from the pass that decided it alone, and tests what is recorded", async () => {
    expect(await firstWrite({ intention: raise, raising: fresh })).toEqual({ to: 50, expecting: OURS });
    expect(await firstWrite({ intention: raise, raising: null })).toBeNull();
    expect(await firstWrite({ intention: raise, raising: { ...fresh, decision: "dec_8" } })).toBeNull();
    const changed = { intention: raise, raising: fresh, stands: { rollout: "10" } };
    expect(await firstWrite(changed)).toEqual({ to: 50, expecting: OURS });
  });

  test("that a pass asked about too long ago for its readings does not go out", async () => {
    expect(await firstWrite({ intention: raise, raising: { ...fresh, asked: -30 * SECOND } })).not.toBeNull();
    expect(await firstWrite({ intention: raise, raising: { ...fresh, asked: -30 * SECOND - 1 } })).toBeNull();
  });

  test("goes out once, though nothing is heard of it", async () => {
    const one = await world({ intention: raise, raising: fresh });
    one.flags.faults.down = true;
    expect((await one.run()).intention?.kind).toBe("raise");
    expect(one.sent).toHaveLength(1);
  });

  test("goes out once, and its new token is what the second round writes when it got lost", async () => {
    const one = await world({ intention: raise, raising: fresh });
    one.flags.faults.writes = ["lost"];
    const record = await one.run();
    expect(one.sent.map(({ to }) => to)).toEqual([50, 25]);
    expect(record).toMatchObject({ intention: null, exposure: { set: 25 }, ramp: { step: 2 } });
    expect(one.strategy()?.title).toMatch(/\[rampart 2\/3 #k3f\.1\.14\]$/);
    expect(await one.store.record("checkout")).toEqual(record);
  });

  test("is not followed by more than one more write, though each gets lost", async () => {
    const one = await world({ intention: raise, raising: fresh });
    one.flags.faults.writes = ["lost", "lost", "lost"];
    await one.run();
    expect(one.sent.map(({ to }) => to)).toEqual([50, 25]);
  });

  test("that landed is on record with its step, and told", async () => {
    const one = await world({ intention: { ...raise, step: 3 }, raising: fresh });
    const record = await one.run();
    expect(record).toMatchObject({ version: 2, intention: null, exposure: { set: 50 } });
    expect(await one.store.record("checkout")).toEqual(record);
    expect(one.store.tellings()).toMatchObject([{ kind: "advanced", decision: "dec_9" }]);
    expect(one.store.ledger()).toMatchObject([{ from: 25, to: 50, by: "rampart", decision: "dec_9" }]);
    expect(one.asked()).toBe(1);
  });
});

test("readings are outdated after two passes, and never before half a minute", () => {
  const clock = manualClock();
  clock.advance(2 * MINUTE);
  expect(isOutdated(clock, aGate({ everyMs: MINUTE }), 0)).toBe(false);
  expect(isOutdated(clock, aGate({ everyMs: MINUTE }), -1)).toBe(true);
  expect(isOutdated(clock, aGate({ everyMs: SECOND }), 90 * SECOND)).toBe(false);
  expect(isOutdated(clock, aGate({ everyMs: SECOND }), 90 * SECOND - 1)).toBe(true);
});

describe("a decrease to 0%", () => {
  const lower = { kind: "lower", to: 0 } as const;

  test.each<readonly [string, FlagObservation | null]>([
    ["nothing was read", null],
    ["the flag cannot be read", UNREADABLE],
    ["the strategy is gone", aFlagSeen({ strategies: [] })],
  ])("goes out blind in a rollback, and in nothing else, though %s", async (_, read) => {
    const rollback = { intention: lower, record: { ramp: aRollback() }, read };
    expect(await firstWrite(rollback)).toEqual({ to: 0, expecting: null });
    expect(await firstWrite({ intention: lower, read })).toBeNull();
  });

  test("that takes back what came late tests what was read, so that it cannot come late itself", async () => {
    expect(await firstWrite({ intention: lower })).toEqual({ to: 0, expecting: OURS });
  });

  test("switches the environment off on the second rung of a rollback alone", async () => {
    for (const [ramp, enabled] of [
      [aRollback(), true],
      [aRollback({ rung: "environment-off" }), false],
      [{ state: "proving", step: 2 }, true],
    ] as const) {
      const one = await world({ intention: lower, record: { ramp } });
      await one.run();
      expect([one.strategy()?.rollout, one.enabled()]).toEqual(["0", enabled]);
    }
  });

  test("of a rollback does not wait for the log, and one of a ramp that stands reads it", async () => {
    const rollback = await world({ intention: lower, record: { ramp: aRollback() } });
    await rollback.run();
    expect(rollback.asked()).toBe(0);
    const standing = await world({ intention: lower });
    await standing.run();
    expect(standing.asked()).toBe(1);
    const stepBack = { step: 1, to: 5, signals: ["errors"] };
    const back = await world({
      intention: { kind: "lower", to: 5 },
      record: { ramp: aRollback({ stepBack }) },
    });
    await back.run();
    expect(back.asked()).toBe(1);
  });
});

describe("a decrease to what is above 0%", () => {
  const lower = { kind: "lower", to: 5 } as const;

  test("tests what was read, and goes out from that percent or a higher one alone", async () => {
    expect(await firstWrite({ intention: lower })).toEqual({ to: 5, expecting: OURS });
    const higher = await firstWrite({ intention: lower, stands: { rollout: "60", title: "by hand" } });
    expect(higher).toEqual({ to: 5, expecting: { title: "by hand", rollout: 60 } });
    expect(await firstWrite({ intention: lower, stands: { rollout: "5" } })).not.toBeNull();
    expect(await firstWrite({ intention: lower, stands: { rollout: "4" } })).toBeNull();
  });

  test.each<readonly [string, FlagObservation | null]>([
    ["nothing was read", null],
    ["the flag cannot be read", UNREADABLE],
    [
      "the strategy is gone",
      aFlagSeen({ strategies: [aStrategy({ id: "s2", title: TITLE, rollout: "25" })] }),
    ],
    [
      "the percent is no whole one",
      aFlagSeen({ strategies: [aStrategy({ title: TITLE, rollout: "12.5" })] }),
    ],
    ["the strategy has no percent", aFlagSeen({ strategies: [aStrategy({ title: TITLE, rollout: null })] })],
  ])("stays back while %s", async (_, read) => {
    expect(await firstWrite({ intention: lower, read })).toBeNull();
  });

  test("stays back where another store may have written", async () => {
    const stands = { title: "Theirs [rampart 1/3 #zzz.1.1]" };
    expect(await firstWrite({ intention: lower, stands })).toBeNull();
  });
});

/** The groupId that a write at 0 % leaves. */
async function groupAfter(kind: Intention["kind"], record: Partial<GateRecord>) {
  const stands = { rollout: "0" };
  const one = await world({ intention: { kind, from: 0, to: 0 }, record, stands, flag: { rollout: 0 } });
  await one.run();
  expect(one.sent).toHaveLength(1);
  return one.strategy()?.groupId;
}

describe("a write that keeps the percent", () => {
  test.each(["retoken", "rotate"] as const)(
    "stays back where that is another one by now: %s",
    async (kind) => {
      expect(await firstWrite({ intention: { kind, to: 25 } })).toEqual({ to: 25, expecting: OURS });
      expect(await firstWrite({ intention: { kind, to: 25 }, stands: { rollout: "26" } })).toBeNull();
    },
  );

  test.each<readonly [string, FlagObservation]>([
    ["the flag cannot be read", UNREADABLE],
    [
      "the percent is no whole one",
      aFlagSeen({ strategies: [aStrategy({ title: TITLE, rollout: "12.5" })] }),
    ],
  ])("stays back at 0%, too, while %s", async (_, read) => {
    for (const kind of ["restore", "retoken"] as const) {
      expect(await firstWrite({ intention: { kind, to: 0 }, read })).toBeNull();
    }
  });

  test("stays back at 0% in a rollback, too, where nothing was read", async () => {
    const record = { ramp: aRollback() };
    expect(await firstWrite({ intention: { kind: "retoken", to: 0 }, record, read: null })).toBeNull();
  });

  test("is not the one that restores what is recorded", async () => {
    const sent = await firstWrite({ intention: { kind: "restore", to: 25 }, stands: { rollout: "26" } });
    expect(sent).toEqual({ to: 25, expecting: { title: TITLE, rollout: 26 } });
  });

  test("gives the strategy the groupId of its run where the cohort is rotated, and where it is not, none", async () => {
    const run = aRun({ cohort: "new-pricing~run_1" });
    const record = { run, exposure: anExposure({ set: 0, wanted: 0 }) };
    expect(await groupAfter("rotate", record)).toBe("new-pricing~run_1");
    expect(await groupAfter("retoken", record)).toBe("new-pricing");
    expect(await groupAfter("rotate", { ...record, run: aRun() })).toBe("new-pricing");
    expect(await groupAfter("rotate", { ...record, run: null })).toBe("new-pricing");
  });
});

describe("where a step reaches a segment", () => {
  const STAFF = { kind: "segment", name: "staff", id: 7 } as const;
  const steps = [
    aStep({ to: 100, audience: { kind: "segment", name: "staff" } }),
    aStep({ to: 25 }),
    aStep({ to: 100 }),
  ];
  const within = { gate: { steps }, raising: { decision: "dec_9", asked: 0 } };
  const everybody = { segments: [], constraints: "[]" };

  test("a raise goes out to those alone whom it is for", async () => {
    const raise = { kind: "raise", to: 100, step: 3 } as const;
    expect(await firstWrite({ ...within, intention: raise })).toEqual({
      to: 100,
      expecting: { ...OURS, ...everybody },
    });
  });

  test("a decrease that leaves some percent goes out to those alone who were seen", async () => {
    const stands = { segments: segmentsText(STAFF) };
    const sent = await firstWrite({ ...within, intention: { kind: "lower", to: 5 }, stands });
    expect(sent).toEqual({ to: 5, expecting: { ...OURS, segments: [7] } });
  });

  test("others are put in at 0% alone, and over nothing but what is recorded", async () => {
    const intention = { kind: "refit", from: 0, to: 0, audience: STAFF } as const;
    const refit = { ...within, intention, flag: { rollout: 0 }, stands: { rollout: "0" } };
    expect(await firstWrite(refit)).toEqual({
      to: 0,
      expecting: { ...OURS, rollout: 0, ...everybody },
      more: { kind: "audience", audience: STAFF },
    });
    const one = await world(refit);
    await one.run();
    expect(one.strategy()?.segments).toBe(segmentsText(STAFF));
    expect(await firstWrite({ ...refit, stands: { rollout: "1" } })).toBeNull();
    const theirs = { rollout: "0", segments: segmentsText({ ...STAFF, id: 9 }) };
    expect(await firstWrite({ ...refit, stands: theirs })).toBeNull();
  });

  test("putting others in is looked up in the log, also of a ramp that does not run", async () => {
    const intention = { kind: "refit", from: 0, to: 0, audience: STAFF } as const;
    const record = { ramp: aRollback() };
    const one = await world({ ...within, intention, record, flag: { rollout: 0 }, stands: { rollout: "0" } });
    await one.run();
    expect(one.asked()).toBe(1);
  });

  test("what makes way for others goes out from the pass that decided it alone, as the raise after it", async () => {
    const park = { kind: "park", to: 0 } as const;
    expect(await firstWrite({ ...within, intention: park })).toMatchObject({ to: 0 });
    expect(await firstWrite({ ...within, intention: park, raising: null })).toBeNull();
  });
});

describe("a release", () => {
  const release = { kind: "release", to: 25, title: "Gradual rollout" } as const;
  const record = { ramp: { state: "finished", since: NOON } } as const;

  test("puts the title back where title and percent are as recorded", async () => {
    expect(await firstWrite({ intention: release, record })).toEqual({ to: 25, expecting: OURS });
  });

  test.each<readonly [string, Partial<Case>]>([
    ["title", { stands: { title: "Ours again" } }],
    ["percent", { stands: { rollout: "40" } }],
    ["strategy", { read: aFlagSeen({ strategies: [] }) }],
    ["flag", { read: UNREADABLE }],
  ])("stays back where the %s is not", async (_, more) => {
    expect(await firstWrite({ intention: release, record, ...more })).toBeNull();
  });
});

describe("nothing is sent or stored", () => {
  test.each<readonly [string, Case]>([
    ["without an intention", { intention: null }],
    ["for a gate without a flag", { intention: { kind: "lower", to: 0 }, gate: { flag: null } }],
  ])("%s", async (_, given) => {
    const one = await world(given);
    expect((await one.run()).version).toBe(1);
    expect(one.sent).toEqual([]);
    expect((await one.store.record("checkout"))?.version).toBe(1);
  });

  test("to a flag of which no strategy is recorded", async () => {
    expect(await firstWrite({ intention: { kind: "lower", to: 0 }, flag: null })).toBeNull();
  });
});

test("a write that goes out in vain is tried twice in a pass, and the record of the last try is the one in hand", async () => {
  const one = await world({ intention: { kind: "lower", to: 0 }, record: { ramp: aRollback() } });
  one.flags.faults.writes = ["lost", "lost", "lost"];
  const record = await one.run();
  expect(one.sent).toHaveLength(2);
  expect(record).toMatchObject({ version: 3, intention: { kind: "lower" } });
  expect(await one.store.record("checkout")).toEqual(record);
});

test("when somebody else has moved the record on meanwhile, the one in hand is given back and nothing more is sent", async () => {
  const one = await world({ intention: { kind: "lower", to: 0 }, record: { ramp: aRollback() } });
  one.flags.faults.writes = ["lost"];
  const observe = one.ports.flags.observe.bind(one.ports.flags);
  one.ports.flags.observe = async (target) => {
    const stored = await one.store.record("checkout");
    if (stored === null) throw new Error("there is no record");
    const rest = { inputs: null, tellings: [], changes: [], pin: null, reply: null };
    await one.store.commit({
      record: stored,
      expecting: stored.version,
      decision: { kind: "none" },
      ...rest,
    });
    return observe(target);
  };
  expect(await one.run()).toMatchObject({ version: 1, intention: { kind: "lower" } });
  expect(one.sent).toHaveLength(1);
  expect(one.store.tellings()).toEqual([]);
});

const ROLLBACK = { intention: { kind: "lower", to: 0 }, record: { ramp: aRollback() } } as const;

async function pagesAt(status: number | null) {
  const one = await world(ROLLBACK);
  one.ports.flags.write = () =>
    Promise.resolve(
      status === null
        ? { kind: "unsure", detail: "no complete answer" }
        : { kind: "refused", status, detail: "no permission" },
    );
  await one.run();
  return one.store.tellings().filter(({ kind }) => kind === "cannot-write");
}

describe("a right that was lost", () => {
  test.each([401, 403])("is paged, once for each write that it keeps from landing: %d", async (status) => {
    expect(await pagesAt(status)).toMatchObject([
      {
        page: true,
        decision: "dec_9",
        text: expect.stringContaining(`Unleash answered ${status}: no permission`),
      },
    ]);
  });

  test("is not what another refusal, or no answer, tells of", async () => {
    expect(await pagesAt(400)).toEqual([]);
    expect(await pagesAt(null)).toEqual([]);
  });
});

async function tellsOf(given: Case, edit: Partial<StrategySeen>) {
  const one = await world(given);
  const write = one.ports.flags.write.bind(one.ports.flags);
  one.ports.flags.write = async (...args) => {
    const outcome = await write(...args);
    one.flags.person({ name: "kim", userId: 3 }, aFlagTarget()).change(edit);
    return outcome;
  };
  const { drift } = await one.run();
  return { drift, told: one.store.tellings().filter(({ kind }) => kind === "changed-by-hand") };
}

describe("a change by hand that the reading after a write finds", () => {
  test("is on record and told, once, under the decision that wrote", async () => {
    const seen = await tellsOf({ intention: { kind: "lower", to: 5 } }, { stickiness: "sessionId" });
    expect(seen.drift).toMatchObject([{ kind: "audience", by: "kim" }]);
    expect(seen.told).toMatchObject([{ decision: "dec_9", page: false }]);
  });

  test("is paged where it raises what nobody watches and Rampart acts on, if only to end a rollback", async () => {
    const lower = { intention: { kind: "lower", to: 0 } } as const;
    const raised = { rollout: "50" };
    const acting = await tellsOf({ ...lower, record: { ramp: aRollback() } }, raised);
    expect(acting.told).toMatchObject([{ page: true }]);
    const observing = await tellsOf({ ...lower, record: { ramp: aRollback(), acting: null } }, raised);
    expect(observing.told).toMatchObject([{ page: true }]);
    const watched = await tellsOf(lower, raised);
    expect(watched.told).toMatchObject([{ page: false }]);
    const over = { ramp: { state: "finished", since: NOON }, acting: null } as const;
    const left = await tellsOf({ intention: { kind: "retoken", to: 25 }, record: over }, raised);
    expect(left.told).toMatchObject([{ page: false }]);
  });
});
