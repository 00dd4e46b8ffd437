import { expect, test } from "vitest";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { aGate } from "../../support/builders.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

test("until somebody says act, a gate writes nothing, tells nobody, and records what it would have done", async () => {
  const world = createWorld();
  world.person().set(25);
  const would = async (errors: number) => {
    world.metrics.set("errors", errors);
    await world.run(2 * MINUTE);
    return world.heard.at(-1)?.would;
  };
  expect(await would(0)).toBeNull();
  await world.run(40 * MINUTE);
  expect(await would(0)).toBe("advance");
  expect(await would(0.015)).toBeNull();
  expect(await would(0.03)).toBe("halt");
  expect(await would(0.06)).toBe("rollback");
  expect((await world.record()).exposure.set).toBe(25);
  expect((await world.record()).drift).toEqual([]);
  expect(world.flags.writes).toEqual([]);
  expect(world.tellings()).toEqual([]);
});

test("while observing, every change of exposure by anybody starts settle anew", async () => {
  const world = createWorld();
  world.person().set(25);
  await world.run(2 * MINUTE);
  expect(world.heard.at(-1)?.verdict).toBe("good");
  world.person().set(50);
  await world.run(30 * SECOND);
  expect(world.heard.at(-1)?.signals[0]?.code).toBe("settling");
  await world.run(2 * MINUTE);
  expect(world.heard.at(-1)?.verdict).toBe("good");
});

test("a file that says observe wins over the word of a person", async () => {
  const world = createWorld({ gates: [aGate({ mode: "observe" })] });
  expect(await world.tell({ action: "act" })).toMatchObject({ kind: "refused", code: "not-ready" });
  expect(await world.tell({ action: "start" })).toMatchObject({ kind: "refused", code: "not-ready" });
  await world.run(10 * MINUTE);
  expect(world.flags.writes).toEqual([]);
});

test("a gate that only observes answers that, whatever its signals say", async () => {
  const world = createWorld();
  const status = await world.conductor().status("checkout", "advance");
  expect(status).toMatchObject({ open: false, exitCode: 3, verdict: "good", mode: "observe" });
  expect(status?.because.map(({ code }) => code)).toContain("observe");
});

test("observe ends acting, and only while no exposure is watched", async () => {
  const world = createWorld();
  await world.begin();
  await world.pass();
  expect(await world.tell({ action: "observe" })).toMatchObject({ kind: "refused", code: "illegal-move" });
  await world.tell({ action: "rollback" });
  await world.until(({ ramp }) => ramp.state === "rolled-back");
  expect(await world.tell({ action: "observe" })).toMatchObject({ kind: "done" });
  expect((await world.record()).acting).toBeNull();
});
