import { expect, test } from "vitest";
import { Acknowledged } from "../../faults/acknowledged.ts";
import type { Stored, StoredDecision } from "../../faults/stored.ts";

const row: StoredDecision = {
  id: "dec_1",
  gate: "checkout",
  at: 1,
  lastAt: 3,
  count: 2,
  after: "halted",
  verdict: "halt",
  action: { kind: "none" },
};
const store = (...rows: readonly StoredDecision[]): Stored => ({
  decisions: new Map(rows.map((each) => [each.id, each])),
  records: new Map(),
});
const told = new Acknowledged();
told.told("checkout", { id: "dec_1", count: 2, after: "halted" });

test("what was told and is stored, with as many passes or more, is not lost", () => {
  expect(told.lost(store(row))).toEqual([]);
  expect(told.lost(store({ ...row, count: 5 }))).toEqual([]);
});

test.each([
  ["is gone", [], "the decision dec_1 was told and is not in the store"],
  ["has fewer passes", [{ ...row, count: 1 }], "dec_1 was told as 2 passes, the store has 1"],
  [
    "ends otherwise",
    [{ ...row, after: "proving" }],
    "dec_1 was told to end in halted, the store says proving",
  ],
])("what was told and %s is lost", (_, rows, says) => {
  expect(told.lost(store(...rows))).toEqual([`checkout: ${says}`]);
});

test("what is told after a snapshot is not looked for in it", () => {
  const before = told.snapshot();
  told.told("checkout", { id: "dec_2", count: 1, after: "halted" });
  expect(before.lost(store(row))).toEqual([]);
  expect(told.lost(store(row))).toHaveLength(1);
});
