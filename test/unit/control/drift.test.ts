import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import type { DriftKind } from "../../../src/domain/record.ts";
import { aGate } from "../../support/builders.ts";
import type { Person } from "../../support/fake-flags.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

async function exposed(gate = aGate()): Promise<World> {
  const world = createWorld({ gates: [gate] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(5 * MINUTE);
  return world;
}

type Case = {
  readonly kind: DriftKind;
  readonly does: (kim: Person) => void;
  readonly state: string;
  /** Percent on the server afterwards, for ever. */
  readonly stays: number | null;
};

const CASES: readonly Case[] = [
  { kind: "lowered-to-zero", does: (kim) => kim.set(0), state: "rolled-back", stays: 0 },
  { kind: "environment-off", does: (kim) => kim.off(), state: "rolled-back", stays: 0 },
  { kind: "environment-off", does: (kim) => kim.change({ disabled: true }), state: "rolled-back", stays: 0 },
  { kind: "lowered", does: (kim) => kim.set(2), state: "halted", stays: 2 },
  { kind: "raised", does: (kim) => kim.set(50), state: "halted", stays: 50 },
  { kind: "audience", does: (kim) => kim.change({ groupId: "other" }), state: "halted", stays: 5 },
  { kind: "audience", does: (kim) => kim.change({ stickiness: "userId" }), state: "halted", stays: 5 },
  { kind: "audience", does: (kim) => kim.change({ constraints: "[1]" }), state: "halted", stays: 5 },
  { kind: "audience", does: (kim) => kim.change({ segments: "[7]" }), state: "halted", stays: 5 },
  { kind: "audience", does: (kim) => kim.change({ variants: "[1]" }), state: "halted", stays: 5 },
  { kind: "strategy-added", does: (kim) => kim.addStrategy(), state: "halted", stays: 5 },
  { kind: "strategy-gone", does: (kim) => kim.removeStrategy(), state: "halted", stays: null },
  { kind: "flag-gone", does: (kim) => kim.archive(), state: "halted", stays: null },
  { kind: "flag-gone", does: (kim) => kim.move("elsewhere"), state: "halted", stays: null },
  { kind: "rollout-unreadable", does: (kim) => kim.set("12.5"), state: "halted", stays: 12.5 },
  { kind: "title", does: (kim) => kim.change({ title: "Ours now" }), state: "proving", stays: 5 },
  {
    kind: "foreign-token",
    does: (kim) => kim.change({ title: "Theirs [rampart 1/3 #zzz.1.1]" }),
    state: "proving",
    stays: 5,
  },
  {
    kind: "restored-store",
    does: (kim) => kim.change({ title: "Ours [rampart 2/3 #mem.9.99]" }),
    state: "halted",
    stays: 5,
  },
];

test.each(CASES)(
  "$kind by a person: $state, told with the name, never undone, no raise ($does)",
  async (own) => {
    const world = await exposed();
    const before = world.tellings().length;
    own.does(world.person());
    const seen = await world.pass();
    const causes = "causes" in seen.ramp ? seen.ramp.causes : [];
    const named = [...causes, ...seen.because].filter(
      ({ kind, code }) => kind === "drift" && code === own.kind,
    );
    expect(named.map(({ message }) => message).join()).toContain("by kim");
    await world.run(MINUTE);
    expect((await world.record()).ramp.state).toBe(own.state);
    const told = world.tellings().slice(before);
    expect(told.filter(({ kind }) => kind === "changed-by-hand")).toHaveLength(1);
    expect(told.map(({ text }) => text).join()).toContain("kim");

    await world.run(HOUR);
    if (own.stays !== null) expect(world.percent()).toBe(own.stays);
    expect(world.flags.writes.filter(({ change }) => "to" in change && change.to > 5)).toEqual([]);
    expect(told.filter(({ kind }) => kind === "changed-by-hand")).toHaveLength(1);
  },
);

async function pages(does: (kim: Person) => void): Promise<boolean> {
  const world = await exposed();
  does(world.person());
  await world.pass();
  return world.tellings().some(({ page }) => page);
}

test("drift that halts pages; a ceiling and a title do not", async () => {
  expect(await pages((kim) => kim.set(50))).toBe(true);
  expect(await pages((kim) => kim.change({ groupId: "other" }))).toBe(true);
  expect(await pages((kim) => kim.set(2))).toBe(false);
  expect(await pages((kim) => kim.change({ title: "Ours now" }))).toBe(false);
});

test("with drift.raised: revert a raise by hand goes back in the same pass, and the ramp stays where it is", async () => {
  const world = await exposed(aGate({ drift: { raised: "revert", changed: "halt" } }));
  world.person().set(50);
  const record = await world.pass();
  expect(world.percent()).toBe(5);
  expect(record.ramp).toEqual({ state: "proving", step: 1 });
  await world.until(({ exposure }) => exposure.set === 25, "checkout", HOUR);
});

test("with drift.changed: rollback a changed audience rolls back", async () => {
  const world = await exposed(aGate({ drift: { raised: "halt", changed: "rollback" } }));
  world.person().change({ constraints: "[1]" });
  await world.pass();
  expect(world.percent()).toBe(0);
  await world.until(({ ramp }) => ramp.state === "rolled-back");
});

test("a raise while rolled back is not written over; it pages, and the gate answers drift", async () => {
  const world = await exposed();
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  world.person().set(30);
  await world.run(30 * MINUTE);
  expect(world.percent()).toBe(30);
  expect(world.tellings().at(-1)).toMatchObject({ kind: "changed-by-hand", page: true });
  const status = await world.conductor().status("checkout", "advance");
  expect(status).toMatchObject({ open: false, exitCode: 4 });
  expect(await world.tell({ action: "rollback" })).toMatchObject({ kind: "done" });
  expect(world.percent()).toBe(0);
});

test("a raise while idle is not written over; it pages", async () => {
  const world = createWorld();
  await world.tell({ action: "act" });
  await world.pass();
  world.person().set(30);
  await world.run(MINUTE);
  expect(world.percent()).toBe(30);
  expect((await world.record()).drift.map(({ kind, by }) => [kind, by])).toEqual([["unmanaged", "kim"]]);
  expect(world.tellings().map(({ kind, page }) => [kind, page])).toEqual([["changed-by-hand", true]]);
});

test("restore writes the recorded percent over a raise, and nothing but percent and title", async () => {
  const world = await exposed();
  const target = world.gate.flag ?? { name: "", environment: "" };
  world.person().set(50);
  await world.pass();
  const { rollout: _, title: __, ...before } = world.flags.state(target).strategies[0]!;
  expect(await world.tell({ action: "restore" })).toMatchObject({ kind: "done" });
  expect(world.percent()).toBe(5);
  const { rollout: ___, title: ____, ...now } = world.flags.state(target).strategies[0]!;
  expect(now).toEqual(before);
  await world.pass();
  expect(await world.tell({ action: "resume" })).toMatchObject({ kind: "done" });
  await world.until(({ exposure }) => exposure.set === 25, "checkout", HOUR);
});

test("adopt-flag takes a raise as it is, at the highest step below it, and evidence starts anew", async () => {
  const world = await exposed();
  world.person().set(50);
  await world.pass();
  expect(await world.tell({ action: "adopt-flag" })).toMatchObject({ kind: "done", state: "proving" });
  const record = await world.record();
  expect(record.ramp).toEqual({ state: "proving", step: 2 });
  expect(record.holdMs).toBe(0);
  expect(record.drift).toEqual([]);
  expect(world.percent()).toBe(50);
  await world.run(25 * MINUTE);
  expect(world.percent()).toBe(50);
  await world.until(({ exposure }) => exposure.set === 100, "checkout", 10 * MINUTE);
});

test("a person lifts the ceiling that a person set, and only then the ramp grows again", async () => {
  const world = await exposed();
  world.person().set(2);
  await world.pass();
  expect(await world.tell({ action: "resume" })).toMatchObject({ kind: "done" });
  await world.run(2 * HOUR);
  expect(world.percent()).toBe(2);
  expect((await world.record()).because.map(({ code }) => code)).toContain("ceiling");
  await world.tell({ action: "adopt-flag" });
  await world.until(({ exposure }) => exposure.set === 25, "checkout", 3 * HOUR);
});

test("a rollback never raises a value that a person set lower", async () => {
  const world = await exposed();
  world.flags.faults.down = true;
  await world.tell({ action: "rollback" });
  world.person().set(0);
  world.flags.faults.down = false;
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  expect(world.percent()).toBe(0);
});

test("a flag archived after the end answers drift until a person lets the gate forget it", async () => {
  const world = await exposed();
  await world.until(({ ramp }) => ramp.state === "finished");
  world.person().archive();
  await world.run(HOUR);
  expect(await world.conductor().status("checkout", "advance")).toMatchObject({ open: false, exitCode: 4 });
  expect(await world.tell({ action: "observe" })).toMatchObject({ kind: "done" });
  await world.run(HOUR);
  expect(await world.conductor().status("checkout", "advance")).toMatchObject({ open: true, exitCode: 0 });
});
