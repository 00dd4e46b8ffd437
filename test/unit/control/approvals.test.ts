import { expect, test } from "vitest";
import type { ApproveCommand } from "../../../src/domain/command.ts";
import type { Author, ApprovalDemand } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aDemand, aGate, aMachine, aPerson, aStep } from "../../support/builders.ts";
import { AUTHOR } from "../../support/scripted-definitions.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

/** At 5 %, held, good, and nothing but the approval of step 2 missing. */
async function waiting(demands: readonly ApprovalDemand[] = [aDemand()], author = AUTHOR): Promise<World> {
  const gate = aGate({ steps: [aStep({ to: 5 }), aStep({ to: 25, approve: demands }), aStep({ to: 100 })] });
  const world = createWorld({ gates: [gate] });
  world.definitions.put(gate, author);
  await world.begin();
  await world.until(({ because }) => because.some(({ kind }) => kind === "approval"));
  await world.run(40 * MINUTE);
  return world;
}

async function request(world: World) {
  const view = await world.conductor().gate("checkout");
  if (view?.request == null) throw new Error("nothing asks for an approval");
  return view.request;
}

async function say(world: World, name: string, fields: Partial<ApproveCommand> = {}) {
  const groups = name === "auditor" ? ["finance"] : ["release-leads"];
  const open = await world.conductor().gate("checkout");
  const asked = { step: open?.request?.step ?? 2, decision: open?.request?.decision ?? "" };
  const by = aPerson({ name, groups });
  const command = { gate: "checkout", by, verdict: "approve", reason: "seen", ...asked } as const;
  return world.conductor().approve({ ...command, ...fields }, null);
}

test("a step that asks for an approval waits with everything else open, asks once, and rises in the pass after it", async () => {
  const world = await waiting();
  expect((await world.record()).because.map(({ kind }) => kind)).toEqual(["approval"]);
  expect(world.tellings().filter(({ kind }) => kind === "needs-approval")).toHaveLength(1);
  const status = await world.conductor().status("checkout", "advance");
  expect(status).toMatchObject({ open: false, exitCode: 5 });
  expect(await say(world, "lead")).toMatchObject({ kind: "done" });
  expect(world.woken.at(-1)).toBe("checkout");
  await world.pass();
  expect(world.percent()).toBe(25);
  expect((await world.record()).run?.approvals).toEqual([]);
});

test("who started the ramp cannot approve it, nor who wrote its definition, nor a machine, nor another group", async () => {
  const world = await waiting();
  expect(await say(world, "operator")).toMatchObject({ kind: "refused", code: "not-eligible" });
  expect(await say(world, "author")).toMatchObject({ kind: "refused", code: "not-eligible" });
  expect(await say(world, "auditor")).toMatchObject({ kind: "refused", code: "not-eligible" });
  expect(await say(world, "lead", { by: aMachine({ scopes: ["approve"] }) })).toMatchObject({
    code: "forbidden",
  });
  expect(await say(world, "lead", { by: aPerson({ scopes: ["read"] }) })).toMatchObject({
    code: "forbidden",
  });
  await world.run(5 * MINUTE);
  expect(world.percent()).toBe(5);
});

test("a definition of an unknown author needs one more person, and the same person does not count twice", async () => {
  const unknown: Author = { kind: "unknown", why: "no entry" };
  const world = await waiting([aDemand()], unknown);
  expect((await request(world)).needed).toEqual(["release-leads", "release-leads"]);
  await say(world, "lead");
  await say(world, "lead");
  await world.run(MINUTE);
  expect(world.percent()).toBe(5);
  await say(world, "other-lead");
  await world.run(MINUTE);
  expect(world.percent()).toBe(25);
});

test("an approval is given on evidence in view: an older one, of another step or another gate is refused", async () => {
  const world = await waiting();
  const { decision } = await request(world);
  const started = world.decisions()[0]?.id ?? "";
  expect(await say(world, "lead", { decision: started })).toMatchObject({ code: "stale-evidence" });
  expect(await say(world, "lead", { decision: "dec_none" })).toMatchObject({ code: "stale-evidence" });
  expect(await say(world, "lead", { step: 3 })).toMatchObject({ code: "stale-evidence" });
  expect(await say(world, "lead", { decision })).toMatchObject({ kind: "done" });
});

test("nobody is asked while evidence, drift or the definition stand in the way", async () => {
  const world = await waiting();
  world.metrics.set("errors", 0.015);
  await world.pass();
  expect((await world.conductor().gate("checkout"))?.request).toBeNull();
  expect(await say(world, "lead", { decision: "dec_none" })).toMatchObject({ code: "no-request" });
});

test("an approval is void once the evidence turns, or when it expires", async () => {
  const steps = [aStep({ to: 5 }), aStep({ to: 25, approve: [aDemand({ count: 2 })] })];
  const world = createWorld({ gates: [aGate({ steps })] });
  await world.begin();
  await world.until(({ because }) => because.every(({ kind }) => kind === "approval"));
  const given = async () => (await world.record()).run?.approvals.map(({ person }) => person);
  await say(world, "lead");
  expect(await given()).toEqual(["lead"]);
  world.metrics.set("errors", 0.015);
  await world.pass();
  expect(await given()).toEqual([]);
  world.metrics.set("errors", 0);
  await world.pass();
  await say(world, "lead");
  await world.run(8 * HOUR - MINUTE);
  expect(await given()).toEqual(["lead"]);
  await world.run(2 * MINUTE);
  expect(await given()).toEqual([]);
});

test("who approved hears when the approval expires or the evidence turns, once, and the request opens again", async () => {
  const world = await waiting([aDemand({ count: 2 })]);
  await say(world, "lead");
  const before = world.tellings().length;
  await world.run(8 * HOUR + 2 * MINUTE);
  const told = () =>
    world
      .tellings()
      .slice(before)
      .filter(({ text }) => text.includes("no longer counts"));
  expect(told().map(({ kind, page }) => [kind, page])).toEqual([["needs-approval", false]]);
  expect(told()[0]?.text).toContain("the approval of step 2 by lead no longer counts: it expired");
  expect((await request(world)).needed).toHaveLength(2);
  expect(world.percent()).toBe(5);

  await say(world, "lead");
  world.metrics.set("errors", 0.015);
  await world.run(5 * MINUTE);
  expect(told().at(-1)?.text).toContain("errors is no longer good");
  expect(told()).toHaveLength(2);
});

test("an approval is used up by the raise it allowed: the next step that asks waits for another one", async () => {
  const steps = [aStep({ to: 5 }), ...[25, 50].map((to) => aStep({ to, approve: [aDemand()] }))];
  const world = createWorld({ gates: [aGate({ steps })] });
  await world.begin();
  await world.until(({ because }) => because.every(({ kind }) => kind === "approval"));
  await say(world, "lead");
  await world.until(({ exposure }) => exposure.set === 25);
  await world.run(4 * HOUR);
  expect(world.percent()).toBe(25);
  expect((await request(world)).step).toBe(3);
  expect(world.tellings().filter(({ text }) => text.includes("no longer counts"))).toEqual([]);
});

test("an approval does not outlive a signal that turns bad in the very pass that would raise", async () => {
  const world = await waiting();
  await say(world, "lead");
  world.metrics.set("errors", 0.015);
  await world.pass();
  world.metrics.set("errors", 0);
  await world.run(2 * HOUR);
  expect(world.percent()).toBe(5);
  expect((await world.record()).because.map(({ kind }) => kind)).toEqual(["approval"]);
});

test("an approval of a looser definition ends like any other: at its expiry, and when the file changes again", async () => {
  const world = await waiting();
  const { gate } = world;
  const looser = { ...gate, bakeMs: HOUR };
  world.definitions.put(looser, AUTHOR);
  await world.pass();
  const given = async () => (await world.record()).run?.adoptions.map(({ person }) => person);
  await say(world, "lead", { decision: (await world.record()).lastPass?.decision ?? "" });
  expect(await given()).toEqual(["lead"]);
  world.definitions.put({ ...looser, bakeMs: 2 * HOUR }, AUTHOR);
  await world.pass();
  expect(await given()).toEqual([]);

  await say(world, "lead", { decision: (await world.record()).lastPass?.decision ?? "" });
  expect(await given()).toEqual(["lead"]);
  await world.run(8 * HOUR + MINUTE);
  expect(await given()).toEqual([]);
  const adopt = { action: "adopt-definition", by: aPerson({ name: "other-lead" }) } as const;
  expect(await world.tell(adopt)).toMatchObject({ kind: "refused", code: "not-eligible" });
});

test("data that is missing for a while only suspends an approval", async () => {
  const world = await waiting([aDemand({ count: 2 })]);
  await say(world, "lead");
  world.metrics.set("errors", { kind: "empty" });
  await world.run(5 * MINUTE);
  world.metrics.set("errors", 0);
  await world.run(MINUTE);
  await say(world, "other-lead");
  await world.run(MINUTE);
  expect(world.percent()).toBe(25);
});

test("not yet is a remark; reject rolls back", async () => {
  const world = await waiting();
  expect(await say(world, "lead", { verdict: "not-yet", reason: "after lunch" })).toMatchObject({
    kind: "done",
  });
  await world.run(MINUTE);
  expect(world.percent()).toBe(5);
  const reject = { action: "reject", by: aPerson({ name: "lead" }) } as const;
  expect(await world.tell(reject)).toMatchObject({ kind: "done", state: "rolling-back" });
  expect(world.percent()).toBe(0);
});

test("two people who approve in the same moment both count", async () => {
  const world = await waiting([aDemand({ count: 2 })]);
  const outcomes = await Promise.all([say(world, "lead"), say(world, "other-lead")]);
  expect(outcomes.map(({ kind }) => kind)).toEqual(["done", "done"]);
  await world.pass();
  expect(world.percent()).toBe(25);
});
