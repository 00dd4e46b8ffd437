import { expect, test } from "vitest";
import type { GateRecord } from "../../../src/domain/record.ts";
import { inbox } from "../../../src/domain/inbox.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aFlagTarget, aGate, aPerson, aStep } from "../../support/builders.ts";
import { type Guard, dyingAt } from "../../support/port-guard.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const GATE = aGate({ steps: [aStep({ to: 5, holdMs: MINUTE }), aStep({ to: 100 })], bakeMs: 5 * MINUTE });
/** Passes seldom, for a test that plays it often. */
const SLOW = { ...GATE, everyMs: MINUTE };
const OWN_TITLE = "Gradual rollout";

function aliveAnyway(): void {}

const keep = () => ({ key: "k1", principal: "operator", request: "d", status: 202, body: "{}", at: 1 });

const isFinished = ({ ramp }: GateRecord): boolean => ramp.state === "finished";
const isRolledBack = ({ ramp }: GateRecord): boolean => ramp.state === "rolled-back";

/** Finished at 100 %, and so long ago that nothing sent before can still arrive. */
async function finished(world = createWorld({ gates: [GATE] })): Promise<World> {
  await world.begin();
  await world.until(isFinished);
  await world.run(11 * MINUTE);
  return world;
}

async function rolledBack(): Promise<World> {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  await world.tell({ action: "rollback" });
  await world.until(isRolledBack);
  return world;
}

const title = (world: World) => world.flags.state(world.gate.flag!).strategies[0]?.title;
const kinds = (world: World) => world.tellings().map(({ kind }) => kind);
const drifts = async (world: World) => (await world.record()).drift.map(({ kind }) => kind);

test("a release puts the team's own title back, leaves the percent, and forgets the flag", async () => {
  const world = await finished();
  const outcome = await world.tell({ action: "release", reason: "fully rolled out" });
  expect(outcome).toMatchObject({ kind: "done", state: "finished" });
  expect(title(world)).toBe(OWN_TITLE);
  expect(world.percent()).toBe(100);
  expect(await world.record()).toMatchObject({ ramp: { state: "finished" }, flag: null, run: null });
  expect(kinds(world).filter((kind) => kind === "released")).toHaveLength(1);
  expect(world.decisions().at(-1)).toMatchObject({
    actor: "person:operator",
    action: { kind: "release", from: 100, to: 100, title: OWN_TITLE },
  });

  const { length } = world.flags.writes;
  await world.run(HOUR);
  expect(world.flags.writes).toHaveLength(length);
  expect(await drifts(world)).toEqual([]);
});

test("a strategy that never had a title has an empty one, which is as near as Unleash gets to none", async () => {
  const world = createWorld({ gates: [GATE] });
  world.person().change({ title: null });
  await finished(world);
  await world.tell({ action: "release" });
  expect(title(world)).toBe("");
  expect((await world.record()).flag).toBeNull();
});

test("a release waits until no late raise can arrive any more, since the title is what it fails on", async () => {
  const world = createWorld({ gates: [GATE] });
  await world.begin();
  world.flags.faults.writes = ["late"];
  await world.pass();
  await world.tell({ action: "abort" });
  expect(await world.tell({ action: "release" })).toMatchObject({
    code: "not-ready",
    message: expect.stringMatching(/may still arrive/),
  });
  world.flags.deliverLate();
  await world.run(11 * MINUTE);
  expect(world.percent()).toBe(0);
  expect(await world.tell({ action: "release" })).toMatchObject({ kind: "done" });
  expect(title(world)).toBe(OWN_TITLE);
});

test("after a rollback the release waits for the re-assertion, and the ramp stays rolled back", async () => {
  const world = await rolledBack();
  expect(await world.tell({ action: "release" })).toMatchObject({ code: "not-ready" });
  await world.run(11 * MINUTE);
  expect(await world.tell({ action: "release" })).toMatchObject({ kind: "done", state: "rolled-back" });
  expect(title(world)).toBe(OWN_TITLE);
  expect((await world.record()).flag).toBeNull();
  expect(await world.tell({ action: "start", change: "again" })).toMatchObject({ code: "illegal-move" });
});

test("a release that Unleash does not take is repeated until it is read back, and nothing starts meanwhile", async () => {
  const world = await rolledBack();
  await world.run(61 * MINUTE);
  world.flags.faults.writes = ["lost", "refused", "lost"];
  await world.tell({ action: "release" });
  expect((await world.record()).intention?.kind).toBe("release");
  expect(await world.tell({ action: "restart" })).toMatchObject({ code: "not-ready" });
  await world.run(5 * MINUTE);
  expect(title(world)).toBe(OWN_TITLE);
  expect((await world.record()).flag).toBeNull();
  expect(await world.tell({ action: "restart" })).toMatchObject({ kind: "done" });
  await world.until(isFinished);
});

test.each<readonly [string, (world: World) => void, unknown, string]>([
  ["percent", (world) => world.person().set(40), 40, "lowered"],
  ["title", (world) => world.person().change({ title: "Ours again" }), 100, "title"],
])(
  "whoever changes the %s while a release is under way ends it, and the change stands",
  async (_, edit, percent, drift) => {
    const world = await finished();
    world.flags.faults.writes = ["lost", "lost"];
    await world.tell({ action: "release" });
    edit(world);
    const stands = title(world);
    const { length } = world.flags.writes;
    await world.run(5 * MINUTE);
    expect([title(world), world.percent()]).toEqual([stands, percent]);
    expect(world.flags.writes).toHaveLength(length);
    expect(kinds(world)).toContain("not-released");
    expect(await drifts(world)).toEqual([drift]);
    expect(await world.tell({ action: "release" })).toMatchObject({ code: "flag" });

    await world.tell({ action: "adopt-flag" });
    expect(await world.tell({ action: "release" })).toMatchObject({ kind: "done" });
    await world.run(MINUTE);
    expect((await world.record()).flag).toBeNull();
    expect(world.percent()).toBe(percent);
  },
);

test("a person's decrease that the release ran over is given back, and the flag is not forgotten", async () => {
  const world = await finished();
  world.flags.faults.betweenReadAndWrite = () => world.person().set(40);
  await world.tell({ action: "release" });
  await world.run(MINUTE);
  expect(world.percent()).toBe(40);
  expect((await world.record()).flag).not.toBeNull();
  expect(kinds(world)).toContain("not-released");
});

test("a decrease to 0% that the release ran over is a rollback", async () => {
  const world = await finished();
  world.flags.faults.betweenReadAndWrite = () => world.person().set(0);
  await world.tell({ action: "release" });
  await world.until(isRolledBack);
  expect(world.percent()).toBe(0);
});

test("the flag is not forgotten before Unleash's log was read, for it may tell of a decrease", async () => {
  const world = await finished();
  world.flags.faults.eventsDown = true;
  world.flags.faults.betweenReadAndWrite = () => world.person().set(40);
  await world.tell({ action: "release" });
  await world.run(2 * MINUTE);
  expect((await world.record()).intention?.kind).toBe("release");
  world.flags.faults.eventsDown = false;
  await world.run(MINUTE);
  expect(world.percent()).toBe(40);
  expect((await world.record()).flag).not.toBeNull();
});

test("a flag that is deleted while it is let go of ends the release, and observe forgets it", async () => {
  const world = await finished();
  world.flags.faults.writes = ["lost", "lost"];
  await world.tell({ action: "release" });
  expect((await world.record()).intention?.kind).toBe("release");
  world.person().archive();
  await world.run(MINUTE);
  expect((await world.record()).intention).toBeNull();
  expect(await world.tell({ action: "observe" })).toMatchObject({ kind: "done" });
  expect((await world.record()).flag).toBeNull();
});

test("a process that dies at any call of a release leaves one that the next process finishes, or none", async () => {
  let chance = 1;
  for (let died = true; died; chance += 1) {
    let guard: Guard = aliveAnyway;
    const world = await finished(createWorld({ gates: [SLOW], guard: (call) => guard(call) }));
    const death = dyingAt(chance);
    guard = death.guard;
    await world.tell({ action: "release" }).catch(() => undefined);
    await world.pass().catch(() => undefined);
    died = death.died() !== null;
    world.restart();
    await world.run(MINUTE);
    // Before the intention is on record nothing was promised to anybody.
    if (!kinds(world).includes("released")) await world.tell({ action: "release" });
    await world.run(MINUTE);
    const { flag, intention } = await world.record();
    expect([title(world), world.percent(), flag, intention]).toEqual([OWN_TITLE, 100, null, null]);
    expect(kinds(world).filter((kind) => kind === "released")).toHaveLength(1);
    expect(kinds(world)).not.toContain("not-released");
  }
  expect(chance).toBeGreaterThan(20);
});

test("a finished gate whose file is gone asks for its release, and can be released and then retired", async () => {
  const world = await finished();
  world.definitions.remove("checkout");
  await world.pass();
  const items = inbox(await world.conductor().gates(), aPerson(), world.clock.now());
  expect(items).toMatchObject([
    { kind: "definition-gone", action: 'rampart release checkout --reason "..."' },
  ]);
  expect(await world.tell({ action: "retire" })).toMatchObject({
    code: "flag",
    message: expect.stringMatching(/first rampart release checkout/),
  });
  expect(await world.tell({ action: "release" })).toMatchObject({ kind: "done" });
  expect(title(world)).toBe(OWN_TITLE);

  const before = await world.record();
  const decisions = world.decisions().length;
  const tellings = world.tellings();
  const definition = world.heard.at(-1)?.definition;
  const retired = await world.tell({ action: "retire" });
  expect(retired).toMatchObject({ kind: "done", state: "idle" });
  expect(await world.record()).toMatchObject({
    acting: null,
    ramp: { state: "idle" },
    sequence: before.sequence,
  });
  expect(world.decisions()).toHaveLength(decisions + 1);
  expect(world.decisions().at(-1)).toMatchObject({
    id: expect.stringMatching(/^dec_/),
    definition,
    actor: "person:operator",
    before: "finished",
    after: "idle",
    of: 0,
  });
  expect(world.tellings()).toEqual(tellings);
  expect(await world.conductor().gate("checkout")).toBeNull();
  expect(await world.conductor().pass("checkout")).toBeNull();
});

test("a retired name starts anew, only observes, and issues no token twice", async () => {
  const world = await rolledBack();
  await world.run(11 * MINUTE);
  await world.tell({ action: "release" });
  world.definitions.remove("checkout");
  await world.tell({ action: "retire" });
  const { sequence } = await world.record();
  world.definitions.put(GATE);
  expect(await world.tell({ action: "start" })).toMatchObject({ code: "not-ready" });
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  expect((await world.record()).sequence).toBeGreaterThan(sequence);
});

test("retire is refused while the file is there, while a run is not over, and for a name nobody knows", async () => {
  const world = await rolledBack();
  await world.run(11 * MINUTE);
  await world.tell({ action: "release" });
  expect(await world.tell({ action: "retire" })).toMatchObject({ code: "not-ready" });
  await world.run(HOUR);
  await world.tell({ action: "restart" });
  world.definitions.remove("checkout");
  expect(await world.tell({ action: "retire" })).toMatchObject({ code: "illegal-move" });
  expect(await world.tell({ action: "retire", gate: "nowhere" })).toMatchObject({ code: "unknown-gate" });
});

test("a retire whose record moved meanwhile is refused, and its reply is kept only with its effect", async () => {
  let moves: (() => Promise<unknown>) | null = null;
  const world = createWorld({
    gates: [GATE],
    guard: async ({ method, when }) => {
      const move = moves;
      if (method !== "commit" || when !== "before" || move === null) return;
      moves = null;
      await move();
    },
  });
  await world.tell({ action: "act" });
  world.definitions.remove("checkout");
  const other = world.sibling().conductor;
  const order = {
    gate: "checkout",
    by: aPerson(),
    reason: "x",
    at: null,
    change: null,
    until: null,
  } as const;
  moves = () => other.command({ ...order, action: "retire" }, null);
  expect(await world.tell({ action: "retire" }, keep)).toMatchObject({
    code: "conflict",
    message: expect.stringContaining("look again and repeat"),
  });
  expect(world.decisions().at(-1)).toMatchObject({ after: "idle", definition: "none" });
  expect(await world.conductor().reply("operator", "k1")).toBeNull();
  expect(await world.tell({ action: "retire" }, keep)).toMatchObject({ kind: "done" });
  expect(await world.conductor().reply("operator", "k1")).not.toBeNull();
});

test("a file that names another flag than the one held starts nothing, says so, and lets the old one be released", async () => {
  const world = await finished();
  const other = aFlagTarget({ name: "other" });
  world.flags.addFlag({ name: "other", environment: other.environment });
  world.definitions.put({ ...GATE, flag: other });
  await world.pass();
  expect((await world.record()).because.map(({ code }) => code)).toContain("other-flag");
  const items = inbox(await world.conductor().gates(), aPerson(), world.clock.now());
  expect(items).toMatchObject([
    { kind: "definition-changed", action: expect.stringMatching(/^rampart release/) },
  ]);
  expect(await world.tell({ action: "start" })).toMatchObject({
    code: "not-ready",
    message: expect.stringMatching(/still holds .*rampart release checkout/),
  });
  expect(await world.tell({ action: "release" })).toMatchObject({ kind: "done" });
  expect(title(world)).toBe(OWN_TITLE);
  expect(await world.tell({ action: "start" })).toMatchObject({ kind: "done" });
});

test("a release is refused while its flag cannot be read", async () => {
  const world = await finished();
  world.flags.faults.down = true;
  expect(await world.tell({ action: "release" })).toMatchObject({ code: "flag" });
  expect((await world.record()).intention).toBeNull();
});

test("a release in a switched-off environment leaves it off", async () => {
  const world = await finished();
  world.person().off();
  await world.run(MINUTE);
  expect(await world.tell({ action: "release" })).toMatchObject({ kind: "done" });
  expect(world.flags.state(world.gate.flag!)).toMatchObject({
    enabled: false,
    strategies: [{ title: OWN_TITLE, rollout: "100" }],
  });
  expect((await world.record()).flag).toBeNull();
});
