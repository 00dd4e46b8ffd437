import { describe, expect, test } from "vitest";
import type { Gate } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { GateRecord } from "../../../src/domain/record.ts";
import { standingOf } from "../../../src/domain/transition.ts";
import { constraintsText, segmentsText } from "../../support/audience-texts.ts";
import { aGate, aStep } from "../../support/builders.ts";
import type { Guard } from "../../support/port-guard.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const HOLD = 2 * MINUTE;
const STAFF = { kind: "segment", name: "staff", id: 7 } as const;
/** What a colleague puts on the strategy: nobody but these. */
const THEIRS = constraintsText({ kind: "values", label: "", field: "country", values: ["fi"] });

const GATE: Gate = aGate({
  steps: [
    aStep({ to: 100, audience: { kind: "segment", name: "staff" }, holdMs: HOLD }),
    aStep({ to: 100, audience: { kind: "values", label: "shops", values: ["dk", "se"] }, holdMs: HOLD }),
    aStep({ to: 5, holdMs: HOLD }),
    aStep({ to: 100, holdMs: HOLD }),
  ],
  bakeMs: 5 * MINUTE,
});

function aWorld(guard?: Guard): World {
  const world = createWorld({ gates: [GATE], ...(guard === undefined ? {} : { guard }) });
  world.flags.faults.segments = [["staff", 7]];
  return world;
}

const atStep =
  (step: number) =>
  ({ ramp }: GateRecord): boolean =>
    standingOf(ramp)?.step === step;

function strategy(world: World) {
  const [row] = GATE.flag === null ? [] : world.flags.state(GATE.flag).strategies;
  return row;
}

/** At the last moment of a step: the next pass decides what comes after it. */
async function endOfStep(world: World, step: number): Promise<void> {
  await world.begin();
  if (step === 0) return;
  await world.until((record) => atStep(step)(record) && record.holdMs >= HOLD - GATE.everyMs);
  world.clock.advance(GATE.everyMs);
}

function nothing(): void {}

/** Does something before the n-th write from when it is armed. */
function beforeWrite(): { readonly guard: Guard; arm(nth: number, act: () => void): void } {
  let left = 0;
  let act = nothing;
  return {
    guard({ method, when }) {
      if (method !== "write" || when !== "before" || left === 0) return;
      left -= 1;
      if (left === 0) act();
    },
    arm(nth, what) {
      left = nth;
      act = what;
    },
  };
}

describe("what a person puts on the strategy stays there", () => {
  test("while a lost write of the next audience waits to be made again", async () => {
    const world = aWorld();
    await endOfStep(world, 1);
    world.flags.faults.writes = ["reply-lost", "lost", "lost"];
    expect(await world.pass()).toMatchObject({ intention: { kind: "refit" } });
    world.person().change({ constraints: THEIRS });
    const record = await world.pass();
    expect(record).toMatchObject({ ramp: { state: "halted", from: { step: 1 } } });
    expect(record.intention?.kind).not.toBe("refit");
    await world.run(HOUR);
    expect(strategy(world)).toMatchObject({ rollout: "0", constraints: THEIRS });
  });

  test.each([
    ["the next audience is written", 2],
    ["it is exposed", 3],
  ])("in the moment before %s", async (_, nth) => {
    const before = beforeWrite();
    const world = aWorld(before.guard);
    await endOfStep(world, 1);
    before.arm(nth, () => world.person().change({ constraints: THEIRS, segments: "[]" }));
    await world.pass();
    const record = await world.pass();
    expect(record).toMatchObject({ ramp: { state: "halted", from: { step: 1 } } });
    await world.run(HOUR);
    expect(strategy(world)).toMatchObject({ rollout: "0", constraints: THEIRS });
  });

  test("after a rollback, while a lost write that takes the segment out waits to be made again", async () => {
    const world = aWorld();
    await endOfStep(world, 1);
    await world.tell({ action: "rollback" });
    await world.until(({ ramp }) => ramp.state === "rolled-back");
    world.flags.faults.writes = ["lost", "lost"];
    expect(await world.pass()).toMatchObject({ intention: { kind: "refit" } });
    world.person().change({ constraints: THEIRS });
    await world.run(HOUR);
    expect(strategy(world)).toMatchObject({ constraints: THEIRS, segments: segmentsText(STAFF) });
    expect((await world.record()).intention).toBeNull();
  });

  test("though a step names the very same segment: no run begins on it", async () => {
    const world = aWorld();
    world.person().change({ segments: segmentsText(STAFF) });
    await world.tell({ action: "act" });
    expect(await world.tell({ action: "start" })).toMatchObject({
      message: expect.stringContaining("audience-taken"),
    });
  });

  test("though it went in at a percent: that step is halted, taken back, and no run begins again on it", async () => {
    const world = aWorld();
    await world.begin();
    await world.until(atStep(3));
    world.person().change({ segments: segmentsText(STAFF) });
    await world.pass();
    await world.tell({ action: "rollback" });
    await world.until(({ ramp }) => ramp.state === "rolled-back");
    await world.run(2 * HOUR);
    expect(strategy(world)).toMatchObject({ rollout: "0", segments: segmentsText(STAFF) });
    expect(await world.tell({ action: "restart" })).toMatchObject({
      message: expect.stringContaining("audience-taken"),
    });
  });
});

describe("a person's constraint that goes in while Unleash writes ours", () => {
  test("stops the ramp at 0 %, and both are told who it was", async () => {
    const world = aWorld();
    await world.begin();
    world.flags.faults.betweenReadAndWrite = () => world.person().change({ constraints: THEIRS });
    const record = await world.pass();
    expect(record.ramp).toMatchObject({
      state: "halted",
      causes: [{ message: expect.stringContaining("that kim changed in the same moment") }],
    });
    await world.run(HOUR);
    expect(strategy(world)).toMatchObject({ rollout: "0", segments: segmentsText(STAFF) });
    expect(world.tellings().filter(({ kind, page }) => kind === "halted" && page)).toHaveLength(1);
  });

  test("after a rollback is told, too", async () => {
    const world = aWorld();
    await endOfStep(world, 1);
    await world.tell({ action: "rollback" });
    await world.until(({ ramp }) => ramp.state === "rolled-back");
    world.flags.faults.betweenReadAndWrite = () => world.person().change({ constraints: THEIRS });
    await world.pass();
    expect(world.tellings().at(-1)).toMatchObject({
      kind: "changed-by-hand",
      text: expect.stringContaining("Rampart wrote over constraints or segments that kim changed"),
    });
  });

  test("is no reason to stop where they changed something else", async () => {
    const world = aWorld();
    await world.begin();
    world.person().change({ title: "ours alone" });
    await world.tell({ action: "adopt-flag" });
    await world.until(atStep(1));
    expect(strategy(world)).toMatchObject({ rollout: "100", segments: segmentsText(STAFF) });
  });
});

test("what a person has put in is adopted as theirs while the ramp is at rest, and in the way of the next run", async () => {
  const world = aWorld();
  await endOfStep(world, 1);
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  await world.run(MINUTE);
  world.person().change({ rollout: "50", constraints: THEIRS });
  await world.pass();
  expect(await world.tell({ action: "adopt-flag" })).toMatchObject({
    message: "checkout takes the flag as it is, at 50% of those within a constraint on country",
  });
  await world.run(2 * HOUR);
  expect((await world.record()).drift).toEqual([]);
  expect((await world.conductor().status(GATE.name, "advance"))?.exposure).toMatchObject({
    set: 50,
    audience: "those within a constraint on country",
  });
  world.person().set(0);
  await world.tell({ action: "adopt-flag" });
  expect(await world.tell({ action: "restart" })).toMatchObject({
    message: expect.stringContaining("audience-taken"),
  });
  expect(strategy(world)).toMatchObject({ rollout: "0", constraints: THEIRS });
});

describe("a release", () => {
  test("waits until what a step has put in is out, and then leaves a strategy without it", async () => {
    const world = aWorld();
    await endOfStep(world, 1);
    await world.tell({ action: "rollback" });
    await world.until(({ ramp }) => ramp.state === "rolled-back");
    world.flags.faults.refuseWrites = true;
    await world.run(15 * MINUTE);
    expect(await world.tell({ action: "release" })).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("under way"),
    });
    expect(strategy(world)).toMatchObject({ segments: segmentsText(STAFF) });
    world.flags.faults.refuseWrites = false;
    await world.run(MINUTE);
    expect(await world.tell({ action: "release" })).toMatchObject({ kind: "done" });
    await world.run(MINUTE);
    expect((await world.record()).flag).toBeNull();
    expect(strategy(world)).toMatchObject({ title: "Gradual rollout", segments: "[]", constraints: "[]" });
  });
});

test("who lets a gate observe hears what stays in the strategy", async () => {
  const world = aWorld();
  await endOfStep(world, 1);
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  expect(await world.tell({ action: "observe" })).toMatchObject({
    message: expect.stringContaining("segment staff stays in its strategy"),
  });
});

const status = async (world: World) => {
  const answered = await world.conductor().status(GATE.name, "advance");
  return [answered?.exposure.set, answered?.exposure.audience];
};

describe("what a person sets by hand is never told as a percent of everybody", () => {
  test("while the gate only observes", async () => {
    const world = aWorld();
    world.person().change({ rollout: "50", segments: segmentsText(STAFF) });
    await world.run(HOUR);
    expect(await status(world)).toEqual([50, "segment 7"]);
    expect((await world.record()).woulds.at(-1)).toMatchObject({
      would: null,
      message: "people have set it to 50% of segment 7: no run has put that in, so none goes on from it",
    });
    const ledger = world.store().ledger();
    expect(ledger).toMatchObject([{ kind: "exposure", to: 50, audience: "segment 7" }]);
    world.person().change({ rollout: "5", segments: "[]" });
    await world.run(MINUTE);
    expect(await status(world)).toEqual([5, undefined]);
  });

  test("and what they let in beyond the segment of a step is told as what it is", async () => {
    const world = aWorld();
    await world.begin();
    await world.until(atStep(1));
    expect(await status(world)).toEqual([100, "segment staff"]);
    world.person().change({ segments: "[]" });
    await world.pass();
    expect(await status(world)).toEqual([100, undefined]);
    expect(world.tellings().map(({ title }) => title)).toContain("checkout halted at 100%");
    world.person().change({ segments: segmentsText({ ...STAFF, id: 8 }) });
    await world.pass();
    expect(await status(world)).toEqual([100, "segment 8"]);
    world.person().change({ segments: segmentsText(STAFF) });
    await world.pass();
    expect(await status(world)).toEqual([100, "segment staff"]);
    expect((await world.record()).exposure).not.toHaveProperty("reach");
  });
});
