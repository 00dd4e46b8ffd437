import { describe, expect, test } from "vitest";
import { countedDark } from "../../../src/control/pass.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { aGate, aGuard, aMachine, aMaintenance, aPerson, aSignal } from "../../support/builders.ts";
import type { Guard } from "../../support/port-guard.ts";
import { type World, createWorld } from "../../support/world-of-fakes.ts";

const SEARCH = aGate({ name: "search", flag: null, steps: [] });
const BACKUP = aSignal({ name: "stock", source: "backup", measure: { kind: "plain", query: "stock" } });

/** What the newest pass with a row of its own knew. */
function facts(world: World) {
  const kept = world.store().allRecordings().at(-1);
  if (kept === undefined) throw new Error("no pass is recorded");
  return kept.inputs.facts;
}

/** A world that counts how often a method of a port is called. */
function counting(
  method: string,
  gates = [aGate()],
): { readonly world: World; readonly calls: () => number } {
  let calls = 0;
  const guard: Guard = (call) => void (calls += call.method === method && call.when === "before" ? 1 : 0);
  return { world: createWorld({ gates, guard }), calls: () => calls };
}

describe("the clock of Prometheus", () => {
  const skews = new Map<string, number | null>([
    ["main", 40],
    ["backup", -90],
  ]);

  async function skewSeen(dark: string | null): Promise<number | null> {
    const world = createWorld({ gates: [{ ...SEARCH, signals: [aSignal(), BACKUP] }] });
    world.metrics.clockSkewMs = (source) => skews.get(source) ?? null;
    const ask = world.metrics.ask.bind(world.metrics);
    const unknown = { kind: "unknown", reason: "unreachable", detail: "" } as const;
    world.metrics.ask = async (source, queries, at) =>
      source === dark ? new Map(queries.map((query) => [query, unknown])) : ask(source, queries, at);
    await world.pass();
    return facts(world).clockSkewMs;
  }

  test("counts as far off as that of the source that is furthest off, either way", async () => {
    expect(await skewSeen(null)).toBe(-90);
    skews.set("main", 120);
    expect(await skewSeen(null)).toBe(120);
  });

  test("is known as soon as that of one source is", async () => {
    const known = new Map(skews);
    skews.set("main", null).set("backup", 0);
    expect(await skewSeen(null)).toBe(0);
    for (const [source, skew] of known) skews.set(source, skew);
  });

  test("is that of sources that answer, and unknown where none does", async () => {
    expect(await skewSeen("main")).toBe(-90);
    expect(await skewSeen("backup")).toBe(120);
    const world = createWorld();
    world.metrics.fail("unreachable");
    await world.pass();
    expect(facts(world).clockSkewMs).toBeNull();
  });
});

describe("of a gate without a flag", () => {
  test("Unleash is asked nothing, and its stop switch holds nothing up", async () => {
    const asked: string[] = [];
    const guard: Guard = ({ port, method }) => void (port === "flags" ? asked.push(method) : null);
    const world = createWorld({ gates: [{ ...SEARCH, service: "search" }], guard });
    world.flags.faults.stopSwitch = "on";
    await world.pass();
    expect(asked).toEqual([]);
    expect(facts(world)).toMatchObject({
      observation: null,
      served: null,
      events: null,
      ownUserId: null,
      stopSwitch: "off",
      flagUnreadable: null,
    });
  });

  test("a pass that nobody ordered anything with forces nothing and is no person's", async () => {
    const world = createWorld({ gates: [SEARCH] });
    await world.conductor().pass("search");
    expect(facts(world)).toMatchObject({ actor: "clock", forced: null });
    expect(world.heard).toMatchObject([{ actor: "clock", gate: "search" }]);
  });
});

test("of a gate with a flag the stop switch is known", async () => {
  const world = createWorld();
  world.flags.faults.stopSwitch = "on";
  await world.pass();
  expect(facts(world)).toMatchObject({ stopSwitch: "on" });
});

test("what keeps the flag from being read is among the reasons, as Unleash or the way to it says it", async () => {
  const world = createWorld();
  world.flags.faults.down = true;
  await world.pass();
  expect(facts(world)).toMatchObject({ flagUnreadable: "no complete answer" });
});

function deploy(world: World, at: number) {
  return world.conductor().deployed({ service: "search", version: "1", at, url: null, by: aMachine() }, null);
}

describe("a deploy of the gate's service", () => {
  test("is looked for back to a week, the newest alone", async () => {
    const world = createWorld({ gates: [{ ...SEARCH, service: "search" }] });
    const now = world.clock.now();
    await deploy(world, now - 7 * DAY - 1);
    await world.pass();
    expect(facts(world).newestDeploy).toBeNull();
    await deploy(world, now - 7 * DAY);
    await world.pass();
    await deploy(world, now - DAY);
    await deploy(world, now - 2 * DAY);
    await world.pass();
    expect((await world.record()).deploy).toMatchObject({ at: now - DAY });
  });

  test("is looked for only where the gate names one", async () => {
    const { world, calls } = counting("deploys", [SEARCH, { ...SEARCH, name: "served", service: "search" }]);
    await world.pass("search");
    expect(calls()).toBe(0);
    await world.pass("served");
    expect(calls()).toBe(1);
  });
});

describe("the event log of Unleash is asked", () => {
  test("for nothing while the flag stands as recorded", async () => {
    const { world, calls } = counting("events");
    await world.begin();
    await world.until(({ exposure }) => exposure.set === 5);
    const before = calls();
    await world.run(5 * MINUTE);
    expect(calls()).toBe(before);
  });

  test("at a change by hand until it says who made it, and no more after that", async () => {
    const { world, calls } = counting("events");
    await world.begin();
    await world.until(({ exposure }) => exposure.set === 5);
    world.flags.faults.eventsDown = true;
    world.person().set(50);
    const before = calls();
    await world.pass();
    await world.pass();
    expect((await world.record()).drift).toMatchObject([{ by: null }]);
    expect(calls()).toBeGreaterThanOrEqual(before + 2);
    world.flags.faults.eventsDown = false;
    await world.run(MINUTE);
    expect((await world.record()).drift).toMatchObject([{ by: "kim" }]);
    const known = calls();
    await world.run(5 * MINUTE);
    expect(calls()).toBe(known);
  });

  test("at a change of a flag that is only watched", async () => {
    const { world, calls } = counting("events");
    await world.pass();
    const before = calls();
    await world.pass();
    expect(calls()).toBe(before);
    world.person().set(25);
    await world.pass();
    expect(calls()).toBe(before + 1);
    const [entry] = await world.conductor().changes({ gate: "checkout", service: null }, 1, null);
    expect(entry).toMatchObject({ to: 25, by: "kim" });
  });
});

describe("a dark source", () => {
  const LATENCY = aSignal({ name: "latency", measure: { kind: "plain", query: "latency" } });
  const ERRORS = aSignal();

  const broken = { kind: "unknown", reason: "bad-answer", detail: "not a vector" } as const;

  test("is not what another gate's source is that answers: what fails here is missing, pass after pass", async () => {
    const world = createWorld({
      gates: [
        { ...SEARCH, signals: [ERRORS] },
        { ...SEARCH, name: "other", signals: [LATENCY] },
      ],
    });
    world.metrics.set("errors", broken);
    for (let passes = 0; passes < 4; passes += 1) {
      await world.pass("search");
      await world.pass("other");
      world.clock.advance(15 * SECOND);
    }
    expect(world.heard.filter(({ gate }) => gate === "search").at(-1)?.signals[0]?.code).toBe("missing");
    expect(await world.store().darkSince("main")).toBeNull();
  });

  test("is dark from the first pass on that hears nothing of it, and no more at the first answer", async () => {
    const world = createWorld({ gates: [SEARCH] });
    await world.pass();
    world.metrics.fail("unreachable");
    const since = world.clock.now();
    await world.pass();
    expect(await world.store().darkSince("main")).toBe(since);
    world.clock.advance(MINUTE);
    await world.pass();
    expect(await world.store().darkSince("main")).toBe(since);
    expect(world.heard.at(-1)?.signals[0]?.code).toBe("dark");
    world.metrics.recover();
    await world.pass();
    expect(await world.store().darkSince("main")).toBeNull();
  });

  test("is told apart from a missing signal by those alone that count", async () => {
    const finishing = { ...LATENCY, gates: ["finish" as const] };
    const world = createWorld({ gates: [{ ...SEARCH, signals: [ERRORS, finishing] }] });
    world.metrics.fail("bad-answer");
    await world.pass();
    // Another gate has got an answer since.
    await world.store().setDarkSince("main", null);
    await world.pass();
    expect(await world.store().darkSince("main")).toBeNull();
  });

  test("is told apart from a missing signal source by source", async () => {
    const world = createWorld({ gates: [{ ...SEARCH, signals: [ERRORS, BACKUP] }] });
    world.metrics.set("errors", broken);
    await world.pass();
    // Another gate has got an answer since.
    await world.store().setDarkSince("main", null);
    await world.pass();
    expect(await world.store().darkSince("main")).toBeNull();
  });

  test("alone is written down: a pass that gets its answers writes nothing about sources", async () => {
    const { world, calls } = counting("setDarkSince");
    await world.pass();
    await world.pass();
    expect(calls()).toBe(0);
  });

  test("that only a guard reads is told apart from a rule that is missing, as one that a signal reads", async () => {
    const world = createWorld({ gates: [{ ...SEARCH, signals: [], alerts: [aGuard()] }] });
    world.metrics.fail("unreachable");
    const since = world.clock.now();
    await world.pass();
    expect(await world.store().darkSince("main")).toBe(since);
    await world.store().setDarkSince("main", null);
    world.clock.advance(15 * SECOND);
    await world.pass();
    expect(await world.store().darkSince("main")).toBeNull();
    expect(world.heard.at(-1)?.alerts[0]?.code).toBe("missing");
  });

  test("counts from later on by the maintenance it had, and another source's maintenance changes nothing", () => {
    const now = Date.UTC(2026, 2, 4, 12);
    const dark = new Map([
      ["main", now - HOUR],
      ["backup", now - HOUR],
    ]);
    const maintenance = [aMaintenance({ since: now - HOUR, until: now - 40 * MINUTE })];
    expect(countedDark(dark, maintenance, now)).toEqual(
      new Map([
        ["main", now - 40 * MINUTE],
        ["backup", now - HOUR],
      ]),
    );
  });
});

function order(world: World, source: string, forMs: number) {
  return world.conductor().orderMaintenance({ source, forMs, by: aPerson(), reason: "upgrade" }, null);
}

function seen(world: World) {
  return facts(world).maintenance?.map(({ source }) => source);
}

describe("maintenance", () => {
  test("is known to a pass where it concerns a source of a signal or a guard", async () => {
    const world = createWorld({ gates: [{ ...SEARCH, alerts: [aGuard({ source: "alerts" })] }] });
    for (const source of ["main", "alerts", "other"]) await order(world, source, HOUR);
    await world.pass();
    expect(seen(world)).toEqual(["main", "alerts"]);
  });

  test("that ended since the pass before is known to the next one, and to none after it", async () => {
    const world = createWorld({ gates: [SEARCH] });
    await world.pass();
    await order(world, "main", SECOND);
    world.clock.advance(20 * MINUTE);
    await world.pass();
    expect(seen(world)).toEqual(["main"]);
    world.clock.advance(20 * MINUTE);
    await world.pass();
    expect(seen(world)).toEqual([]);
  });

  test("that ended while the source is dark stays known for as long as that lasts", async () => {
    const world = createWorld({ gates: [SEARCH] });
    await world.pass();
    world.metrics.fail("unreachable");
    await world.pass();
    await order(world, "main", SECOND);
    for (let passes = 0; passes < 3; passes += 1) {
      world.clock.advance(20 * MINUTE);
      await world.pass();
      expect(seen(world)).toEqual(["main"]);
    }
  });
});

test("a pass gives back the record as it is stored", async () => {
  const world = createWorld({ gates: [SEARCH] });
  const passed = await world.conductor().pass("search");
  expect(passed?.record).toEqual(await world.record());
  expect(passed?.decision).toEqual(world.decisions().at(-1));
  expect(passed?.decision.id).toMatch(/^dec_/);
  const again = await world.conductor().pass("search");
  expect(again?.record).toEqual(await world.record());
});
