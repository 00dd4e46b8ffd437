import { expect, test } from "vitest";
import type { WriteOutcome } from "../../../src/control/ports.ts";
import { fakeStrategy } from "../../support/fake-flag-edits.ts";
import { createFakeFlags } from "../../support/fake-flags.ts";
import { flagTarget } from "../../support/flag-target.ts";
import { manualClock } from "../../support/manual-clock.ts";

const TARGET = flagTarget();
const KIM = { name: "kim", userId: 3 };

function fakeAt(rollout: number) {
  const clock = manualClock();
  const fake = createFakeFlags(clock);
  const id = fake.addFlag({ name: TARGET.name, strategies: [fakeStrategy({ rollout: String(rollout) })] });
  const write = (
    to: number,
    title: string,
    from: { title: string | null; rollout: number } | null = null,
  ): Promise<WriteOutcome> => fake.flags.write(TARGET, id, to, title, from);
  return {
    clock,
    fake,
    id,
    write,
    kim: fake.person(KIM, TARGET),
    percent: () => fake.state(TARGET).strategies[0]?.rollout,
  };
}

test("a lost write changes nothing; a lost reply does, and nobody can tell them apart", async () => {
  const { fake, write, percent } = fakeAt(0);
  fake.faults.writes = ["lost", "reply-lost"];
  const lost = await write(5, "a");
  expect(percent()).toBe("0");
  expect(await write(10, "b")).toEqual(lost);
  expect(percent()).toBe("10");
  expect(await write(15, "c")).toEqual({ kind: "accepted" });
  expect(fake.writes.map(({ change, applied }) => [change, applied])).toEqual([
    [{ kind: "percent", to: 10, title: "b" }, true],
    [{ kind: "percent", to: 15, title: "c" }, true],
  ]);
});

test("a late write arrives when it is delivered, and fails if its test no longer holds", async () => {
  const { fake, write, percent } = fakeAt(10);
  fake.faults.writes = ["late"];
  expect((await write(25, "raise", { title: null, rollout: 10 })).kind).toBe("unsure");
  await write(0, "rollback");
  fake.deliverLate();
  expect(percent()).toBe("0");
  expect(fake.writes.map(({ applied }) => applied)).toEqual([true, false]);
});

test("an edit between the reading and the writing of a patch is lost, as on the real server", async () => {
  const { fake, write, kim, percent } = fakeAt(10);
  fake.faults.betweenReadAndWrite = () => kim.set(0);
  expect(await write(25, "raise", { title: null, rollout: 10 })).toEqual({ kind: "accepted" });
  expect(percent()).toBe("25");
  await write(30, "next");
  expect(percent()).toBe("30");
});

test("reads may lag behind the writes, and what is served lags behind both", async () => {
  const { clock, fake, write } = fakeAt(0);
  fake.faults.readsBehindMs = 300;
  clock.advance(5_000);
  await write(20, "t");
  clock.advance(200);
  expect(await fake.flags.observe(TARGET)).toMatchObject({ strategies: [{ rollout: "0" }] });
  clock.advance(200);
  expect(await fake.flags.observe(TARGET)).toMatchObject({ strategies: [{ rollout: "20" }] });
  expect(await fake.served.observe(TARGET)).toMatchObject({ strategies: [{ rollout: "0" }] });
  clock.advance(600);
  expect(await fake.served.observe(TARGET)).toMatchObject({ strategies: [{ rollout: "20" }] });
});

test("what was written through another environment is not served before its own has an event", async () => {
  const { clock, fake, id, kim } = fakeAt(18);
  fake.addFlag({ name: TARGET.name, environment: "development", enabled: false, strategies: [] });
  clock.advance(5_000);
  await fake.flags.write({ ...TARGET, environment: "development" }, id, 77, "t", null);
  clock.advance(60_000);
  expect(await fake.flags.observe(TARGET)).toMatchObject({ strategies: [{ rollout: "77" }] });
  expect(await fake.served.observe(TARGET)).toMatchObject({ strategies: [{ rollout: "18" }] });
  kim.addStrategy({ rollout: "1" });
  clock.advance(2_000);
  expect(await fake.served.observe(TARGET)).toMatchObject({ strategies: [{ rollout: "77" }, {}] });
});

test("a flag that is archived can be switched neither on nor off by hand, and comes back off everywhere", () => {
  const { fake, kim } = fakeAt(5);
  const elsewhere = { name: TARGET.name, environment: "development" };
  fake.addFlag({ ...elsewhere, enabled: true });
  kim.archive();
  expect(() => kim.off()).toThrow("400");
  kim.revive();
  expect([fake.state(TARGET), fake.state(elsewhere)]).toMatchObject([
    { enabled: false, archived: false },
    { enabled: false, archived: false },
  ]);
});

test("writes can be refused, once or for good, and the preflight says so", async () => {
  const { fake, write, percent } = fakeAt(0);
  fake.faults.writes = ["refused"];
  expect(await write(5, "a")).toMatchObject({ kind: "refused", status: 403 });
  fake.faults.refuseWrites = true;
  expect(await fake.flags.switchOff(TARGET)).toMatchObject({ kind: "refused", status: 403 });
  expect(await fake.flags.preflight(TARGET)).toHaveLength(2);
  expect(percent()).toBe("0");
  fake.faults.refuseWrites = false;
  fake.faults.preflight = [{ code: "change-requests", message: "a review is needed" }];
  expect(await fake.flags.preflight(TARGET)).toEqual(fake.faults.preflight);
});

test("a flag that was moved is seen in its new project", async () => {
  const { fake, kim } = fakeAt(5);
  kim.move("shop");
  expect(await fake.flags.observe(TARGET)).toMatchObject({ kind: "seen", project: "shop" });
  expect((await fake.flags.events(TARGET, 0))?.map(({ type, by }) => [type, by])).toEqual([
    ["feature-project-change", "kim"],
  ]);
});

test("the event log can be down on its own", async () => {
  const { fake } = fakeAt(5);
  fake.faults.eventsDown = true;
  expect(await fake.flags.events(TARGET, 0)).toBeNull();
  expect((await fake.flags.observe(TARGET)).kind).toBe("seen");
});
