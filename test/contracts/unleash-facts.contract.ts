import { beforeAll, describe, expect, test } from "vitest";
import type { Flags } from "../../src/control/ports.ts";
import type { FlagTarget } from "../../src/domain/gate.ts";
import { type FlagWorld, TOKEN, eventsOf, expecting, seenOf, strategiesOf } from "./flag-world.ts";

/** A race that a server loses nearly always is met at the latest in one of so many rounds. */
const ROUNDS = 40;

/** What Unleash does that nobody would expect, one test each; docs/unleash.md lists them. Every fake must be as unkind. */
export function unleashFacts(name: string, makeWorld: () => Promise<FlagWorld>): void {
  describe(name, () => {
    let world: FlagWorld;
    beforeAll(async () => {
      world = await makeWorld();
    });

    test.each(["250", "12.5", "-5", "abc"])(
      "a rollout of %j is stored, for nobody checks its bounds",
      async (rollout) => {
        const { flags } = world;
        const target = await world.addFlag(`bounds-${rollout.replace(/\W/, "x")}`, 10);
        const [first] = await strategiesOf(flags, target);
        await world.byHand(target).set(first.id, rollout);
        expect((await strategiesOf(flags, target))[0].rollout).toBe(rollout);
      },
    );

    test("a failed test is answered with 500, and the late write that carried it changes nothing", async () => {
      const { flags } = world;
      const target = await world.addFlag("late-raise", 10);
      const [first] = await strategiesOf(flags, target);
      await flags.write(target, first.id, 0, TOKEN(2), null);

      const late = await flags.write(target, first.id, 25, TOKEN(1), expecting(first));

      expect(late).toEqual({
        kind: "unsure",
        detail: expect.stringMatching(/^Unleash answered 500: Test operation failed/),
      });
      expect((await strategiesOf(flags, target))[0]).toMatchObject({ rollout: "0", title: TOKEN(2) });
    });

    test("two writes at once that test for the same are both accepted, and one of them is lost", async () => {
      const { flags } = world;
      const target = await world.addFlag("both-accepted", 10);
      await inSomeRound(async (round) => {
        const [now] = await strategiesOf(flags, target);
        const write = (to: number) => flags.write(target, now.id, to, TOKEN(2 * round + to), expecting(now));
        const outcomes = await Promise.all([write(20), write(21)]);
        expect(outcomes.map(({ kind }) => kind)).toEqual(["accepted", "accepted"]);
        const [left] = await strategiesOf(flags, target);
        expect(["20", "21"]).toContain(left.rollout);
      });
    });

    test("of two writes at once to different fields one is lost, for each writes the whole strategy", async () => {
      const { flags } = world;
      const target = await world.addFlag("field-lost", 10);
      await inSomeRound(async (round) => {
        const [now] = await strategiesOf(flags, target);
        const percent = 20 + round;
        const groupId = `group-${round}`;
        const [outcome] = await Promise.all([
          flags.write(target, now.id, percent, TOKEN(round), null),
          world.byHand(target).regroup(now.id, groupId),
        ]);
        expect(outcome).toEqual({ kind: "accepted" });
        const [left] = await strategiesOf(flags, target);
        const kept = [left.rollout === String(percent), left.groupId === groupId];
        expect(kept.filter(Boolean)).toHaveLength(1);
      });
    });

    test("a strategy is written through any environment of its flag, and the event names that one", async () => {
      const { flags } = world;
      const target = await world.addFlag("wrong-environment", 10);
      const [first] = await strategiesOf(flags, target);
      const before = await lastEvent(flags, target);
      const through = { ...target, environment: world.elsewhere };

      expect(await flags.write(through, first.id, 20, TOKEN(1), expecting(first))).toEqual({
        kind: "accepted",
      });

      expect((await strategiesOf(flags, target))[0]).toMatchObject({ rollout: "20", title: TOKEN(1) });
      expect(await eventsOf(flags, target, before)).toMatchObject([
        { type: "feature-strategy-update", environment: world.elsewhere, strategyId: first.id },
      ]);
      const nowhere = { ...target, environment: "nowhere" };
      expect((await flags.write(nowhere, first.id, 30, TOKEN(2), null)).kind).toBe("refused");
      expect((await strategiesOf(flags, target))[0].rollout).toBe("20");
    });

    test("a write under a wrong flag name is answered with 403", async () => {
      const { flags } = world;
      const target = await world.addFlag("right-name", 10);
      const [first] = await strategiesOf(flags, target);
      const outcome = await flags.write({ ...target, name: "wrong-name" }, first.id, 20, TOKEN(1), null);
      expect(outcome).toMatchObject({ kind: "refused", status: 403 });
      expect((await strategiesOf(flags, target))[0].rollout).toBe("10");
    });

    test("an archived flag is answered with 404, and yet takes a write, which is there when it comes back, switched off", async () => {
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

    test("disabling the last enabled strategy switches the environment off", async () => {
      const { flags } = world;
      const target = await world.addFlag("disabled", 10);
      const [first] = await strategiesOf(flags, target);
      const before = await lastEvent(flags, target);

      await world.byHand(target).disable(first.id);

      expect(await seenOf(flags, target)).toMatchObject({
        environmentEnabled: false,
        strategies: [{ id: first.id, disabled: true }],
      });
      expect(await typesOf(flags, target, before)).toEqual([
        "feature-strategy-update",
        "feature-environment-disabled",
      ]);
    });

    test("removing the last strategy switches the environment off", async () => {
      const { flags } = world;
      const target = await world.addFlag("emptied", 10);
      const [first] = await strategiesOf(flags, target);
      const before = await lastEvent(flags, target);

      await world.byHand(target).removeStrategy(first.id);

      expect(await seenOf(flags, target)).toMatchObject({ environmentEnabled: false, strategies: [] });
      expect(await typesOf(flags, target, before)).toEqual([
        "feature-environment-disabled",
        "feature-strategy-remove",
      ]);
    });

    test("switching on what has only disabled strategies adds one at 100 %", async () => {
      const { flags } = world;
      const target = await world.addFlag("switched-on-bare", 10);
      const [first] = await strategiesOf(flags, target);
      await world.byHand(target).disable(first.id);
      const before = await lastEvent(flags, target);

      await world.byHand(target).on();

      const after = await seenOf(flags, target);
      expect(after.environmentEnabled).toBe(true);
      expect(after.strategies).toMatchObject([
        { id: first.id, disabled: true },
        { kind: "flexibleRollout", disabled: false, rollout: "100", groupId: target.name },
      ]);
      expect(await typesOf(flags, target, before)).toEqual([
        "feature-strategy-add",
        "feature-environment-enabled",
      ]);
    });

    test("switching off twice is accepted twice and leaves one event", async () => {
      const { flags } = world;
      const target = await world.addFlag("off-twice", 10);
      const before = (await eventsOf(flags, target, null)).at(-1)?.id ?? 0;

      expect(await flags.switchOff(target)).toEqual({ kind: "accepted" });
      expect(await flags.switchOff(target)).toEqual({ kind: "accepted" });

      expect((await seenOf(flags, target)).environmentEnabled).toBe(false);
      const events = await eventsOf(flags, target, before);
      expect(events.map(({ type }) => type)).toEqual(["feature-environment-disabled"]);
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

    test("every event bears the user who made the change, and a strategy before and after it", async () => {
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

    test("each change leaves an event of its kind, with its environment, in the order of the changes", async () => {
      const { flags } = world;
      const target = await world.addFlag("every-kind", 10);
      const [first] = await strategiesOf(flags, target);
      const before = await lastEvent(flags, target);
      const hand = world.byHand(target);
      const other = await hand.addStrategy("beside");
      await hand.removeStrategy(other);
      await hand.off();
      await hand.on();
      await hand.set(first.id, "20");
      await hand.archive();
      await hand.revive();

      const events = await eventsOf(flags, target, before);
      const { environment } = target;
      expect(events.map((event) => [event.type, event.environment])).toEqual([
        ["feature-strategy-add", environment],
        ["feature-strategy-remove", environment],
        ["feature-environment-disabled", environment],
        ["feature-environment-enabled", environment],
        ["feature-strategy-update", environment],
        ["feature-archived", null],
        ["feature-revived", null],
      ]);
      expect(new Set(events.map(({ byUserId }) => byUserId))).toEqual(new Set([world.colleague.id]));
    });
  });
}

async function lastEvent(flags: Flags, target: FlagTarget): Promise<number> {
  return (await eventsOf(flags, target, null)).at(-1)?.id ?? 0;
}

async function typesOf(flags: Flags, target: FlagTarget, after: number): Promise<readonly string[]> {
  return (await eventsOf(flags, target, after)).map(({ type }) => type);
}

/** Whether a race is lost in one round is the scheduler's choice; that it can be lost is the fact. */
async function inSomeRound(play: (round: number) => Promise<void>): Promise<void> {
  for (let round = 1; round < ROUNDS; round += 1) {
    try {
      await play(round);
      return;
    } catch {
      // The next round tries again.
    }
  }
  await play(ROUNDS);
}
