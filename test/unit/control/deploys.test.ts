import { expect, test } from "vitest";
import type { OnDeploy } from "../../../src/domain/change.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { aGate, aMachine } from "../../support/builders.ts";
import { createWorld } from "../../support/world-of-fakes.ts";

const CI = aMachine({ name: "ci", scopes: ["changes"] });

function told(version = "4f2a91c") {
  return { service: "checkout", version, at: null, url: null, by: CI };
}

/** A ramp that has held at 5 % for ten of its thirty minutes. */
async function held(onDeploy: OnDeploy) {
  const world = createWorld({ gates: [aGate({ service: "checkout", onDeploy })] });
  await world.tell({ action: "act" });
  await world.tell({ action: "start" });
  await world.until((record) => record.exposure.set === 5);
  await world.run(10 * MINUTE);
  return world;
}

test("a deploy is entered in the ledger and wakes the gates of its service", async () => {
  const world = await held("settle");
  const woken = world.woken.length;
  const entered = await world.conductor().deployed(told(), null);
  expect(entered).toEqual({
    id: expect.stringMatching(/^chg_/),
    at: world.clock.now(),
    gates: [{ gate: "checkout", effect: "settle" }],
  });
  expect(world.woken.slice(woken)).toEqual(["checkout"]);
  const [newest] = await world.conductor().changes({ gate: null, service: "checkout" }, 10, null);
  expect(newest).toMatchObject({ kind: "deploy", version: "4f2a91c", by: "machine:ci" });
});

test("a deploy of a service without a gate stands in the ledger alone", async () => {
  const world = await held("settle");
  const entered = await world.conductor().deployed({ ...told(), service: "search" }, null);
  expect(entered.gates).toEqual([]);
  await world.pass();
  expect((await world.record()).deploy).toBeNull();
});

test("readings settle anew after it, and the hold goes on", async () => {
  const world = await held("settle");
  const before = (await world.record()).holdMs;
  await world.conductor().deployed(told(), null);
  await world.run(30 * SECOND);
  const settles = world.heard.at(-1)?.because.find(({ kind }) => kind === "settle");
  expect(settles?.message).toMatch(/checkout 4f2a91c was deployed \d+s ago$/);
  expect((await world.record()).holdMs).toBeGreaterThan(before);
});

test("or the whole step begins anew, where the gate says so", async () => {
  const world = await held("restart-step");
  await world.conductor().deployed(told(), null);
  await world.run(30 * SECOND);
  expect((await world.record()).holdMs).toBeLessThan(MINUTE);
  expect(world.tellings().map(({ kind }) => kind)).toContain("deployed");
});

test("or nothing happens but a note", async () => {
  const world = await held("note");
  await world.conductor().deployed(told(), null);
  await world.run(30 * SECOND);
  expect(world.heard.at(-1)?.verdict).toBe("good");
  expect((await world.record()).deploy?.effect).toBe("note");
});

test("the ledger holds every change of exposure, ours and those of people", async () => {
  const world = await held("settle");
  world.person().set(40);
  await world.run(MINUTE);
  const ledger = await world.conductor().changes({ gate: "checkout", service: null }, 10, null);
  expect(ledger.map((entry) => (entry.kind === "exposure" ? [entry.from, entry.to, entry.by] : []))).toEqual([
    [5, 40, "kim"],
    [0, 5, "rampart"],
  ]);
});

test("a rollback is in it with its cause", async () => {
  const world = await held("settle");
  world.metrics.set("errors", 0.06);
  await world.until((record) => record.ramp.state === "rolled-back");
  const [newest] = await world.conductor().changes({ gate: "checkout", service: null }, 1, null);
  expect(newest).toMatchObject({
    from: 5,
    to: 0,
    by: "rampart",
    reason: expect.stringMatching(/^rolled back: errors/),
  });
});
