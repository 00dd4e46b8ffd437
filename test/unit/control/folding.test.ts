import { expect, test } from "vitest";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

test("passes that say the same share one row with a count, and every 15 minutes a row is written in full", async () => {
  const world = createWorld();
  await world.pass();
  const first = world.clock.now();
  await world.run(15 * MINUTE - SECOND);
  const [row, ...others] = world.decisions();
  expect(others).toEqual([]);
  expect(row?.count).toBe(world.heard.length);
  expect(row?.at).toBe(first);
  expect(row?.lastAt).toBe(world.heard.at(-1)?.lastAt);
  await world.run(16 * SECOND);
  expect(world.decisions().map(({ count }) => count)).toEqual([row?.count, 1]);
});

test("a folded row keeps the newest values and the record points to it", async () => {
  const world = createWorld();
  await world.pass();
  world.metrics.set("errors", 0.004);
  const record = await world.pass();
  const [row, ...others] = world.decisions();
  expect(others).toEqual([]);
  expect(row?.signals[0]?.reading.value).toEqual({ kind: "known", value: 0.004 });
  expect(record.lastPass?.decision).toBe(row?.id);
});

test("a change of verdict, a write and a telling have rows of their own", async () => {
  const world = createWorld();
  const rows = () => world.decisions().map(({ verdict, count }) => [verdict, count]);
  await world.pass();
  await world.pass();
  world.metrics.set("errors", 0.015);
  await world.pass();
  world.metrics.set("errors", 0);
  await world.pass();
  expect(rows()).toEqual([
    ["good", 2],
    ["wait", 1],
    ["good", 1],
  ]);
  await world.begin();
  await world.pass();
  await world.pass();
  await world.pass();
  const passes = world
    .decisions()
    .filter(({ actor }) => actor === "clock")
    .slice(3);
  expect(passes.map(({ action, count }) => [action.kind, count])).toEqual([
    ["raise", 1],
    ["none", 2],
  ]);
});

test("an intention names the row that decided it, which is there before anything is sent", async () => {
  const world = createWorld();
  await world.begin();
  world.flags.faults.writes = ["lost", "lost"];
  const { intention } = await world.pass();
  expect(intention?.decision).toBe(world.decisions().at(-1)?.id);
});

test("a pass that moved the ramp keeps its row, and with it where the ramp came from", async () => {
  const world = createWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  await world.run(2 * MINUTE);
  const moves = world.decisions().filter(({ actor, before, after }) => actor === "clock" && before !== after);
  expect(moves.map(({ before, after, count }) => [before, after, count])).toEqual([
    ["rolling-back", "rolled-back", 1],
  ]);
});
