import { expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { aGate, aGuard, aSignal, anAlertRule } from "../../support/builders.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

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

const TWO = aGate({
  name: "search",
  flag: null,
  steps: [],
  signals: ["errors", "latency"].map((name) => aSignal({ name, measure: { kind: "plain", query: name } })),
  alerts: ["a", "b"].map((match) =>
    aGuard({ match, matchers: [{ label: "x", operator: "=", value: match }] }),
  ),
});

/** Of these two guards' rules only this one is there. */
function onlyRuleOf(world: World, match: string): void {
  world.metrics.setAlertRules((matchers, _, at) => {
    const freshness = { kind: "known", selectors: [] } as const;
    const rule = anAlertRule({ lastEvaluation: at, freshness });
    return { kind: "known", rules: matchers[0]?.value === match ? [rule] : [] };
  });
}

test.each<readonly [string, (world: World) => void, (world: World) => unknown]>([
  [
    "another signal that is not good",
    ({ metrics }) => metrics.set("errors", 0.015),
    ({ metrics }) => (metrics.set("errors", 0), metrics.set("latency", 0.015)),
  ],
  [
    "the same signal missing in place of not good",
    ({ metrics }) => metrics.set("errors", 0.015),
    ({ metrics }) => metrics.set("errors", { kind: "empty" }),
  ],
  ["another guard without rules", (world) => onlyRuleOf(world, "a"), (world) => onlyRuleOf(world, "b")],
])("%s makes another row, of the same verdict", async (_, first, second) => {
  const world = createWorld({ gates: [TWO] });
  first(world);
  await world.pass();
  await world.pass();
  second(world);
  await world.pass();
  const rows = world.decisions();
  expect(rows.map(({ count }) => count)).toEqual([2, 1]);
  expect(new Set(rows.map(({ verdict }) => verdict)).size).toBe(1);
});

test("another reason makes another row, however equal the signals are, and so does another who asked", async () => {
  const world = createWorld();
  const counts = () => world.decisions().map(({ count }) => count);
  world.flags.faults.stopSwitch = "on";
  await world.pass();
  await world.pass();
  world.flags.faults.stopSwitch = "off";
  world.health.lagMs = HOUR;
  await world.pass();
  expect(counts()).toEqual([2, 1]);
  await world.conductor().pass("checkout", "person:operator");
  expect(counts()).toEqual([2, 1, 1]);
});

test("a row is written in full when the one before it is a quarter of an hour old, to the moment", async () => {
  const world = createWorld();
  await world.pass();
  world.clock.advance(15 * MINUTE - 1);
  await world.pass();
  expect(world.decisions().map(({ count }) => count)).toEqual([2]);
  world.clock.advance(1);
  await world.pass();
  expect(world.decisions().map(({ count }) => count)).toEqual([2, 1]);
});

test("a write has a row of its own between passes that write nothing", async () => {
  const world = createWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(2 * MINUTE);
  const before = world.decisions().length;
  world.restart();
  await world.pass();
  await world.pass();
  const rows = world.decisions().slice(before - 1);
  expect(rows.map(({ action }) => action.kind)).toEqual(["none", "retoken", "none"]);
});

test("whatever people are told names a row that is there, though the passes around it say the same", async () => {
  const world = createWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  world.metrics.fail("unreachable");
  await world.run(2 * HOUR);
  const rows = new Set(world.decisions().map(({ id }) => id));
  const told = world.tellings();
  expect(told.map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(["cannot-see", "halted", "halt-reminder"]),
  );
  expect(told.filter(({ decision }) => decision === null || !rows.has(decision))).toEqual([]);
});
