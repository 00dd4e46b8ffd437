import { expect, test } from "vitest";
import { Metronome, type MetronomePorts } from "../../../src/control/metronome.ts";
import type { Passed } from "../../../src/control/pass.ts";
import { nextSlot } from "../../../src/control/schedule.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { aGate, aRecord, aRollback } from "../../support/builders.ts";
import type { GateRecord } from "../../../src/domain/record.ts";

const EVERY = 15_000;

/** A metronome over gates whose passes the test ends by hand, or that end at once. */
function aMetronome(names: readonly string[] = ["checkout"]) {
  const clock = manualClock();
  const started: string[] = [];
  const missed: (readonly [string, number])[] = [];
  const errors: unknown[] = [];
  const held = new Map<string, PromiseWithResolvers<void>>();
  const records = new Map<string, GateRecord>();
  let fails = false;
  const metronome = new Metronome({
    now: () => clock.now(),
    gates: () => Promise.resolve(names.map((name) => ({ name, everyMs: EVERY }))),
    async pass(name) {
      started.push(name);
      await held.get(name)?.promise;
      if (fails) throw new Error("the store is gone");
      return passedOf(name, records.get(name) ?? aRecord({ gate: name }));
    },
    onMissed: (gate, slots) => void missed.push([gate, slots]),
    onError: (_gate, error) => void errors.push(error),
  });
  return {
    clock,
    metronome,
    started,
    missed,
    errors,
    hold: (name: string): void => void held.set(name, Promise.withResolvers<void>()),
    release: (name: string): void => {
      held.get(name)?.resolve();
      held.delete(name);
    },
    leave: (name: string, record: GateRecord): void => void records.set(name, record),
    fail: (now: boolean): void => {
      fails = now;
    },
    tick: (): Promise<void> => metronome.tick(clock.now()),
    /** One look every second for so long. */
    look: async (seconds: number): Promise<void> => {
      for (let second = 0; second < seconds; second += 1) {
        clock.advance(1_000);
        await metronome.tick(clock.now());
      }
    },
  };
}

function passedOf(name: string, record: GateRecord): Passed {
  return { gate: aGate({ name, everyMs: EVERY }), record } as Passed;
}

test("a gate passes once in each of its slots, and slots are spread by its name", async () => {
  const names = Array.from({ length: 40 }, (_, index) => `gate-${index}`);
  const { started, look, clock } = aMetronome(names);
  const offsets = new Set(names.map((name) => nextSlot(name, EVERY, clock.now()) % EVERY));
  expect(offsets.size).toBeGreaterThan(20);
  // The first passes of a new process come before their slots.
  await look(4);
  expect(new Set(started).size).toBe(40);
  started.length = 0;
  await look(60);
  for (const name of names) expect(started.filter((each) => each === name).length).toBe(4);
});

test("slots that went by are counted and not replayed", async () => {
  const { started, missed, look, clock, tick } = aMetronome();
  await look(16);
  const before = started.length;
  clock.advance(10 * EVERY);
  await tick();
  await tick();
  expect(started).toHaveLength(before + 1);
  const [[gate, slots] = ["", 0], ...more] = missed;
  expect(gate).toBe("checkout");
  expect(slots).toBeGreaterThanOrEqual(9);
  expect(more).toEqual([]);
});

test("a wall clock that is set back lets no gate wait until it has caught up, and counts no slots", async () => {
  const { started, missed, look, clock } = aMetronome();
  await look(16);
  const before = started.length;
  clock.advance(-240 * EVERY);
  await look(60);
  expect(started.length - before).toBeGreaterThanOrEqual(4);
  expect(missed).toEqual([]);
});

test("slots that a slow pass used up are counted too", async () => {
  const { missed, metronome, clock, tick, hold, release, started, look } = aMetronome();
  hold("checkout");
  metronome.wake("checkout");
  const slow = tick();
  clock.advance(4 * EVERY);
  release("checkout");
  await slow;
  expect(missed).toEqual([["checkout", 4]]);
  expect(started).toHaveLength(1);
  await look(15);
  expect(started).toHaveLength(2);
  expect(missed).toHaveLength(1);
});

test("a slow gate holds up no other, and its own passes never overlap", async () => {
  const { started, clock, metronome, hold, release } = aMetronome(["slow", "quick"]);
  const looks: Promise<void>[] = [];
  const lookOn = (seconds: number) => {
    for (let second = 0; second < seconds; second += 1) {
      clock.advance(1_000);
      looks.push(metronome.tick(clock.now()));
    }
  };
  hold("slow");
  lookOn(1);
  for (let round = 0; round < 60; round += 1) {
    lookOn(1);
    await settled();
  }
  expect(started.filter((name) => name === "slow")).toHaveLength(1);
  expect(started.filter((name) => name === "quick").length).toBeGreaterThanOrEqual(4);
  release("slow");
  await Promise.all(looks);
});

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}

test("a wake makes a gate due at the next look, even one that comes during its pass", async () => {
  const { started, metronome, tick, hold, release, clock } = aMetronome();
  await tick();
  metronome.wake("checkout");
  await tick();
  expect(started).toHaveLength(1);
  hold("checkout");
  metronome.wake("checkout");
  const passing = tick();
  await settled();
  metronome.wake("checkout");
  release("checkout");
  await passing;
  expect(started).toHaveLength(2);
  clock.advance(1);
  await tick();
  expect(started).toHaveLength(3);
});

test("a wake counts no missed slots", async () => {
  const { missed, metronome, tick } = aMetronome();
  metronome.wake("checkout");
  await tick();
  expect(missed).toEqual([]);
});

test("a gate that rolls back is due again within 5 s to be looked at, and within 10 s to be written again", async () => {
  const { started, leave, look, metronome, clock, tick } = aMetronome();
  const ramp = aRollback({ since: clock.now() });
  leave("checkout", aRecord({ ramp }));
  metronome.wake("checkout");
  await tick();
  await look(60);
  expect(started.length).toBeGreaterThanOrEqual(12);
});

test("a pass that throws is reported, and the gate is due again in its next slot", async () => {
  const { started, errors, fail, look } = aMetronome();
  fail(true);
  await look(4);
  expect(errors).toEqual([new Error("the store is gone")]);
  fail(false);
  await look(15);
  expect(started).toHaveLength(2);
});

test("a look in the very instant of a slot starts its pass, and a second look in it starts none", async () => {
  const { started, look, clock, tick } = aMetronome();
  await look(16);
  clock.advance(nextSlot("checkout", EVERY, clock.now()) - clock.now());
  started.length = 0;
  await tick();
  expect(started).toHaveLength(1);
  await tick();
  expect(started).toHaveLength(1);
});

test("a pass that ends in the very instant of the next slot has used it up", async () => {
  const { missed, metronome, clock, tick, hold, release } = aMetronome();
  hold("checkout");
  metronome.wake("checkout");
  const slow = tick();
  clock.advance(nextSlot("checkout", EVERY, clock.now()) - clock.now());
  release("checkout");
  await slow;
  expect(missed).toEqual([["checkout", 1]]);
});

/** Gates and passes as a test says; what it reports is kept. */
function aBareMetronome(fields: Partial<MetronomePorts>) {
  const errors: (readonly [string | null, unknown])[] = [];
  const metronome = new Metronome({
    now: () => 0,
    gates: () => Promise.resolve([{ name: "checkout", everyMs: EVERY }]),
    pass: () => Promise.resolve(null),
    onMissed: () => undefined,
    onError: (gate, error) => void errors.push([gate, error]),
    ...fields,
  });
  return { metronome, errors };
}

test("a gate that nothing defines any more passes without an error", async () => {
  const { metronome, errors } = aBareMetronome({});
  metronome.wake("checkout");
  await metronome.tick(0);
  expect(errors).toEqual([]);
});

test("running looks at once, and reports a look that failed", async () => {
  const failure = new Error("the store is gone");
  const { metronome, errors } = aBareMetronome({ gates: () => Promise.reject(failure) });
  const over = new AbortController();
  const running = metronome.run(60_000, over.signal);
  await settled();
  over.abort();
  await running;
  expect(errors).toEqual([[null, failure]]);
});

test("running ends when it is told to", async () => {
  const { metronome } = aMetronome();
  const over = new AbortController();
  const running = metronome.run(60_000, over.signal);
  over.abort();
  await expect(running).resolves.toBeUndefined();
});
