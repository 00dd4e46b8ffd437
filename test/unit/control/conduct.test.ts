import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import {
  aDemand,
  aFlagTarget,
  aGate,
  aGuard,
  aMachine,
  aPerson,
  aPromiseDemand,
  aSignal,
  aStep,
} from "../../support/builders.ts";
import type { CommandOutcome } from "../../../src/domain/command.ts";
import type { Guard } from "../../support/port-guard.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const SEARCH = aGate({ name: "search", flag: null, steps: [], everyMs: MINUTE });
const BASKET = aGate({ name: "basket", flag: aFlagTarget({ name: "new-basket" }) });
const CI = aMachine({ name: "ci", scopes: ["changes"] });

function reply(key = "k1") {
  return { key, principal: "operator", request: "digest", status: 202, body: "{}", at: 1 };
}

/** Lets everything run that waits for nothing but its turn. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether the wait for a gate's next change ends by what happens. */
async function wakes(world: World, happens: () => Promise<unknown>): Promise<boolean> {
  const leaving = new AbortController();
  let isWoken = false;
  const waiting = world
    .conductor()
    .changed("checkout", world.clock.now() + HOUR, leaving.signal)
    .then(() => (isWoken = !leaving.signal.aborted));
  await happens();
  await settled();
  leaving.abort();
  await waiting;
  return isWoken;
}

describe("a deploy", () => {
  const told = { service: "checkout", version: "4f2a91c", at: null, url: "https://ci.example/7", by: CI };

  test("stands in the ledger under the time and address that CI tells, in place of the time it was told", async () => {
    const world = createWorld({ gates: [aGate({ service: "checkout" })] });
    const at = world.clock.now() - MINUTE;
    expect(await world.conductor().deployed({ ...told, at }, null)).toMatchObject({ at });
    const [entry] = await world.conductor().changes({ gate: null, service: "checkout" }, 10, null);
    expect(entry).toMatchObject({ kind: "deploy", at, url: "https://ci.example/7" });
  });

  test("names the gates of its service in the order of their names, each with what the deploy does to it", async () => {
    const gates = [
      aGate({ service: "checkout" }),
      { ...BASKET, service: "checkout", onDeploy: "note" as const },
      SEARCH,
    ];
    const world = createWorld({ gates });
    world.definitions.spoil("never-good");
    const entered = await world.conductor().deployed(told, null);
    expect(entered.gates).toEqual([
      { gate: "basket", effect: "note" },
      { gate: "checkout", effect: "settle" },
    ]);
    expect(world.woken).toEqual(["basket", "checkout"]);
  });

  test("whose reply another process kept is no success and makes no gate due", async () => {
    const world = createWorld({ gates: [aGate({ service: "checkout" })] });
    await world.conductor().deployed(told, () => reply());
    expect(await world.conductor().reply("operator", "k1")).toEqual(reply());
    const woken = world.woken.length;
    await expect(world.conductor().deployed(told, () => reply())).rejects.toThrow(
      "a reply to this deploy of checkout was kept meanwhile by another process",
    );
    expect(world.woken).toHaveLength(woken);
  });
});

describe("maintenance", () => {
  const order = { source: "main", forMs: HOUR, by: aPerson(), reason: "upgrade" };

  test("makes the gates that read the source due, through a signal or a guard, and no others", async () => {
    const guarded = { ...SEARCH, signals: [], alerts: [aGuard()] };
    const elsewhere = { ...SEARCH, name: "elsewhere", signals: [aSignal({ source: "backup" })] };
    const world = createWorld({ gates: [aGate(), guarded, elsewhere] });
    const ordered = await world.conductor().orderMaintenance(order, null);
    expect(ordered).toMatchObject({
      maintenance: { id: expect.stringMatching(/^mnt_/), source: "main" },
      gates: ["checkout", "search"],
    });
    expect(world.woken).toEqual(["checkout", "search"]);
  });

  test("whose reply another process kept is no success and makes no gate due", async () => {
    const world = createWorld();
    await world.conductor().orderMaintenance(order, () => reply());
    expect(await world.conductor().reply("operator", "k1")).toEqual(reply());
    const woken = world.woken.length;
    await expect(world.conductor().orderMaintenance(order, () => reply())).rejects.toThrow(
      "a reply to this order for main was kept meanwhile by another process",
    );
    expect(world.woken).toHaveLength(woken);
  });

  test("that is ended is over now, in the answer and in the ledger", async () => {
    const world = createWorld();
    await world.conductor().orderMaintenance(order, null);
    world.clock.advance(MINUTE);
    const ended = await world.conductor().orderMaintenance({ ...order, forMs: null }, null);
    expect(ended).toEqual({ source: "main", maintenance: null, gates: ["checkout"] });
    expect(await world.conductor().maintenance()).toEqual([]);
    expect(await world.conductor().orderMaintenance({ ...order, forMs: null }, null)).toBeNull();
    const id = expect.stringMatching(/^chg_/);
    expect(await world.conductor().changes({ gate: null, service: null }, 10, null)).toMatchObject([
      { kind: "maintenance", id, event: "ended", until: world.clock.now() },
      { kind: "maintenance", id, event: "begun" },
    ]);
  });
});

test("maintenance that a clock set back has not reached is not under way", async () => {
  const world = createWorld();
  const order = { source: "main", forMs: HOUR, by: aPerson(), reason: "upgrade" };
  await world.conductor().orderMaintenance(order, null);
  expect(await world.conductor().maintenance()).toHaveLength(1);
  world.clock.advance(-MINUTE);
  expect(await world.conductor().maintenance()).toEqual([]);
});

describe("the service is not ready", () => {
  test("before each source has answered, and names each once, whether a signal or a guard reads it", () => {
    const signals = [aSignal(), aSignal({ name: "twin" })];
    const alerts = [aGuard(), aGuard({ source: "backup" })];
    const world = createWorld({ gates: [aGate({ signals, alerts })] });
    world.metrics.setClockSkew(null);
    expect(world.conductor().ready()).toEqual({
      ready: false,
      waitingFor: ["source main", "source backup"],
    });
  });

  test("for a source it needs, but never for one that a bad file names", () => {
    const world = createWorld();
    world.metrics.setClockSkew(null);
    world.definitions.spoil("checkout");
    expect(world.conductor().ready()).toEqual({ ready: true, waitingFor: [] });
  });
});

describe("the gates that pass", () => {
  test("are those of good files at the rhythm they name, and the newest rhythm counts from the next pass on", async () => {
    const world = createWorld({ gates: [aGate(), SEARCH] });
    world.definitions.spoil("never-good");
    expect(await world.conductor().known()).toEqual([
      { name: "checkout", everyMs: 15_000 },
      { name: "search", everyMs: MINUTE },
    ]);
    world.definitions.put({ ...SEARCH, everyMs: HOUR });
    await world.pass("search");
    expect(await world.conductor().known()).toContainEqual({ name: "search", everyMs: HOUR });
  });

  test("no longer hold one whose file is gone, once a pass has found that nothing defines it", async () => {
    const world = createWorld({ gates: [aGate(), SEARCH] });
    await world.conductor().known();
    await world.pass("search");
    world.definitions.remove("search");
    await world.conductor().pass("search");
    expect(await world.conductor().known()).toEqual([{ name: "checkout", everyMs: 15_000 }]);
    world.restart();
    expect(await world.conductor().known()).toEqual([{ name: "checkout", everyMs: 15_000 }]);
  });

  test("hold one whose file is gone for as long as it runs, at the rhythm it is pinned to", async () => {
    const world = createWorld();
    await world.conductor().known();
    await world.begin();
    world.definitions.remove("checkout");
    await world.pass();
    expect(await world.conductor().known()).toEqual([{ name: "checkout", everyMs: 15_000 }]);
    expect(await world.conductor().gates()).toMatchObject([{ name: "checkout", problems: [] }]);
  });

  test("do not hold a name that nothing defines, which has no pass", async () => {
    expect(await createWorld().conductor().pass("nowhere")).toBeNull();
  });

  test("are read from the store once, for the metronome asks all the time", async () => {
    let reads = 0;
    const guard: Guard = ({ method, when }) => void (reads += method === "all" && when === "before" ? 1 : 0);
    const world = createWorld({ guard });
    await world.conductor().known();
    await world.pass();
    await world.conductor().known();
    expect(reads).toBe(1);
  });
});

describe("the view of a gate", () => {
  test("is there for every gate with a definition, in the order of names, with what is wrong with its file", async () => {
    const world = createWorld({ gates: [SEARCH, aGate()] });
    await world.pass("search");
    world.definitions.spoil("never-good");
    world.definitions.spoil("checkout");
    const views = await world.conductor().gates();
    expect(views.map(({ name, problems }) => [name, problems.map(({ message }) => message)])).toEqual([
      ["checkout", ["not a gate"]],
      ["search", []],
    ]);
  });

  test("answers before the first pass that there was none, and names no source as dark", async () => {
    const world = createWorld();
    const view = await world.conductor().gate("checkout");
    expect(view?.status).toMatchObject({ open: false, decision: null });
    expect(view?.dark).toEqual(new Map());
  });

  test("names the source that is dark since when, and not the one that answers", async () => {
    const guard = aGuard({ source: "backup" });
    const world = createWorld({ gates: [{ ...SEARCH, alerts: [guard] }] });
    await world.pass("search");
    const since = world.clock.now();
    world.metrics.ask = async (_, queries) =>
      new Map(queries.map((query) => [query, { kind: "unknown", reason: "unreachable", detail: "" }]));
    await world.pass("search");
    world.clock.advance(MINUTE);
    await world.pass("search");
    expect((await world.conductor().gate("search"))?.dark).toEqual(new Map([["main", since]]));
  });

  test("names no source as dark that another gate heard nothing from after this one was answered", async () => {
    const world = createWorld();
    await world.pass();
    await world.store().setDarkSince("main", world.clock.now());
    expect((await world.conductor().gate("checkout"))?.dark).toEqual(new Map());
  });

  test("takes the maintenance that is over from the time of the dark, and lists what is under way at its sources", async () => {
    const world = createWorld({ gates: [SEARCH] });
    const order = { by: aPerson(), reason: "upgrade" };
    await world.pass();
    world.metrics.fail("unreachable");
    await world.pass();
    const since = world.clock.now();
    await world.conductor().orderMaintenance({ ...order, source: "main", forMs: MINUTE }, null);
    world.clock.advance(10 * MINUTE);
    await world.pass();
    await world.conductor().orderMaintenance({ ...order, source: "backup", forMs: HOUR }, null);
    const view = await world.conductor().gate("search");
    expect(view?.dark).toEqual(new Map([["main", since + MINUTE]]));
    expect(view?.maintenance).toEqual([]);
    await world.conductor().orderMaintenance({ ...order, source: "main", forMs: HOUR }, null);
    expect((await world.conductor().gate("search"))?.maintenance).toMatchObject([{ source: "main" }]);
  });

  test("answers by what the write of its last pass has changed", async () => {
    const world = createWorld();
    await world.begin();
    await world.pass();
    expect(world.percent()).toBe(5);
    const view = await world.conductor().gate("checkout");
    expect(view?.status).toMatchObject({ open: false, because: [{ code: "just-changed" }] });
    expect(view?.request).toBeNull();
  });

  test("gives with a request the decision whose evidence an approval rests on", async () => {
    const steps = [aStep({ to: 5, approve: [aDemand()] }), aStep({ to: 100 })];
    const world = createWorld({ gates: [aGate({ steps })] });
    await world.begin();
    await world.pass();
    const view = await world.conductor().gate("checkout");
    expect(view?.request).toMatchObject({ step: 1, decision: (await world.record()).lastPass?.decision });
    // Rows that are old enough are not kept.
    world.store().decision = () => Promise.resolve(null);
    expect((await world.conductor().gate("checkout"))?.request).toMatchObject({ step: 1, decision: "" });
  });
});

test("a gate whose file goes away while its status is asked has no status", async () => {
  const guard: Guard = ({ port }) => {
    if (port === "metrics") world.definitions.remove("checkout");
  };
  const world: World = createWorld({ guard });
  expect(await world.conductor().status("checkout", "advance")).toBeNull();
});

test("an alert concerns a gate by any of its guards, and one of many alerts is enough", async () => {
  const cart = aGuard({ match: "{}", matchers: [{ label: "service", operator: "=", value: "cart" }] });
  const world = createWorld({ gates: [aGate({ alerts: [aGuard(), cart] })] });
  const told = [{ service: "search" }, { service: "cart" }];
  expect(await world.conductor().alerted(told)).toEqual(["checkout"]);
});

describe("who waits for a gate hears of", () => {
  test("a pass, also of one that failed", async () => {
    const world = createWorld();
    expect(await wakes(world, () => world.pass())).toBe(true);
    world.store().failNext("record");
    expect(await wakes(world, () => world.pass().catch(() => undefined))).toBe(true);
  });

  test("an approval, a promise and a command", async () => {
    const steps = [aStep({ to: 5, approve: [aDemand()] }), aStep({ to: 100 })];
    const world = createWorld({ gates: [aGate({ steps, promises: [aPromiseDemand()] })] });
    const said: unknown[] = [];
    const hears = (word: () => Promise<CommandOutcome>) =>
      wakes(world, async () => said.push(await word().then(({ kind }) => kind)));
    expect(await hears(() => world.tell({ action: "act" }))).toBe(true);
    await world.tell({ action: "start" });
    const gate = "checkout";
    const platform = aPerson({ name: "platform", groups: ["erp-platform"] });
    const promise = { gate, by: platform, says: "the limit is raised", reason: "x" };
    expect(await hears(() => world.conductor().promise(promise, null))).toBe(true);
    const decision = (await world.pass()).lastPass?.decision ?? "";
    const by = aPerson({ name: "lead" });
    const approve = { gate, by, step: 1, decision, verdict: "approve", reason: "x" } as const;
    expect(await hears(() => world.conductor().approve(approve, null))).toBe(true);
    expect(said).toEqual(["done", "done", "done"]);
  });
});

test("only what finishes early looks at signals first", async () => {
  const world = createWorld();
  await world.tell({ action: "act" });
  await world.tell({ action: "start" });
  expect(world.heard.filter(({ actor }) => actor === "clock")).toEqual([]);
  await world.tell({ action: "finish" });
  expect(world.heard.filter(({ actor }) => actor === "clock")).toHaveLength(1);
});

/** At 5 %, where the record moves so often in the moment in which something is to be stored; counts those moments. */
async function racing(races: number): Promise<{ readonly world: World; readonly moments: () => number }> {
  const world = createWorld();
  await world.begin();
  await world.until(({ exposure }) => exposure.set === 5);
  let moments = 0;
  const busy = world.sibling();
  world.restart(async ({ method, when }) => {
    if (method !== "commit" || when !== "before") return;
    moments += 1;
    if (moments <= races) await busy.conductor.pass("checkout");
  });
  return { world, moments: () => moments };
}

/** The rows of a rollback that a person orders. */
async function rollbackRows(world: World) {
  await world.tell({ action: "rollback" });
  return world.decisions().filter(({ actor, after }) => actor !== "clock" && after === "rolling-back");
}

describe("a rollback", () => {
  test("is decided again for as long as anybody could win against it, and then says that it lost", async () => {
    const often = await racing(19);
    expect(await often.world.tell({ action: "rollback" })).toMatchObject({ kind: "done" });
    expect(often.moments()).toBeGreaterThanOrEqual(20);
    const always = await racing(Infinity);
    expect(await always.world.tell({ action: "rollback" })).toMatchObject({ code: "conflict" });
    expect(always.moments()).toBe(20);
  });

  test("that is done, or refused for another reason than a race, is not ordered again", async () => {
    const { world } = await racing(0);
    expect(await rollbackRows(world)).toHaveLength(1);
    let reads = 0;
    const guard: Guard = ({ method, when }) =>
      void (reads += method === "record" && when === "before" ? 1 : 0);
    expect(await rollbackRows(createWorld({ gates: [SEARCH], guard }))).toEqual([]);
    expect(reads).toBe(1);
  });

  test("that hangs holds up no rollback of another gate", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    let hangs = true;
    const guard: Guard = ({ method, when }) => {
      if (method !== "commit" || when !== "before" || !armed || !hangs) return undefined;
      hangs = false;
      return released;
    };
    let armed = false;
    const world = createWorld({ gates: [aGate(), BASKET], guard });
    for (const gate of ["checkout", "basket"]) {
      await world.tell({ action: "act", gate });
      await world.tell({ action: "start", gate });
      await world.until(({ exposure }) => exposure.set === 5, gate);
    }
    armed = true;
    const hanging = world.tell({ action: "rollback" });
    await settled();
    let outcome: unknown = null;
    const other = world.tell({ action: "rollback", gate: "basket" }).then((done) => (outcome = done));
    await settled();
    expect(outcome).toMatchObject({ kind: "done", state: "rolling-back" });
    release();
    await Promise.all([hanging, other]);
  });
});
