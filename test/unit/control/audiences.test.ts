import { describe, expect, test } from "vitest";
import { answer } from "../../../src/domain/answer.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { standingOf } from "../../../src/domain/transition.ts";
import { aFlagTarget, aGate, aLimit, aSignal, aStep } from "../../support/builders.ts";
import { constraintsText, segmentsText } from "../../support/audience-texts.ts";
import { unprovenRaises } from "../../support/raise-oracle.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const HOLD = 2 * MINUTE;
const STAFF = { kind: "segment", name: "staff-orders", id: 7 } as const;
const EUROPE = { kind: "values", label: "price-lists", field: "orderId", values: ["dk", "se"] } as const;
const STEPS: Gate["steps"] = [
  aStep({ to: 100, audience: { kind: "segment", name: "staff-orders" }, holdMs: HOLD }),
  aStep({ to: 100, audience: { kind: "values", label: "price-lists", values: ["dk", "se"] }, holdMs: HOLD }),
  aStep({ to: 1, holdMs: HOLD }),
  aStep({ to: 100, holdMs: HOLD }),
];

function aWorld(fields: Partial<Gate> = {}): World {
  const world = createWorld({ gates: [aGate({ steps: STEPS, bakeMs: 5 * MINUTE, ...fields })] });
  world.flags.faults.segments = [["staff-orders", 7]];
  return world;
}

/** Whom the strategy reached at each change of the server, in order: percent, segments, constraints. */
function reached(world: World): readonly string[] {
  return world.flags.changes.map(({ after }) => {
    const [row] = after.strategies;
    const whom = row?.segments !== "[]" ? "staff" : row.constraints !== "[]" ? "values" : "all";
    return `${row?.rollout}% of ${whom}`;
  });
}

const atStep =
  (step: number) =>
  ({ ramp }: GateRecord): boolean =>
    standingOf(ramp)?.step === step;

describe("a ramp through a segment, values and percents", () => {
  test("changes whom the flag reaches at 0 % alone, and gets to everybody", async () => {
    const world = aWorld();
    await world.begin();
    await world.until(({ ramp }) => ramp.state === "finished");
    expect(reached(world)).toEqual([
      "0% of staff",
      "100% of staff",
      "0% of staff",
      "0% of values",
      "100% of values",
      "0% of values",
      "0% of all",
      "1% of all",
      "100% of all",
    ]);
    expect(await unprovenRaises(world)).toEqual([]);
  });

  test("puts in exactly the segment, and exactly the values of the stickiness field", async () => {
    const world = aWorld();
    await world.begin();
    await world.until(atStep(1));
    const strategy = () => world.flags.state(world.gate.flag ?? aFlagTarget()).strategies[0];
    expect(strategy()).toMatchObject({ rollout: "100", segments: segmentsText(STAFF), constraints: "[]" });
    await world.until(atStep(2));
    expect(strategy()).toMatchObject({
      rollout: "100",
      segments: "[]",
      constraints: constraintsText(EUROPE),
    });
  });

  test("is rolled back by the percent alone, and only then lets go of the segment", async () => {
    const world = aWorld();
    await world.begin();
    await world.until(atStep(1));
    world.metrics.set("errors", 0.06);
    await world.until(({ ramp }) => ramp.state === "rolled-back");
    await world.run(MINUTE);
    expect(reached(world)).toEqual(["0% of staff", "100% of staff", "0% of staff", "0% of all"]);
    expect((await world.record()).drift).toEqual([]);
  });

  test("restarts after a rollback from the segment", async () => {
    const world = aWorld({ cooldownMs: MINUTE });
    await world.begin();
    await world.until(atStep(1));
    await world.tell({ action: "rollback" });
    await world.until(({ ramp }) => ramp.state === "rolled-back");
    await world.run(2 * MINUTE);
    expect(await world.tell({ action: "restart" })).toMatchObject({ kind: "done" });
    await world.until(({ ramp }) => ramp.state === "finished");
    expect(world.percent()).toBe(100);
  });
});

describe("a crossing that does not come through", () => {
  test.each([1, 2, 3])(
    "waits at 0 % when write %i gets lost, and is decided again on fresh readings",
    async (nth) => {
      const world = aWorld();
      await world.begin();
      await world.until(atStep(1));
      const before = world.flags.changes.length;
      await world.until(({ holdMs }) => holdMs >= HOLD - world.gate.everyMs);
      world.clock.advance(world.gate.everyMs);
      world.flags.faults.writes = [
        ...Array.from({ length: nth - 1 }, () => "reply-lost" as const),
        "lost",
        "lost",
      ];
      await world.pass();
      expect(reached(world).slice(before)).not.toContain("100% of values");
      world.flags.deliverLate();
      await world.until(atStep(2), undefined, HOUR);
      expect(await unprovenRaises(world)).toEqual([]);
      await world.until(({ ramp }) => ramp.state === "finished");
    },
  );

  test("stops where a person lowers the flag in the moment that it makes way", async () => {
    const world = aWorld();
    await world.begin();
    await world.until(atStep(1));
    await world.until(({ holdMs }) => holdMs >= HOLD - world.gate.everyMs);
    world.clock.advance(world.gate.everyMs);
    world.flags.faults.betweenReadAndWrite = () => world.person().set(50);
    await world.pass();
    await world.run(10 * MINUTE);
    expect(world.percent()).toBe(0);
    expect((await world.record()).ramp.state).toBe("rolled-back");
  });
});

async function atSegment(fields: Partial<Gate> = {}): Promise<World> {
  const world = aWorld(fields);
  await world.begin();
  await world.until(atStep(1));
  return world;
}

describe("people, while a segment is exposed", () => {
  test("who lower the percent stop all growth at that step, until the flag is adopted", async () => {
    const world = await atSegment();
    world.person().set(50);
    const halted = await world.pass();
    expect(halted).toMatchObject({ ramp: { state: "halted", from: { step: 1 } }, run: { ceiling: 0 } });
    await world.tell({ action: "resume" });
    const { because } = await world.pass();
    expect(because.map(({ message }) => message)).toContain(
      "a person lowered the flag: nothing rises above it",
    );
    await world.run(HOUR);
    expect(world.percent()).toBe(50);
    expect(await world.tell({ action: "adopt-flag" })).toMatchObject({
      message: "checkout takes the flag as it is, at 50% of segment staff-orders",
    });
    expect((await world.record()).ramp).toEqual({ state: "proving", step: 1 });
    await world.until(({ ramp }) => ramp.state === "finished");
  });

  test("who take the segment out have changed the audience: it halts, and what they made is not adopted as a segment", async () => {
    const world = await atSegment();
    world.person().change({ segments: "[]" });
    const record = await world.pass();
    expect(record.ramp).toMatchObject({ state: "halted" });
    expect(record.drift.map(({ kind }) => kind)).toEqual(["audience"]);
    await world.tell({ action: "adopt-flag" });
    expect((await world.record()).ramp).toMatchObject({ state: "baking", step: 4 });
  });

  test("whose own segment stands there are asked to take it out before anything is adopted", async () => {
    const world = await atSegment();
    world.person().change({ segments: segmentsText({ ...STAFF, id: 8 }) });
    await world.pass();
    expect(await world.tell({ action: "adopt-flag" })).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("take them out in Unleash"),
    });
  });

  test("who change only the title are adopted at the step of the segment", async () => {
    const world = await atSegment();
    world.person().change({ title: "renamed", rollout: "100" });
    await world.pass();
    await world.tell({ action: "adopt-flag" });
    expect((await world.record()).ramp).toEqual({ state: "proving", step: 1 });
  });

  test("a step back from a segment leads to 0 %", async () => {
    const capacity = aSignal({
      name: "throttled",
      measure: { kind: "plain", query: "throttled" },
      rollback: { ...aLimit("above 20%"), to: "previous" },
    });
    const world = await atSegment({ signals: [aSignal(), capacity] });
    world.metrics.set("throttled", 0.3);
    await world.until(({ ramp }) => ramp.state === "rolled-back");
    expect(world.percent()).toBe(0);
  });
});

describe("a start", () => {
  test("is refused where Unleash has no such segment, or cannot say", async () => {
    const world = aWorld();
    world.flags.faults.segments = [];
    await world.tell({ action: "act" });
    expect(await world.tell({ action: "start" })).toMatchObject({
      kind: "refused",
      code: "preflight",
      message: expect.stringContaining('segment-missing: Unleash has no segment "staff-orders"'),
    });
  });

  test("is refused on a strategy with an audience of its own", async () => {
    const world = aWorld();
    world.person().change({ constraints: constraintsText({ ...EUROPE, values: ["fi"] }) });
    await world.tell({ action: "act" });
    expect(await world.tell({ action: "start" })).toMatchObject({
      message: expect.stringContaining("audience-taken"),
    });
  });

  test("at a percent finds the step of everybody, never one with a segment", async () => {
    const world = aWorld();
    world.person().set(100);
    await world.tell({ action: "act" });
    await world.tell({ action: "start", at: 100 });
    expect((await world.record()).ramp).toEqual({ state: "baking", step: 4 });
  });

  test("by force, or by the clock, is told by the name of the segment", async () => {
    const world = aWorld();
    await world.begin();
    expect(await world.tell({ action: "advance" })).toMatchObject({
      message: "checkout goes to segment staff-orders by force",
    });
    const told = world.tellings().flatMap(({ kind, text }) => (kind === "advanced" ? [text] : []));
    expect(told.join()).toContain("0% to segment staff-orders, step 1 of 4");
  });
});

test("an abort of a run that waits at 0 % takes its segment out", async () => {
  const world = aWorld();
  await world.begin();
  world.flags.faults.writes = ["reply-lost", "lost", "lost"];
  await world.pass();
  expect(await world.tell({ action: "abort" })).toMatchObject({ kind: "done" });
  await world.run(MINUTE);
  expect(reached(world).at(-1)).toBe("0% of all");
});

test("an answer names the segment that is exposed, and the one that comes next", async () => {
  const world = aWorld();
  await world.begin();
  const answered = async () => {
    const record = await world.pass();
    const decision = world.decisions().at(-1) ?? null;
    const asked = { gate: world.gate, definition: "", record, decision, now: world.clock.now() };
    const { step, exposure } = answer("advance", asked);
    return [step.index, step.nextAudience, exposure.set, exposure.audience];
  };
  expect(await answered()).toEqual([0, "segment staff-orders", 100, "segment staff-orders"]);
  await world.pass();
  expect(await answered()).toEqual([1, "segment price-lists (dk, se)", 100, "segment staff-orders"]);
});
