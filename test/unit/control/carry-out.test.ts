import { describe, expect, test } from "vitest";
import type { ActionName, CommandOutcome } from "../../../src/domain/command.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aDemand, aGate, aMachine, aPerson, aPromiseDemand, aStep } from "../../support/builders.ts";
import type { Guard } from "../../support/port-guard.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const LEAD = aPerson({ name: "lead" });
const STEPS = [aStep({ to: 5, holdMs: MINUTE }), aStep({ to: 25, approve: [aDemand()] }), aStep({ to: 100 })];
const GATE = aGate({ steps: STEPS, promises: [aPromiseDemand({ step: 3 })] });

type Watched = {
  readonly world: World;
  /** Calls to Unleash and to the store that may write, since the last time this was asked. */
  readonly calls: () => readonly string[];
};

function watched(gate = GATE): Watched {
  let calls: string[] = [];
  const guard: Guard = ({ port, method, when }) => {
    if (when === "before" && (port === "flags" || method === "commit")) calls.push(method);
  };
  return {
    world: createWorld({ gates: [gate], guard }),
    calls() {
      const made = calls;
      calls = [];
      return made;
    },
  };
}

async function atFive(): Promise<Watched> {
  const one = watched();
  await one.world.begin();
  await one.world.until(({ exposure }) => exposure.set === 5);
  return one;
}

async function asking(): Promise<Watched> {
  const one = await atFive();
  await one.world.until(({ because }) => because.every(({ kind }) => kind === "approval"));
  return one;
}

async function rolledBack(): Promise<Watched> {
  const one = await atFive();
  await one.world.tell({ action: "rollback" });
  await one.world.until(({ ramp }) => ramp.state === "rolled-back");
  await one.world.run(2 * HOUR);
  return one;
}

async function acting(): Promise<Watched> {
  const one = watched();
  await one.world.tell({ action: "act" });
  return one;
}

async function changedByHand(): Promise<Watched> {
  const one = await atFive();
  one.world.person().set(2);
  await one.world.pass();
  return one;
}

async function paused(): Promise<Watched> {
  const one = await atFive();
  await one.world.tell({ action: "pause" });
  return one;
}

async function aborted(): Promise<Watched> {
  const one = watched();
  await one.world.begin();
  return one;
}

/** What a command asks of Unleash before it is on record. */
async function asked(from: () => Promise<Watched>, action: ActionName): Promise<readonly string[]> {
  const { world, calls } = await from();
  calls();
  await world.tell({ action, by: LEAD });
  const made = calls();
  return made.includes("commit") ? made.slice(0, made.indexOf("commit")) : made;
}

describe("before a command is on record, Unleash is asked", () => {
  test.each<readonly [ActionName, () => Promise<Watched>]>([
    ["start", acting],
    ["restart", rolledBack],
  ])("how the flag stands and whether anything forbids a run: %s", async (action, from) => {
    expect(await asked(from, action)).toEqual(["observe", "preflight"]);
  });

  test("for the ids of segments, too, where a run is to reach some", async () => {
    const audience = { kind: "segment", name: "staff" } as const;
    const within = { ...GATE, steps: [aStep({ to: 100, audience, holdMs: MINUTE }), ...STEPS] };
    const from = async () => {
      const one = watched(within);
      one.world.flags.faults.segments = [["staff", 7]];
      await one.world.tell({ action: "act" });
      return one;
    };
    expect(await asked(from, "start")).toEqual(["observe", "preflight", "segments"]);
    const { world } = await from();
    expect(await world.tell({ action: "start" })).toMatchObject({ kind: "done" });
    expect((await world.record()).run?.segments).toEqual({ staff: 7 });
  });

  test.each<readonly [ActionName, () => Promise<Watched>]>([
    ["pause", atFive],
    ["adopt-flag", changedByHand],
    ["restore", changedByHand],
    ["release", rolledBack],
    // Nothing is recorded of the flag yet.
    ["rollback", acting],
  ])("how the flag stands alone: %s", async (action, from) => {
    expect(await asked(from, action)).toEqual(["observe"]);
  });

  test.each<readonly [ActionName, () => Promise<Watched>]>([
    ["rollback", atFive],
    ["reject", asking],
    ["act", atFive],
    ["observe", rolledBack],
    ["resume", paused],
    ["abort", aborted],
    ["adopt-definition", atFive],
    // Not possible in this state, so nothing it would need is asked for.
    ["start", atFive],
    ["pause", acting],
  ])("nothing: %s", async (action, from) => {
    expect(await asked(from, action)).toEqual([]);
  });
});

function reply(outcome: CommandOutcome) {
  const body = JSON.stringify(outcome);
  return { key: "k1", principal: "operator", request: "digest", status: 409, body, at: 1 };
}

describe("a refusal", () => {
  test("of a gate that is on record is kept under its key, changes nothing else and makes nothing due", async () => {
    const { world } = await atFive();
    const before = await world.record();
    const [rows, told, ledger] = [world.decisions(), world.tellings(), world.store().ledger()];
    const woken = world.woken.length;
    const outcome = await world.tell({ action: "start" }, reply);
    expect(outcome).toMatchObject({ kind: "refused", code: "illegal-move", state: "proving" });
    expect(await world.conductor().reply("operator", "k1")).toMatchObject({ body: JSON.stringify(outcome) });
    expect(await world.record()).toEqual({ ...before, version: before.version + 1 });
    expect([world.decisions(), world.tellings(), world.store().ledger()]).toEqual([rows, told, ledger]);
    expect(world.woken).toHaveLength(woken);
  });

  test("without a key leaves the record as it is", async () => {
    const { world } = await atFive();
    const before = await world.record();
    await world.tell({ action: "start" });
    expect(await world.record()).toEqual(before);
  });

  test("of a gate that nothing defines names no state and no move", async () => {
    const { world } = watched();
    const nowhere = {
      kind: "refused",
      code: "unknown-gate",
      message: "there is no gate nowhere",
      state: null,
      legal: [],
    };
    const conductor = world.conductor();
    const who = { gate: "nowhere", by: LEAD, reason: "x" };
    expect(await world.tell({ action: "act", gate: "nowhere" })).toEqual(nowhere);
    const word = { step: 1, decision: "dec_1", verdict: "approve" } as const;
    expect(await conductor.approve({ ...who, ...word }, null)).toEqual(nowhere);
    expect(await conductor.promise({ ...who, says: "x" }, null)).toEqual(nowhere);
  });

  test("names the moves that are possible, and none where the gate drives no flag", async () => {
    const watchOnly = createWorld({ gates: [aGate({ flag: null, steps: [] })] });
    expect(await watchOnly.tell({ action: "act" })).toMatchObject({ code: "watch-only", legal: [] });
    const refused = await createWorld().tell({ action: "pause" });
    expect(refused).toMatchObject({ code: "illegal-move", legal: expect.arrayContaining(["start"]) });
  });

  test("for a record that moved says what to do about it", async () => {
    const { world } = await acting();
    const other = world.sibling();
    const preflight = world.flags.flags.preflight.bind(world.flags.flags);
    world.flags.flags.preflight = async (target) => {
      await other.conductor.pass("checkout");
      return preflight(target);
    };
    expect(await world.tell({ action: "start" })).toMatchObject({
      code: "conflict",
      message: "the gate changed in this very moment; look again and repeat",
    });
    expect(world.woken).toEqual(["checkout"]);
  });
});

describe("a command that is done", () => {
  test("is told as a decision under the id that its answer names, and the run has an id of its own", async () => {
    const { world } = await acting();
    const outcome = await world.tell({ action: "start" });
    expect(outcome).toMatchObject({ kind: "done", decision: expect.stringMatching(/^dec_/) });
    const decision = outcome.kind === "done" ? outcome.decision : "";
    expect(world.heard.at(-1)).toEqual(await world.store().decision(decision));
    expect((await world.record()).run?.id).toMatch(/^run_/);
    expect(world.tellings()).toMatchObject([{ kind: "started", decision }]);
    expect(world.woken).toEqual(["checkout", "checkout"]);
  });

  test("writes at once, and what it then reads back is on record", async () => {
    const { world } = await atFive();
    expect(await world.tell({ action: "rollback" })).toMatchObject({ kind: "done" });
    expect(world.percent()).toBe(0);
    expect(await world.record()).toMatchObject({ intention: null, exposure: { set: 0 } });
    expect(world.store().ledger()).toMatchObject([{ to: 5 }, { from: 5, to: 0, by: "rampart" }]);
  });

  test("enters in the ledger the percent that it is the first to see", async () => {
    const world = createWorld();
    await world.tell({ action: "act" });
    world.person().set(25);
    const outcome = await world.tell({ action: "start", at: 25 });
    expect(outcome.kind).toBe("done");
    const { decision } = { decision: "", ...outcome };
    const verifiedAt = world.clock.now();
    expect(world.store().ledger()).toMatchObject([
      { kind: "exposure", from: null, to: 25, by: null, reason: "first seen at 25%", decision, verifiedAt },
    ]);
  });

  test("keeps the definition of a run that starts, and the newest one where that is adopted", async () => {
    const { world } = await acting();
    const store = world.store();
    await world.tell({ action: "start" });
    const started = (await world.record()).run?.definition ?? "";
    expect(await store.pinned(started)).toEqual({
      gate: GATE,
      hash: started,
      author: { kind: "known", people: ["author"] },
    });
    await world.until(({ exposure }) => exposure.set === 5);
    const stricter = { ...GATE, bakeMs: 2 * GATE.bakeMs };
    const hash = world.definitions.put(stricter);
    expect(await store.pinned(hash)).toBeNull();
    await world.pass();
    expect(await world.tell({ action: "adopt-definition", by: LEAD })).toMatchObject({ kind: "done" });
    expect(await store.pinned(hash)).toMatchObject({ gate: stricter, hash });
  });

  test("of another kind keeps no definition", async () => {
    const { world } = await acting();
    const [hash] = [...world.definitions.current().values()].map(({ definition }) => definition?.hash ?? "");
    expect(await world.store().pinned(hash ?? "")).toBeNull();
  });
});

describe("one person's word", () => {
  const gate = "checkout";

  test("that approves has a row of its own and makes the gate due; one that is refused does neither", async () => {
    const { world } = await asking();
    const open = (await world.conductor().gate(gate))?.request;
    const word = {
      gate,
      step: 2,
      decision: open?.decision ?? "",
      verdict: "approve",
      reason: "seen",
    } as const;
    const [rows, woken] = [world.decisions().length, world.woken.length];
    expect(await world.conductor().approve({ ...word, by: aMachine() }, null)).toMatchObject({
      kind: "refused",
    });
    expect([world.decisions().length, world.woken.length]).toEqual([rows, woken]);
    const outcome = await world.conductor().approve({ ...word, by: LEAD }, null);
    expect(outcome).toMatchObject({ kind: "done", decision: expect.stringMatching(/^dec_/) });
    expect(world.decisions().at(-1)).toMatchObject({ actor: "person:lead", approvals: ["lead"] });
    expect(world.woken.slice(woken)).toEqual([gate]);
  });

  test("that promises has a row of its own and makes the gate due; one that is refused does neither", async () => {
    const { world } = await atFive();
    const word = { gate, says: "the limit is raised", reason: "ERP-812" };
    const [rows, woken] = [world.decisions().length, world.woken.length];
    expect(await world.conductor().promise({ ...word, by: LEAD }, null)).toMatchObject({ kind: "refused" });
    expect([world.decisions().length, world.woken.length]).toEqual([rows, woken]);
    const by = aPerson({ name: "platform", groups: ["erp-platform"] });
    const outcome = await world.conductor().promise({ ...word, by }, null);
    expect(outcome).toMatchObject({ kind: "done", decision: expect.stringMatching(/^dec_/) });
    expect(world.decisions().at(-1)).toMatchObject({ actor: "person:platform" });
    expect(world.woken.slice(woken)).toEqual([gate]);
  });
});
