import { expect, test } from "vitest";
import { firstDue, missedSlots, nextDue, nextSlot } from "../../../src/control/schedule.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { NOON, aGate, aRecord, aRollback, anIntention } from "../../support/builders.ts";

const EVERY = 15 * SECOND;

test("the next slot lies after now, at most one rhythm away, and slots of a name are a rhythm apart", () => {
  for (let now = NOON; now < NOON + MINUTE; now += 777) {
    const slot = nextSlot("checkout", EVERY, now);
    expect(slot).toBeGreaterThan(now);
    expect(slot - now).toBeLessThanOrEqual(EVERY);
    expect(nextSlot("checkout", EVERY, slot)).toBe(slot + EVERY);
  }
});

test("the slot of a name is the same in every process", () => {
  expect(nextSlot("checkout", EVERY, NOON) - NOON).toBe(nextSlot("checkout", EVERY, NOON) - NOON);
  expect(nextSlot("checkout", EVERY, NOON) % EVERY).not.toBe(nextSlot("search", EVERY, NOON) % EVERY);
});

test.each([
  [0, 0],
  [EVERY - 1, 0],
  [EVERY, 1],
  [10 * EVERY + 1, 10],
  [-EVERY, 0],
])("%i ms after the slot that was due, %i more have gone by", (late, slots) => {
  expect(missedSlots(EVERY, NOON, NOON + late)).toBe(slots);
});

test("a gate at rest is due in its slot", () => {
  expect(nextDue(aGate(), aRecord(), NOON)).toBe(nextSlot("checkout", EVERY, NOON));
});

test.each([
  { since: 0, within: SECOND },
  { since: 3 * SECOND, within: 3 * SECOND },
  { since: MINUTE, within: 10 * SECOND },
])(
  "$since ms into a rollback that is not written the next try is at most $within ms away",
  ({ since, within }) => {
    const gate = aGate({ everyMs: 5 * MINUTE });
    const record = aRecord({
      ramp: aRollback({ since: NOON - since }),
      intention: anIntention({ kind: "lower" }),
    });
    expect(nextDue(gate, record, NOON)).toBe(NOON + within);
  },
);

test("a rollback that is written is looked at again within 5 s, or in its slot if that is earlier", () => {
  const record = aRecord({ ramp: aRollback() });
  expect(nextDue(aGate({ everyMs: 5 * MINUTE }), record, NOON)).toBe(NOON + 5 * SECOND);
  expect(nextDue(aGate({ everyMs: SECOND }), record, NOON)).toBeLessThanOrEqual(NOON + SECOND);
});

test("a gate that is new to the process is due within three seconds, and never after its own slot", () => {
  const names = Array.from({ length: 40 }, (_, index) => `gate-${index}`);
  const waits = names.map((name) => firstDue(name, EVERY, NOON) - NOON);
  expect(Math.max(...waits)).toBeLessThan(3_000);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(0);
  expect(new Set(waits).size).toBeGreaterThan(20);
  for (const name of names) {
    expect(firstDue(name, 1_000, NOON)).toBeLessThanOrEqual(nextSlot(name, 1_000, NOON));
  }
});
