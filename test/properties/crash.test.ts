import * as fc from "fast-check";
import { expect, test } from "vitest";
import type { Gate } from "../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { GateRecord } from "../../src/domain/record.ts";
import { aGate, aLimit, aSignal, aStep } from "../support/builders.ts";
import { liveThrough, someLives } from "../support/lives.ts";
import { type Guard, dyingAt } from "../support/port-guard.ts";
import { ownRaises, unprovenRaises } from "../support/raise-oracle.ts";
import { type World, createWorld } from "../support/world-of-fakes.ts";

const HOLD = 2 * MINUTE;
const GATE = aGate({
  steps: [aStep({ to: 5, holdMs: HOLD }), aStep({ to: 25, holdMs: HOLD }), aStep({ to: 100, holdMs: HOLD })],
  bakeMs: 5 * MINUTE,
  cooldownMs: HOUR,
});

/** Watched in the shadow before it goes to everybody. */
const SHADOWED: Gate = {
  ...GATE,
  steps: [aStep({ to: 0, holdMs: HOLD }), aStep({ to: 100, holdMs: HOLD })],
};

function nothingHappens(): void {}

/** A guard that can be exchanged: the process it belongs to lives on until it is told when to die. */
function mortal(): { readonly guard: Guard; dieAt(chance: number): () => boolean } {
  let current: Guard = nothingHappens;
  return {
    guard: (call) => current(call),
    dieAt(chance) {
      const death = dyingAt(chance);
      current = death.guard;
      return () => death.died() !== null;
    },
  };
}

/** A world whose process dies at its n-th chance from here, and whose next process goes on. Says whether it came to that. */
type Scene = {
  readonly name: string;
  /** Leads to the moment from which the process may die. */
  readonly prepare: (world: World) => Promise<void>;
  /** What the process is doing when it dies; may be cut short. */
  readonly act: (world: World) => Promise<unknown>;
  readonly end: (record: GateRecord) => boolean;
  readonly percent: number;
  readonly raises: readonly string[];
  /** What of the gate is another one here. */
  readonly gate?: Partial<Gate>;
};

const CAPACITY = aSignal({
  name: "throttled",
  measure: { kind: "plain", query: "throttled" },
  halt: null,
  rollback: { ...aLimit("above 20%"), to: "previous" },
});

const isFinished = ({ ramp }: GateRecord): boolean => ramp.state === "finished";
const isRolledBack = ({ ramp }: GateRecord): boolean => ramp.state === "rolled-back";
const isHalted = ({ ramp }: GateRecord): boolean => ramp.state === "halted";

async function toStep(world: World, percent: number): Promise<void> {
  await world.begin();
  await world.until(({ exposure }) => exposure.set === percent);
}

const SCENES: readonly Scene[] = [
  {
    name: "the start and the first raise",
    prepare: async (world) => void (await world.tell({ action: "act" })),
    act: async (world) => {
      await world.tell({ action: "start" });
      await world.pass();
    },
    end: isFinished,
    percent: 100,
    raises: ["5", "25", "100"],
  },
  {
    name: "the start and the entry into a shadow step",
    prepare: async (world) => void (await world.tell({ action: "act" })),
    act: async (world) => {
      await world.tell({ action: "start" });
      await world.pass();
    },
    end: isFinished,
    percent: 100,
    raises: ["100"],
    gate: SHADOWED,
  },
  {
    name: "a raise in the middle",
    prepare: async (world) => {
      await toStep(world, 5);
      await world.until(({ holdMs }) => holdMs >= HOLD - GATE.everyMs);
      world.clock.advance(GATE.everyMs);
    },
    act: (world) => world.pass(),
    end: isFinished,
    percent: 100,
    raises: ["5", "25", "100"],
  },
  {
    name: "the passes from a raise to the end of its settle",
    prepare: (world) => toStep(world, 5),
    act: (world) => world.run(2 * MINUTE),
    end: isFinished,
    percent: 100,
    raises: ["5", "25", "100"],
  },
  {
    name: "the pass that finishes",
    prepare: async (world) => {
      await toStep(world, 100);
      await world.until(({ bakeMs }) => bakeMs >= GATE.bakeMs - GATE.everyMs);
      world.clock.advance(GATE.everyMs);
    },
    act: (world) => world.pass(),
    end: isFinished,
    percent: 100,
    raises: ["5", "25", "100"],
  },
  {
    name: "a rollback, from its breach to its end",
    prepare: async (world) => {
      await toStep(world, 25);
      world.metrics.set("errors", 0.06);
    },
    act: (world) => world.run(MINUTE),
    end: isRolledBack,
    percent: 0,
    raises: ["5", "25"],
  },
  {
    name: "a rollback that a person orders",
    prepare: (world) => toStep(world, 5),
    act: (world) => world.tell({ action: "rollback" }),
    end: isRolledBack,
    percent: 0,
    raises: ["5"],
  },
  {
    name: "a rollback that Unleash does not take for a while",
    prepare: async (world) => {
      await toStep(world, 5);
      world.metrics.set("errors", 0.06);
      world.flags.faults.writes = ["lost", "reply-lost", "lost", "late"];
    },
    act: (world) => world.run(MINUTE),
    end: isRolledBack,
    percent: 0,
    raises: ["5"],
  },
  {
    name: "a step back, from its breach to its halt",
    gate: { signals: [aSignal(), CAPACITY] },
    prepare: async (world) => {
      await toStep(world, 25);
      let breached = true;
      // It breaches until somebody has lowered the flag for it.
      world.metrics.set("throttled", () => {
        breached &&= world.percent() === 25;
        return breached ? 0.3 : 0;
      });
    },
    act: (world) => world.run(MINUTE),
    end: isHalted,
    percent: 5,
    raises: ["5", "25"],
  },
  {
    name: "a drain, from the breach to its deadline",
    gate: { drainMs: MINUTE },
    prepare: async (world) => {
      await toStep(world, 5);
      world.metrics.set("errors", 0.06);
    },
    act: (world) => world.run(3 * MINUTE),
    end: isRolledBack,
    percent: 0,
    raises: ["5"],
  },
];

async function ordered(world: World, scene: Scene): Promise<void> {
  // Who ordered something and heard of no outcome orders it again.
  const { ramp } = await world.record();
  if (scene.name.startsWith("the start") && ramp.state === "idle") await world.tell({ action: "start" });
  if (scene.name.includes("person orders")) await world.tell({ action: "rollback" });
}

/** Plays the scene with a death at the n-th chance; false when the scene was over before. */
async function playDying(
  scene: Scene,
  chance: number,
): Promise<{ readonly world: World; readonly died: boolean }> {
  const life = mortal();
  const world = createWorld({ gates: [{ ...GATE, ...scene.gate }], guard: life.guard });
  await scene.prepare(world);
  const hasDied = life.dieAt(chance);
  await scene.act(world).catch((error: unknown) => {
    if (!hasDied()) throw error;
  });
  if (!hasDied()) return { world, died: false };
  world.clock.advance(7_000);
  world.restart();
  await ordered(world, scene);
  world.flags.deliverLate();
  await world.until(scene.end, GATE.name, 2 * HOUR);
  world.flags.deliverLate();
  await world.run(MINUTE);
  return { world, died: true };
}

const ENDS: readonly string[] = ["finished", "rolled-back", "halted", "drain-overdue"];

async function expectSound(world: World, scene: Scene): Promise<void> {
  expect(scene.end(await world.record())).toBe(true);
  expect(world.percent()).toBe(scene.percent);
  expect(await unprovenRaises(world)).toEqual([]);
  expect((await ownRaises(world)).map(({ rolloutAfter }) => rolloutAfter)).toEqual(scene.raises);
  const told = world.tellings().filter(({ kind }) => ENDS.includes(kind));
  expect(told).toHaveLength(1);
}

test.each(SCENES)(
  "killed at any call of any port during $name, the next process comes to the same end",
  async (scene) => {
    let chance = 0;
    let deaths = 0;
    for (;;) {
      chance += 1;
      const { world, died } = await playDying(scene, chance);
      if (!died) break;
      deaths += 1;
      await expectSound(world, scene).catch((error: unknown) => {
        throw new Error(`after a death at chance ${chance} of "${scene.name}": ${String(error)}`);
      });
    }
    expect(deaths).toBeGreaterThan(10);
  },
);

test("killed at any call of any port while a write runs over a person's decrease, the next process gives it back", async () => {
  let chance = 0;
  for (;;) {
    chance += 1;
    const life = mortal();
    const world = createWorld({ gates: [GATE], guard: life.guard });
    await toStep(world, 5);
    await world.until(({ holdMs }) => holdMs >= HOLD - GATE.everyMs);
    world.clock.advance(GATE.everyMs);
    world.flags.faults.betweenReadAndWrite = () => world.person().set(2);
    const hasDied = life.dieAt(chance);
    await world.pass().catch(() => undefined);
    if (!hasDied()) break;
    world.restart();
    await world.run(HOUR);
    const record = await world.record();
    expect([chance, world.percent(), record.ramp.state, record.run?.ceiling]).toEqual([
      chance,
      2,
      "halted",
      2,
    ]);
  }
  expect(chance).toBeGreaterThan(10);
});

test("killed again and again at random calls, under random faults of Unleash, exposure rises only on proof and ends where it must", async () => {
  const lives = someLives({ chances: 120, faults: 3 });
  await fc.assert(
    fc.asyncProperty(lives, fc.integer({ min: 0, max: 8 }), async (deaths, breachAfter) => {
      const world = createWorld({ gates: [GATE] });
      await world.begin();
      await liveThrough(world, deaths, breachAfter);
      const breached = breachAfter < deaths.length;
      // A breach before anybody was exposed halts: there is nothing to take back.
      const end = await world.until(
        ({ ramp, exposure }) =>
          ramp.state === "finished" ||
          ramp.state === "rolled-back" ||
          (breached && ramp.state === "halted" && exposure.set === 0),
      );
      world.flags.deliverLate();
      await world.run(MINUTE);
      // A ramp may have been finished before the breach came.
      if (breached && end.ramp.state !== "finished") expect(world.percent()).toBe(0);
      if (!breached) expect(world.percent()).toBe(100);
      expect(await unprovenRaises(world)).toEqual([]);
      const titles = (await ownRaises(world)).map(({ titleAfter }) => titleAfter);
      expect(new Set(titles).size).toBe(titles.length);
    }),
    { numRuns: 100 },
  );
});
