import { beforeAll, describe, expect, test } from "vitest";
import { segmentsOf, shows } from "../../src/domain/audience.ts";
import {
  type FlagWorld,
  TOKEN,
  eventsOf,
  eventually,
  expecting,
  servedAs,
  strategiesOf,
} from "./flag-world.ts";

/** What every implementation of `Flags` and `Served` owes to a pass, beside the facts of Unleash itself. */
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
      const written = await flags.write(target, before.id, 0, TOKEN(1), expected, {
        kind: "group",
        groupId: "rotated~run_1",
      });
      expect(written).toEqual({ kind: "accepted" });
      const [after] = await strategiesOf(flags, target);
      expect(after).toEqual({ ...before, title: TOKEN(1), groupId: "rotated~run_1" });
      expect(withoutGroup(withoutTouched(await world.whole(target)))).toEqual(
        withoutGroup(withoutTouched(wholeBefore)),
      );

      const late = await flags.write(target, before.id, 0, TOKEN(2), expected, {
        kind: "group",
        groupId: "rotated~run_2",
      });
      expect(late.kind).toBe("unsure");
      expect((await strategiesOf(flags, target))[0]).toMatchObject({ groupId: "rotated~run_1" });
    });

    test("an audience is one segment, one constraint or neither, and leaves every other byte as it was", async () => {
      const { flags } = world;
      const target = await world.addFlag("refitted", 0);
      const [fresh] = await strategiesOf(flags, target);
      const id = (await flags.segments(target))?.get("pilots") ?? 0;
      const segment = { kind: "segment", name: "pilots", id } as const;
      const values = { kind: "values", label: "shops", field: "userId", values: ["a", "b"] } as const;
      let before = fresh;
      for (const [index, audience] of [segment, values, segment, null].entries()) {
        const more = { kind: "audience", audience } as const;
        const written = await flags.write(target, fresh.id, 0, TOKEN(index), expecting(before), more);
        expect(written).toEqual({ kind: "accepted" });
        const [after] = await strategiesOf(flags, target);
        expect(shows(after, audience ?? undefined)).toBe(true);
        const { constraints, segments } = after;
        expect(after).toEqual({ ...before, title: TOKEN(index), constraints, segments });
        expect((await eventsOf(flags, target, null)).at(-1)).toMatchObject({
          titleAfter: TOKEN(index),
          reachAfter: { constraints, segments: segmentsOf(after) },
        });
        before = after;
      }
    });

    test("a raise that tests its segments goes out only where exactly these stand", async () => {
      const { flags } = world;
      const target = await world.addFlag("tested-segments", 0);
      const [fresh] = await strategiesOf(flags, target);
      const id = (await flags.segments(target))?.get("pilots") ?? 0;
      const more = { kind: "audience", audience: { kind: "segment", name: "pilots", id } } as const;
      await flags.write(target, fresh.id, 0, TOKEN(1), expecting(fresh), more);

      const raise = (segments: readonly number[]) =>
        flags.write(target, fresh.id, 100, TOKEN(2), { title: TOKEN(1), rollout: 0, segments });
      expect((await raise([])).kind).toBe("unsure");
      expect((await raise([id + 1])).kind).toBe("unsure");
      expect((await strategiesOf(flags, target))[0].rollout).toBe("0");
      expect(await raise([id])).toEqual({ kind: "accepted" });
      await world.pass();
      expect((await strategiesOf(flags, target))[0]).toMatchObject({ rollout: "100", title: TOKEN(2) });
    });

    test("a raise that tests its constraints goes out only where exactly these stand", async () => {
      const { flags } = world;
      const target = await world.addFlag("tested-constraints", 0);
      const [fresh] = await strategiesOf(flags, target);
      const audience = { kind: "values", label: "shops", field: "userId", values: ["a", "b"] } as const;
      await flags.write(target, fresh.id, 0, TOKEN(1), expecting(fresh), { kind: "audience", audience });
      const [fitted] = await strategiesOf(flags, target);

      const raise = (constraints: string) =>
        flags.write(target, fresh.id, 100, TOKEN(2), {
          title: TOKEN(1),
          rollout: 0,
          segments: [],
          constraints,
        });
      expect((await raise("[]")).kind).toBe("unsure");
      expect((await raise(fresh.constraints)).kind).toBe("unsure");
      expect((await strategiesOf(flags, target))[0].rollout).toBe("0");
      expect(await raise(fitted.constraints)).toEqual({ kind: "accepted" });
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

    test("an empty title is taken as it is, for a strategy that never had one", async () => {
      const { flags } = world;
      const target = await world.addFlag("untitled-again", 5);
      const [fresh] = await strategiesOf(flags, target);
      await flags.write(target, fresh.id, 5, TOKEN(1), expecting(fresh));
      const outcome = await flags.write(target, fresh.id, 5, "", { title: TOKEN(1), rollout: 5 });
      expect(outcome.kind).toBe("accepted");
      expect((await strategiesOf(flags, target))[0]).toMatchObject({ title: "", rollout: "5" });
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

    test("whoever may change flags passes the server's part of the preflight", async () => {
      expect(await world.flags.preflight(await world.addFlag("allowed", 10))).toEqual([]);
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
