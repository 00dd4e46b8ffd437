import { expect, test } from "vitest";
import { aGate } from "../../support/builders.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

test("requests within a second share one pass; a second later there is another", async () => {
  const world = createWorld();
  const ask = () => world.conductor().status("checkout", "advance");
  await Promise.all([ask(), ask(), ask()]);
  await ask();
  expect(world.heard).toHaveLength(1);
  world.clock.advance(999);
  await ask();
  expect(world.heard).toHaveLength(1);
  world.clock.advance(1);
  await ask();
  expect(world.heard).toHaveLength(2);
  world.clock.advance(999);
  await ask();
  expect(world.heard).toHaveLength(2);
});

test("each gate has its own second", async () => {
  const search = aGate({ name: "search", flag: null, steps: [] });
  const world = createWorld({ gates: [aGate(), search] });
  await world.conductor().status("checkout", "advance");
  await world.conductor().status("search", "deploy");
  expect(world.heard.map(({ gate }) => gate)).toEqual(["checkout", "search"]);
});

test("the three purposes answer from the same evidence, each by its own law", async () => {
  const world = createWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.run(5 * 60_000);
  world.metrics.set("errors", 0.03);
  await world.pass();
  const code = async (purpose: "advance" | "deploy" | "finish") =>
    (await world.conductor().status("checkout", purpose))?.exitCode;
  expect(await code("advance")).toBe(4);
  expect(await code("deploy")).toBe(4);
  world.metrics.set("errors", 0);
  world.clock.advance(1_000);
  expect(await code("advance")).toBe(4);
  expect(await code("deploy")).toBe(0);
});

test("a gate that nothing defines has no answer, no view and no rows", async () => {
  const conductor = createWorld().conductor();
  expect(await conductor.status("nowhere", "advance")).toBeNull();
  expect(await conductor.gate("nowhere")).toBeNull();
  expect(await conductor.decisions("nowhere", 10, null)).toBeNull();
  expect(await conductor.decision("dec_none")).toBeNull();
});

test("decisions come newest first, page by page", async () => {
  const world = createWorld();
  for (const errors of [0, 0.015, 0.03, 0.06]) {
    world.metrics.set("errors", errors);
    await world.pass();
  }
  const page = await world.conductor().decisions("checkout", 3, null);
  expect(page?.map(({ verdict }) => verdict)).toEqual(["rollback", "halt", "wait"]);
  const next = await world.conductor().decisions("checkout", 3, page?.at(-1)?.id ?? null);
  expect(next?.map(({ verdict }) => verdict)).toEqual(["good"]);
});

test("the service is ready once every source has answered", async () => {
  const world = createWorld();
  world.metrics.setClockSkew(null);
  expect(world.conductor().ready()).toEqual({ ready: false, waitingFor: ["source main"] });
  world.metrics.setClockSkew(3);
  expect(world.conductor().ready()).toEqual({ ready: true, waitingFor: [] });
});

test("all gates with a file or a run are known with their rhythm", async () => {
  const world = createWorld({
    gates: [aGate(), aGate({ name: "search", flag: null, steps: [], everyMs: 60_000 })],
  });
  await world.begin();
  world.definitions.remove("checkout");
  expect(await world.conductor().known()).toEqual([
    { name: "checkout", everyMs: 15_000 },
    { name: "search", everyMs: 60_000 },
  ]);
});

test("idle resolves when no pass is under way", async () => {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  const world = createWorld({ guard: ({ port }) => (port === "metrics" ? released : undefined) });
  const passing = world.pass();
  let isIdle = false;
  const idle = world
    .conductor()
    .idle()
    .then(() => (isIdle = true));
  await new Promise((resolve) => setImmediate(resolve));
  expect(isIdle).toBe(false);
  release();
  await passing;
  await idle;
});
