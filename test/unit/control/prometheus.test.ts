import { expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aGate, aSignal, aStep } from "../../support/builders.ts";
import { ownRaises } from "../../support/raise-oracle.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const LATENCY = aSignal({ name: "latency", measure: { kind: "plain", query: "latency" } });
const STEPS = [
  aStep({ to: 5, holdMs: 10 * MINUTE }),
  aStep({ to: 25, holdMs: 10 * MINUTE }),
  aStep({ to: 100, holdMs: 10 * MINUTE }),
];

async function exposed(gate = aGate({ steps: STEPS, signals: [aSignal(), LATENCY] })): Promise<World> {
  const world = createWorld({ gates: [gate] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(5 * MINUTE);
  return world;
}

const pages = (world: World) => world.tellings().filter(({ page }) => page);

test("a dark source waits, pages after 5 minutes once, halts after 30, and never rolls back by itself", async () => {
  const world = await exposed();
  world.metrics.fail("unreachable");
  await world.pass();
  expect((await world.record()).because.map(({ code }) => code)).toContain("dark");
  await world.run(5 * MINUTE - world.gate.everyMs);
  expect(pages(world)).toEqual([]);
  await world.run(MINUTE);
  expect(pages(world).map(({ kind }) => kind)).toEqual(["cannot-see"]);
  await world.run(23 * MINUTE);
  expect((await world.record()).ramp.state).toBe("proving");
  await world.run(2 * MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  expect(pages(world)).toHaveLength(1);
  await world.run(6 * HOUR);
  expect((await world.record()).ramp.state).toBe("halted");
  expect(world.percent()).toBe(5);
  expect(pages(world).filter(({ kind }) => kind === "halt-reminder").length).toBeGreaterThanOrEqual(11);
});

test("a gate that says so rolls back when its source stays dark", async () => {
  const data = {
    missing: "wait",
    darkPageMs: 5 * MINUTE,
    darkHaltMs: 30 * MINUTE,
    darkRollbackMs: HOUR,
  } as const;
  const world = await exposed(aGate({ data }));
  world.metrics.fail("timeout");
  await world.run(59 * MINUTE);
  expect(world.percent()).toBe(5);
  await world.run(2 * MINUTE);
  expect(world.percent()).toBe(0);
});

test("one signal missing while another answers halts after 30 minutes and rolls back after two hours", async () => {
  const world = await exposed();
  world.metrics.set("latency", { kind: "empty" });
  await world.run(29 * MINUTE);
  expect((await world.record()).ramp.state).toBe("proving");
  await world.run(2 * MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  expect(world.percent()).toBe(5);
  await world.run(88 * MINUTE);
  expect(world.percent()).toBe(5);
  await world.run(2 * MINUTE);
  expect(world.percent()).toBe(0);
});

test("a query that fails in one gate while another gate gets answers is a missing signal, not a dark source", async () => {
  const other = aGate({ name: "search", flag: null, steps: [], signals: [LATENCY] });
  const world = createWorld({ gates: [aGate({ steps: STEPS }), other] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  world.metrics.set("errors", { kind: "unknown", reason: "bad-answer", detail: "not a vector" });
  await world.run(35 * MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
  expect((await world.record()).because.map(({ code }) => code)).not.toContain("dark");
  await world.run(95 * MINUTE);
  expect(world.percent()).toBe(0);
});

test("when the source answers again the ramp goes on where it was, and no step is skipped", async () => {
  const world = await exposed();
  world.metrics.fail("http-503");
  await world.run(20 * MINUTE);
  world.metrics.recover();
  await world.pass();
  expect(world.percent()).toBe(5);
  await world.until(({ ramp }) => ramp.state === "baking");
  expect((await ownRaises(world)).map(({ rolloutAfter }) => rolloutAfter)).toEqual(["5", "25", "100"]);
});

test("time in the dark, and time in which no process ran, adds nothing to the hold", async () => {
  const world = await exposed();
  const { holdMs } = await world.record();
  world.metrics.fail("unreachable");
  await world.run(3 * MINUTE);
  world.metrics.recover();
  await world.pass();
  expect((await world.record()).holdMs).toBe(holdMs);
  world.clock.advance(9 * MINUTE);
  world.restart();
  await world.pass();
  expect((await world.record()).holdMs).toBe(holdMs);
  expect(world.percent()).toBe(5);
});

test("an outage longer than the hold starts it anew, and nothing is raised at the first pass after it", async () => {
  const world = await exposed();
  world.clock.advance(5 * HOUR);
  world.restart();
  await world.pass();
  expect(world.percent()).toBe(5);
  expect((await world.record()).holdMs).toBe(0);
});

test("after an outage one missing pass escalates nothing; the second does", async () => {
  const world = await exposed();
  world.metrics.set("latency", { kind: "empty" });
  await world.pass();
  world.clock.advance(5 * HOUR);
  expect((await world.pass()).ramp.state).toBe("proving");
  world.clock.advance(15_000);
  expect((await world.pass()).ramp.state).toBe("rolling-back");
});

test.each([
  "many-series",
  "nan",
  "infinite",
  "partial",
  "no-series",
  "timeout",
  "http-500",
  "bad-answer",
  "too-large",
] as const)("an answer that is %s is never good", async (reason) => {
  const world = await exposed();
  world.metrics.set("errors", { kind: "unknown", reason, detail: "scripted" });
  await world.run(20 * MINUTE);
  expect(world.percent()).toBe(5);
  expect((await world.record()).because.some(({ kind }) => kind === "signal")).toBe(true);
});

test("stale data is never good, however good its value", async () => {
  const world = await exposed();
  world.metrics.newest("errors", world.clock.now());
  await world.run(20 * MINUTE);
  expect(world.percent()).toBe(5);
  expect((await world.record()).because.map(({ message }) => message).join()).toContain("newest sample");
});

test("the dark clock survives a restart", async () => {
  const world = await exposed();
  world.metrics.fail("unreachable");
  await world.run(29 * MINUTE);
  world.restart();
  await world.run(2 * MINUTE);
  expect((await world.record()).ramp.state).toBe("halted");
});

test("equal queries of one pass are asked once, all as of the instant of the pass", async () => {
  const twin = aSignal({ name: "twin" });
  const world = createWorld({ gates: [aGate({ signals: [aSignal(), twin, LATENCY] })] });
  await world.pass();
  expect(world.metrics.asked.map(({ query }) => query).toSorted()).toEqual(["errors", "latency"]);
  expect(new Set(world.metrics.asked.map(({ at }) => at))).toEqual(new Set([world.clock.now()]));
});
