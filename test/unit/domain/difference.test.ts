import { expect, test } from "vitest";
import { differences } from "../../../src/domain/difference.ts";

test("plain data that say the same have no difference, whatever the order of their members", () => {
  const one = { a: [1, { b: null }], c: "x", d: Number.NaN, e: 0 };
  const other = { e: -0, d: Number.NaN, c: "x", a: [1, { b: null }] };
  expect(differences(one, other)).toEqual([]);
});

test("a member that is undefined is as good as absent, and null is not", () => {
  expect(differences({ a: undefined }, {})).toEqual([]);
  expect(differences({ a: null }, {})).toEqual([{ path: "a", recorded: null, replayed: undefined }]);
});

test("each difference is named by its path as deep as it goes", () => {
  const recorded = { record: { clocks: { "alert:{a}": { ms: 1 } }, drift: [1, 2] } };
  const replayed = { record: { clocks: { "alert:{a}": { ms: 2 } }, drift: [1], holdMs: 5 } };
  expect(differences(recorded, replayed)).toEqual([
    { path: 'record.clocks["alert:{a}"].ms', recorded: 1, replayed: 2 },
    { path: "record.drift[1]", recorded: 2, replayed: undefined },
    { path: "record.holdMs", recorded: undefined, replayed: 5 },
  ]);
});

test("values of another kind differ as a whole", () => {
  expect(differences({ a: [] }, { a: {} })).toEqual([{ path: "a", recorded: [], replayed: {} }]);
  expect(differences({ a: { b: 1 } }, { a: null })).toEqual([
    { path: "a", recorded: { b: 1 }, replayed: null },
  ]);
  expect(differences(1, "1")).toEqual([{ path: "", recorded: 1, replayed: "1" }]);
});
