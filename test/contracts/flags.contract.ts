import { beforeAll, describe, expect, test } from "vitest";
import type { Flags, Served } from "../../src/control/ports.ts";
import type { FlagSeen, StrategySeen } from "../../src/domain/flag.ts";
import type { FlagTarget } from "../../src/domain/gate.ts";

/** One Unleash server with its people, real or not, as the contract needs it. */
export type FlagWorld = {
  /** As Rampart's own user, who may change flags. */
  readonly flags: Flags;
  /** As a user who may only look. */
  readonly viewerFlags: Flags;
  readonly served: Served;
  readonly colleague: { readonly id: number; readonly name: string };
  /** A new flag, switched on, with one gradual rollout at `rollout` that also has constraints and segments. */
  addFlag(name: string, rollout: number): Promise<FlagTarget>;
  /** By hand, as the colleague. */
  byHand(target: FlagTarget): {
    set(strategyId: string, rollout: string): Promise<void>;
    addStrategy(title: string): Promise<string>;
    removeStrategy(strategyId: string): Promise<void>;
    disable(strategyId: string): Promise<void>;
    off(): Promise<void>;
    on(): Promise<void>;
    archive(): Promise<void>;
    revive(): Promise<void>;
  };
  /** Everything the server shows of the flag, as comparable data. */
  whole(target: FlagTarget): Promise<unknown>;
  /** Turns the stop switch of the flags' environment on or off. */
  stop(on: boolean): Promise<void>;
  /** From now on the server takes requests and gives no answer, until it is `resume`d. */
  suspend(): void;
  resume(): void;
  /** Lets a little time go by. */
  pass(): Promise<void>;
};

const TOKEN = (sequence: number): string => `[rampart 1/3 #abc.1.${sequence}]`;

/** What every implementation of `Flags` and `Served` owes to a pass. */
export function flagsContract(name: string, makeWorld: () => Promise<FlagWorld>): void {
  describe(name, () => {
    let world: FlagWorld;
    beforeAll(async () => {
      world = await makeWorld();
    });

    test("a change of percent writes a whole number and the title, and leaves every other byte as it was", async () => {
      const { flags } = world;
      const target = await world.addFlag("minimal-touch", 10);
      const [before] = await strategiesOf(flags, target);
      const wholeBefore = await world.whole(target);

      const outcome = await flags.write(target, before.id, 25, `grow ${TOKEN(1)}`, expecting(before));

      expect(outcome).toEqual({ kind: "accepted" });
      const [after] = await strategiesOf(flags, target);
      expect(after).toEqual({ ...before, rollout: "25", title: `grow ${TOKEN(1)}` });
      expect(withoutTouched(await world.whole(target))).toEqual(withoutTouched(wholeBefore));
    });

    test("a new groupId is written with percent and title, and leaves every other byte as it was", async () => {
      const { flags } = world;
      const target = await world.addFlag("rotated", 0);
      const [before] = await strategiesOf(flags, target);
      const wholeBefore = await world.whole(target);

      const expected = expecting(before);
      const written = await flags.write(target, before.id, 0, TOKEN(1), expected, "rotated~run_1");
      expect(written).toEqual({ kind: "accepted" });
      const [after] = await strategiesOf(flags, target);
      expect(after).toEqual({ ...before, title: TOKEN(1), groupId: "rotated~run_1" });
      expect(withoutGroup(withoutTouched(await world.whole(target)))).toEqual(
        withoutGroup(withoutTouched(wholeBefore)),
      );

      const late = await flags.write(target, before.id, 0, TOKEN(2), expected, "rotated~run_2");
      expect(late.kind).toBe("unsure");
      expect((await strategiesOf(flags, target))[0]).toMatchObject({ groupId: "rotated~run_1" });
    });

    test("a first write finds a strategy that never had a title", async () => {
      const { flags } = world;
      const target = await world.addFlag("untitled", 0);
      const [fresh] = await strategiesOf(flags, target);
      expect(fresh.title).toBeNull();
      expect(await flags.write(target, fresh.id, 5, TOKEN(1), expecting(fresh))).toEqual({
        kind: "accepted",
      });
    });

    test("a late raise of an older decision fails its test and changes nothing", async () => {
      const { flags } = world;
      const target = await world.addFlag("late-raise", 10);
      const [first] = await strategiesOf(flags, target);
      await flags.write(target, first.id, 0, TOKEN(2), null);

      const late = await flags.write(target, first.id, 25, TOKEN(1), expecting(first));

      expect(late.kind).toBe("unsure");
      expect((await strategiesOf(flags, target))[0]).toMatchObject({ rollout: "0", title: TOKEN(2) });
    });

    test("a raise back to a percent that was there before still fails on the title", async () => {
      const { flags } = world;
      const target = await world.addFlag("aba", 10);
      const [first] = await strategiesOf(flags, target);
      await flags.write(target, first.id, 25, TOKEN(1), expecting(first));
      await flags.write(target, first.id, 10, TOKEN(2), null);

      const late = await flags.write(target, first.id, 25, TOKEN(3), { title: TOKEN(0), rollout: 10 });

      expect(late.kind).toBe("unsure");
      expect((await strategiesOf(flags, target))[0].rollout).toBe("10");
    });

    test("a write of what stands there already is accepted and leaves no event", async () => {
      const { flags } = world;
      const target = await world.addFlag("no-op", 10);
      const [first] = await strategiesOf(flags, target);
      await flags.write(target, first.id, 20, TOKEN(1), null);
      const before = await eventsOf(flags, target, null);

      expect(await flags.write(target, first.id, 20, TOKEN(1), null)).toEqual({ kind: "accepted" });
      expect(await eventsOf(flags, target, before.at(-1)?.id ?? 0)).toEqual([]);
    });

    test("switching the environment off twice is accepted twice and happens once", async () => {
      const { flags } = world;
      const target = await world.addFlag("off-twice", 10);
      const before = (await eventsOf(flags, target, null)).at(-1)?.id ?? 0;

      expect(await flags.switchOff(target)).toEqual({ kind: "accepted" });
      expect(await flags.switchOff(target)).toEqual({ kind: "accepted" });

      expect((await seenOf(flags, target)).environmentEnabled).toBe(false);
      const events = await eventsOf(flags, target, before);
      expect(events.map(({ type }) => type)).toEqual(["feature-environment-disabled"]);
    });

    test("an archived flag reads as absent and yet takes a write, which is there when it is revived", async () => {
      const { flags } = world;
      const target = await world.addFlag("archived", 10);
      const [first] = await strategiesOf(flags, target);
      await world.byHand(target).archive();

      expect(await flags.observe(target)).toEqual({ kind: "absent", what: "flag" });
      expect((await flags.switchOff(target)).kind).toBe("refused");
      expect(await flags.write(target, first.id, 0, TOKEN(1), null)).toEqual({ kind: "accepted" });

      await world.byHand(target).revive();
      expect(await seenOf(flags, target)).toMatchObject({
        environmentEnabled: false,
        strategies: [{ id: first.id, rollout: "0" }],
      });
    });

    test("disabling the only strategy switches the environment off, and switching it on adds one at 100 %", async () => {
      const { flags } = world;
      const target = await world.addFlag("disabled", 10);
      const [first] = await strategiesOf(flags, target);

      await world.byHand(target).disable(first.id);
      expect(await seenOf(flags, target)).toMatchObject({
        environmentEnabled: false,
        strategies: [{ id: first.id, disabled: true }],
      });

      await world.byHand(target).on();
      const after = await seenOf(flags, target);
      expect(after.environmentEnabled).toBe(true);
      expect(after.strategies).toMatchObject([
        { id: first.id, disabled: true },
        { kind: "flexibleRollout", disabled: false, rollout: "100" },
      ]);
    });

    test("a flag and an environment that never were read as absent", async () => {
      const { flags } = world;
      const target = await world.addFlag("no-such-environment", 10);
      const nowhere = { ...target, environment: "nowhere" };
      expect(await flags.observe(nowhere)).toEqual({ kind: "absent", what: "environment" });
      expect(await flags.observe({ ...target, name: "never-made" })).toEqual({
        kind: "absent",
        what: "flag",
      });
    });

    test("a strategy that was deleted and made again has another id, and the old one takes no write", async () => {
      const { flags } = world;
      const target = await world.addFlag("made-again", 10);
      const [first] = await strategiesOf(flags, target);
      const again = await world.byHand(target).addStrategy("again");
      await world.byHand(target).removeStrategy(first.id);

      const outcome = await flags.write(target, first.id, 20, TOKEN(1), null);

      expect(outcome).toMatchObject({ kind: "refused", status: 404 });
      expect((await strategiesOf(flags, target)).map(({ id }) => id)).toEqual([again]);
    });

    test("a write under a wrong flag name is refused", async () => {
      const { flags } = world;
      const target = await world.addFlag("right-name", 10);
      const [first] = await strategiesOf(flags, target);
      const outcome = await flags.write({ ...target, name: "wrong-name" }, first.id, 20, TOKEN(1), null);
      expect(outcome).toMatchObject({ kind: "refused", status: 403 });
      expect((await strategiesOf(flags, target))[0].rollout).toBe("10");
    });

    test("whoever may only look is refused before and at the write", async () => {
      const { flags, viewerFlags } = world;
      const target = await world.addFlag("looked-at", 10);
      const [first] = await strategiesOf(viewerFlags, target);

      const refusals = await viewerFlags.preflight(target);
      expect(refusals.map(({ code }) => code)).toEqual(["no-right", "no-right"]);
      expect(refusals.map(({ message }) => message).join()).toMatch(
        /UPDATE_FEATURE_STRATEGY.*UPDATE_FEATURE_ENVIRONMENT/,
      );
      const outcome = await viewerFlags.write(target, first.id, 20, TOKEN(1), null);
      expect(outcome).toMatchObject({ kind: "refused", status: 403 });
      expect(await viewerFlags.switchOff(target)).toMatchObject({ kind: "refused", status: 403 });
      expect(await seenOf(flags, target)).toMatchObject({
        environmentEnabled: true,
        strategies: [{ rollout: "10" }],
      });
    });

    test("whoever may change flags passes the server's part of the preflight", async () => {
      expect(await world.flags.preflight(await world.addFlag("allowed", 10))).toEqual([]);
    });

    test("the event log tells our own writes from a colleague's", async () => {
      const { flags } = world;
      const target = await world.addFlag("attributed", 0);
      const [first] = await strategiesOf(flags, target);
      const before = (await eventsOf(flags, target, null)).at(-1)?.id ?? 0;
      await flags.write(target, first.id, 10, TOKEN(1), expecting(first));
      await world.byHand(target).set(first.id, "60");
      await world.byHand(target).off();

      const own = await flags.ownUserId(target.server);
      const { id: colleague, name: by } = world.colleague;
      expect(own).not.toBe(colleague);
      expect(await eventsOf(flags, target, before)).toMatchObject([
        {
          type: "feature-strategy-update",
          byUserId: own,
          environment: target.environment,
          strategyId: first.id,
          rolloutBefore: "0",
          rolloutAfter: "10",
          titleAfter: TOKEN(1),
        },
        { byUserId: colleague, by, strategyId: first.id, rolloutBefore: "10", rolloutAfter: "60" },
        { type: "feature-environment-disabled", byUserId: colleague, strategyId: null, rolloutAfter: null },
      ]);
    });

    test("only events above the one asked for are told, oldest first", async () => {
      const { flags } = world;
      const target = await world.addFlag("many-events", 0);
      const [first] = await strategiesOf(flags, target);
      for (const rollout of ["1", "2", "3", "4"]) await world.byHand(target).set(first.id, rollout);
      const all = await eventsOf(flags, target, null);
      const third = all.at(-3)?.id ?? 0;
      const newer = await eventsOf(flags, target, third);
      expect(newer.map(({ rolloutAfter }) => rolloutAfter)).toEqual(["3", "4"]);
      expect(await eventsOf(flags, target, all.at(-1)?.id ?? 0)).toEqual([]);
    });

    test.each(["250", "12.5", "-5", "abc"])(
      "a rollout of %j that somebody stored is read as it is",
      async (rollout) => {
        const { flags } = world;
        const target = await world.addFlag(`raw-${rollout.replace(/\W/, "x")}`, 10);
        const [first] = await strategiesOf(flags, target);
        await world.byHand(target).set(first.id, rollout);
        expect((await strategiesOf(flags, target))[0].rollout).toBe(rollout);
      },
    );

    test("what is served follows what is set, strategy by strategy", async () => {
      const { flags, served } = world;
      const target = await world.addFlag("followed", 10);
      const [first] = await strategiesOf(flags, target);
      await servedAs(world, target, [{ id: first.id, rollout: "10" }]);

      await flags.write(target, first.id, 30, TOKEN(1), null);
      const other = await world.byHand(target).addStrategy("beside");
      await flags.observe(target);
      await servedAs(world, target, [
        { id: first.id, rollout: "30" },
        { id: other, rollout: "100" },
      ]);

      await flags.switchOff(target);
      await eventually(world, async () => {
        expect(await served.observe(target)).toMatchObject({ kind: "seen", enabled: false });
      });
    });

    test("a flag that is archived is no longer served", async () => {
      const { flags, served } = world;
      const target = await world.addFlag("not-served", 10);
      await flags.observe(target);
      await eventually(world, async () => {
        expect(await served.observe(target)).toMatchObject({ kind: "seen", enabled: true });
      });
      await world.byHand(target).archive();
      await flags.observe(target);
      await eventually(world, async () => {
        expect(await served.observe(target)).toMatchObject({ kind: "seen", enabled: false, strategies: [] });
      });
    });

    test("the stop switch is off while its flag is absent, and follows it", async () => {
      const { served } = world;
      const target = await world.addFlag("stoppable", 10);
      await eventually(world, () => expect(served.stopSwitch(target)).toBe("off"));
      await world.stop(true);
      await eventually(world, () => expect(served.stopSwitch(target)).toBe("on"));
      await world.stop(false);
      await eventually(world, () => expect(served.stopSwitch(target)).toBe("off"));
    });

    test("a server that gives no answer leaves everything unknown, and is believed again when it does", async () => {
      const { flags, served } = world;
      const target = await world.addFlag("unanswered", 10);
      const [first] = await strategiesOf(flags, target);
      world.suspend();
      try {
        const [seen, written, off, events] = await Promise.all([
          flags.observe(target),
          flags.write(target, first.id, 20, TOKEN(1), expecting(first)),
          flags.switchOff({ ...target, name: "never-made" }),
          flags.events(target, 0),
        ]);
        expect([seen.kind, written.kind, off.kind, events]).toEqual(["unreadable", "unsure", "unsure", null]);
        await eventually(world, async () => {
          expect((await served.observe(target)).kind).toBe("unknown");
          expect(served.stopSwitch(target)).toBe("unknown");
        });
      } finally {
        world.resume();
      }
      // The raise of the silent time arrives together with the decrease and may win once: the server reads and writes
      // a strategy in two steps. So the decrease is said again until it is what is served.
      await eventually(world, async () => {
        expect(await flags.write(target, first.id, 0, TOKEN(2), null)).toEqual({ kind: "accepted" });
        expect(await served.observe(target)).toMatchObject({
          kind: "seen",
          strategies: [{ id: first.id, rollout: "0" }],
        });
      });
    });
  });
}

async function seenOf(flags: Flags, target: FlagTarget): Promise<FlagSeen> {
  const seen = await flags.observe(target);
  if (seen.kind !== "seen") throw new Error(`the flag reads as ${JSON.stringify(seen)}`);
  return seen;
}

async function strategiesOf(
  flags: Flags,
  target: FlagTarget,
): Promise<readonly [StrategySeen, ...StrategySeen[]]> {
  const [first, ...others] = (await seenOf(flags, target)).strategies;
  if (first === undefined) throw new Error("the flag has no strategy");
  return [first, ...others];
}

async function eventsOf(flags: Flags, target: FlagTarget, after: number | null) {
  const events = await flags.events(target, after);
  if (events === null) throw new Error("the event log cannot be read");
  return events;
}

function expecting(strategy: StrategySeen) {
  return { title: strategy.title, rollout: Number(strategy.rollout) };
}

async function servedAs(world: FlagWorld, target: FlagTarget, strategies: readonly unknown[]): Promise<void> {
  await eventually(world, async () => {
    expect(await world.served.observe(target)).toMatchObject({ kind: "seen", enabled: true, strategies });
  });
}

async function eventually(world: FlagWorld, holds: () => unknown): Promise<void> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    try {
      await holds();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await world.pass();
  }
}

/** A copy without the two fields that a write of ours may touch, in any strategy. */
/** What we write, and what Unleash itself notes some time after a flag was made. */
const TOUCHED: readonly string[] = ["rollout", "title", "lifecycle"];

function withoutTouched(whole: unknown): unknown {
  return JSON.parse(
    JSON.stringify(whole, (key, value: unknown) => (TOUCHED.includes(key) ? undefined : value)),
  );
}

function withoutGroup(whole: unknown): unknown {
  return JSON.parse(JSON.stringify(whole, (key, value: unknown) => (key === "groupId" ? undefined : value)));
}
