import { expect, test } from "vitest";
import { contendersOf, startContendersOf } from "../../../src/control/rivals.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { inbox } from "../../../src/domain/inbox.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { Ramp } from "../../../src/domain/ramp.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { newRecord } from "../../../src/domain/transition.ts";
import {
  NOON,
  aFlagTarget,
  aGate,
  aHalt,
  aPause,
  aPerson,
  aRecord,
  aRollback,
  aStep,
} from "../../support/builders.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { memoryStore } from "../../support/memory-store.ts";
import { scriptedDefinitions } from "../../support/scripted-definitions.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const STEPS = [aStep({ to: 5, holdMs: 10 * MINUTE }), aStep({ to: 25, holdMs: 10 * MINUTE })];
/** Takes the only gradual rollout there is. */
const CHECKOUT = aGate({ steps: STEPS });
/** Names it. */
const BASKET = aGate({ name: "basket", steps: STEPS, flag: aFlagTarget({ strategy: "Gradual rollout" }) });
const RIVAL = ["definition", "rival"];

async function running(): Promise<World> {
  const world = createWorld({ gates: [CHECKOUT] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  return world;
}

async function codes(world: World, gate: string) {
  return (await world.record(gate)).because.map(({ kind, code }) => [kind, code]);
}

test("a second gate on the strategy of one that runs: neither rises, each names the other, and signals stay armed", async () => {
  const world = await running();
  world.definitions.put(BASKET);
  await world.run(HOUR);
  expect(world.percent()).toBe(5);
  expect(await codes(world, "checkout")).toEqual([RIVAL]);
  expect(await codes(world, "basket")).toContainEqual(RIVAL);
  const status = await world.conductor().status("checkout", "advance");
  expect(status).toMatchObject({ open: false, exitCode: 3 });
  expect(status?.because.map(({ message }) => message)).toEqual([
    "basket drives the same strategy of the same flag",
  ]);
  const items = inbox(await world.conductor().gates(), aPerson(), world.clock.now());
  const told = items.filter(({ kind }) => kind === "definition-invalid");
  expect(told.map(({ gate, message }) => [gate, /^\w+ drives the same strategy/.exec(message)?.[0]])).toEqual(
    [
      ["basket", "checkout drives the same strategy"],
      ["checkout", "basket drives the same strategy"],
    ],
  );

  world.metrics.set("errors", 0.06);
  await world.pass();
  expect(world.percent()).toBe(0);
});

test("the ramp goes on once the second gate is gone", async () => {
  const world = await running();
  world.definitions.put(BASKET);
  await world.run(HOUR);
  world.definitions.remove("basket");
  await world.until(({ exposure }) => exposure.set === 25, "checkout", MINUTE);
});

test("a gate does not start on a strategy that another one drives, whether that one's file is there or gone", async () => {
  const world = await running();
  world.definitions.put(BASKET);
  const by = aPerson();
  const start = { gate: "basket", by, reason: "x", at: null, change: null, until: null } as const;
  await world.conductor().command({ ...start, action: "act" }, null);
  for (const happens of [() => undefined, () => world.definitions.remove("checkout")]) {
    happens();
    expect(await world.conductor().command({ ...start, action: "start" }, null)).toMatchObject({
      kind: "refused",
      code: "not-ready",
      message: expect.stringContaining("checkout drives the same strategy of the same flag"),
    });
  }
});

test("gates on other environments of the flag are nobody's rivals", async () => {
  const world = await running();
  world.definitions.put({ ...BASKET, flag: aFlagTarget({ environment: "staging" }) });
  await world.until(({ exposure }) => exposure.set === 25, "checkout", HOUR);
});

/** Files of these gates and a store with these records, which notes whose record is read. */
async function surroundings(files: readonly Gate[], stored: readonly GateRecord[] = []) {
  const definitions = scriptedDefinitions();
  for (const gate of files) definitions.put(gate);
  const store = memoryStore({ clock: manualClock() });
  const rest = { inputs: null, tellings: [], changes: [], pin: null, reply: null };
  for (const record of stored) {
    await store.commit({ record, expecting: null, decision: { kind: "none" }, ...rest });
  }
  const read: string[] = [];
  const record = (name: string) => {
    read.push(name);
    return store.record(name);
  };
  return { definitions, records: { ...store, record }, read };
}

test("only the records of gates with the same flag and environment are read, and one without a record has never run", async () => {
  const elsewhere = { ...CHECKOUT, name: "staging", flag: aFlagTarget({ environment: "staging" }) };
  const another = { ...CHECKOUT, name: "search", flag: aFlagTarget({ name: "new-search" }) };
  const watching = { ...CHECKOUT, name: "watching", flag: null };
  const tried = { ...CHECKOUT, name: "tried" };
  const ran = aRecord({ gate: "basket" });
  const { read, ...ports } = await surroundings(
    [CHECKOUT, BASKET, elsewhere, another, watching, tried],
    [ran],
  );
  ports.definitions.spoil("never-good");
  const contenders = await contendersOf(CHECKOUT, ports);
  expect(read).toEqual(["basket", "tried"]);
  expect(contenders).toEqual([
    { gate: BASKET, record: { ...ran, version: 1 } },
    { gate: tried, record: newRecord("tried") },
  ]);
  expect(await contendersOf(watching, ports)).toEqual([]);
});

async function keepsFromStarting(ramp: Ramp): Promise<readonly string[]> {
  const gone = aRecord({ gate: "checkout", ramp });
  const { definitions, records } = await surroundings([BASKET], [gone, aRecord({ gate: "basket" })]);
  return (await startContendersOf(BASKET, { definitions, records })).map(({ gate }) => gate.name);
}

test.each<Ramp>([
  { state: "proving", step: 1 },
  { state: "baking", step: 2 },
  aPause(),
  aHalt(),
  aRollback(),
])("a ramp without a file that is $state keeps others from starting on its strategy", async (ramp) => {
  expect(await keepsFromStarting(ramp)).toEqual(["checkout"]);
});

test.each<Ramp>([
  { state: "idle" },
  { state: "rolled-back", since: NOON, fromPercent: 5, causes: [] },
  { state: "finished", since: NOON },
])("a ramp without a file that is $state keeps nobody from starting", async (ramp) => {
  expect(await keepsFromStarting(ramp)).toEqual([]);
});
