import { describe, expect, test } from "vitest";
import type { Gate } from "../../../src/domain/gate.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { aGate, aGuard, aLimit, aSignal, aStep, anAlertRule } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const GATE = aGate({
  steps: [5, 25, 50, 100].map((to) => aStep({ to, holdMs: 2 * MINUTE })),
  haltDeadlineMs: 15 * MINUTE,
});

const isHalted = ({ ramp }: GateRecord): boolean => ramp.state === "halted";
const isRolledBack = ({ ramp }: GateRecord): boolean => ramp.state === "rolled-back";

/** Something that stops a ramp at 25 %, and the percent it then stands at. */
type Stop = {
  readonly gate?: Partial<Gate>;
  readonly stop: (world: World) => Promise<unknown>;
  readonly percent: number;
};

function calm(world: World): void {
  world.metrics.set("errors", 0);
  world.metrics.set("throttled", 0);
}

async function breach(world: World, errors: number, until: (record: GateRecord) => boolean): Promise<void> {
  world.metrics.set("errors", errors);
  await world.until(until);
}

const THROTTLED = aSignal({
  name: "throttled",
  measure: { kind: "plain", query: "throttled" },
  halt: null,
  rollback: { ...aLimit("above 20%"), to: "previous" },
});

const STOPS: Readonly<Record<string, Stop>> = {
  "a signal": { percent: 25, stop: (world) => breach(world, 0.03, isHalted) },
  "an alert": {
    percent: 25,
    gate: { alerts: [aGuard()] },
    stop: async (world) => {
      const since = world.clock.now();
      world.metrics.setAlertRules((_, __, at) => {
        const labels = { alertname: "CheckoutErrors", service: "checkout" };
        const active = at < since + 5 * SECOND ? [] : [{ labels, state: "firing" as const, activeAt: since }];
        return { kind: "known", rules: [anAlertRule({ lastEvaluation: at, freshness: fresh(at), active })] };
      });
      await world.until(isHalted);
    },
  },
  "missing data": {
    percent: 25,
    stop: async (world) => {
      world.metrics.set("errors", { kind: "empty" });
      await world.until(isHalted);
    },
  },
  "a dark source": {
    percent: 25,
    stop: async (world) => {
      world.metrics.fail("timeout");
      await world.until(isHalted);
      world.metrics.recover();
    },
  },
  "an audience that somebody changed": {
    percent: 25,
    stop: async (world) => {
      world.person().change({ stickiness: "sessionId" });
      await world.until(isHalted);
    },
  },
  "a person's decrease": {
    percent: 12,
    stop: async (world) => {
      world.person().set(12);
      await world.until(isHalted);
    },
  },
  "a person's decrease that a raise ran over": {
    percent: 12,
    stop: async (world) => {
      world.flags.faults.betweenReadAndWrite = () => world.person().set(12);
      await world.until(isHalted);
      await world.until(({ intention }) => intention === null);
    },
  },
  "a step back": {
    percent: 5,
    gate: { signals: [aSignal(), THROTTLED] },
    stop: async (world) => {
      world.metrics.set("throttled", 0.3);
      await world.pass();
      calm(world);
      await world.until(isHalted);
    },
  },
  "a rollback by a signal": { percent: 0, stop: (world) => breach(world, 0.06, isRolledBack) },
  "a rollback by the halt deadline": { percent: 0, stop: (world) => breach(world, 0.03, isRolledBack) },
  "a rollback that a person orders": {
    percent: 0,
    stop: async (world) => {
      await world.tell({ action: "rollback" });
      await world.until(isRolledBack);
    },
  },
  "a rollback of a step that was taken by force": {
    percent: 0,
    stop: async (world) => {
      await world.tell({ action: "advance" });
      await world.tell({ action: "rollback" });
      await world.until(isRolledBack);
    },
  },
  "somebody's 0%": {
    percent: 0,
    stop: async (world) => {
      world.person().set(0);
      await world.until(isRolledBack);
    },
  },
};

function fresh(newest: number) {
  const selectors = [{ selector: "errors", newest, scrapeIntervalMs: 15 * SECOND }];
  return { kind: "known", selectors } as const;
}

async function stopped({ gate, stop }: Stop): Promise<World> {
  const world = createWorld({ gates: [{ ...GATE, ...gate }] });
  world.metrics.setAlertRules((_, __, at) => ({
    kind: "known",
    rules: [anAlertRule({ lastEvaluation: at, freshness: fresh(at) })],
  }));
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 25);
  await world.run(MINUTE);
  await stop(world);
  calm(world);
  return world;
}

/** A raise of ours that comes late, its percent under the title on record: Unleash writes whole strategies back. */
async function lateRaise(world: World): Promise<void> {
  const target = world.gate.flag;
  if (target === null) throw new Error("the gate drives no flag");
  const [row] = world.flags.state(target).strategies;
  await world.flags.flags.write(target, row?.id ?? "", 50, row?.title ?? "", null);
}

describe.each(Object.entries(STOPS))("after %s", (_, stop) => {
  test("a late raise of ours is taken back at the next pass, and is nobody's drift", async () => {
    const world = await stopped(stop);
    expect(world.percent()).toBe(stop.percent);
    const { state } = (await world.record()).ramp;
    for (const later of [MINUTE, 7 * MINUTE]) {
      await world.run(later);
      await lateRaise(world);
      expect(world.percent()).toBe(50);
      await world.pass();
      expect(world.percent()).toBe(stop.percent);
    }
    const { ramp, drift } = await world.record();
    expect(ramp.state).toBe(state);
    expect(drift.filter(({ kind }) => kind === "raised")).toEqual([]);
  });

  test("ten minutes later it is told to people, and left to them", async () => {
    const world = await stopped(stop);
    await world.run(11 * MINUTE);
    await lateRaise(world);
    await world.run(MINUTE);
    expect(world.percent()).toBe(50);
    expect((await world.record()).drift.map(({ kind }) => kind)).toContain("raised");
  });

  test("what a person raises is not lowered by us, neither at once nor later", async () => {
    const world = await stopped(stop);
    await world.run(MINUTE);
    const writes = world.flags.writes.filter(({ by }) => by === "rampart").length;
    world.person().set(60);
    await world.run(12 * MINUTE);
    expect(world.percent()).toBe(60);
    expect(world.flags.writes.filter(({ by }) => by === "rampart")).toHaveLength(writes);
  });
});

test("a resume does not end it: what a decision before it sent may still come", async () => {
  const world = await stopped(STOPS["a signal"] ?? { percent: 0, stop: () => Promise.resolve() });
  await world.tell({ action: "resume" });
  await world.run(15 * SECOND);
  await lateRaise(world);
  await world.pass();
  expect(world.percent()).toBe(25);
});

test("a ramp that nothing had stopped halts on such a raise, and then takes it back", async () => {
  const world = await stopped({ percent: 25, stop: () => Promise.resolve() });
  await lateRaise(world);
  expect((await world.pass()).ramp.state).toBe("halted");
  expect(world.percent()).toBe(50);
  await world.pass();
  expect(world.percent()).toBe(25);
  expect((await world.record()).drift).toEqual([]);
});
