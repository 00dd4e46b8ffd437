import { expect, test } from "vitest";
import { strategyPatch } from "../../../src/unleash/strategy-patch.ts";

const AT_0 = { title: "text", rollout: 0 };

test("an audience of one segment takes the place of every segment and constraint", () => {
  const audience = { kind: "segment", name: "staff", id: 7 } as const;
  expect(strategyPatch(0, "t", AT_0, { kind: "audience", audience })).toEqual([
    { op: "test", path: "/title", value: "text" },
    { op: "test", path: "/parameters/rollout", value: "0" },
    { op: "replace", path: "/parameters/rollout", value: "0" },
    { op: "replace", path: "/title", value: "t" },
    { op: "replace", path: "/segments", value: [7] },
    { op: "replace", path: "/constraints", value: [] },
  ]);
});

test("an audience of values is one constraint, and no audience is neither", () => {
  const values = { kind: "values", label: "shops", field: "shopId", values: ["dk", "se"] } as const;
  const constraint = {
    contextName: "shopId",
    operator: "IN",
    values: ["dk", "se"],
    inverted: false,
    caseInsensitive: false,
  };
  expect(strategyPatch(0, "t", null, { kind: "audience", audience: values }).slice(2)).toEqual([
    { op: "replace", path: "/segments", value: [] },
    { op: "replace", path: "/constraints", value: [constraint] },
  ]);
  expect(strategyPatch(0, "t", null, { kind: "audience", audience: null }).slice(2)).toEqual([
    { op: "replace", path: "/segments", value: [] },
    { op: "replace", path: "/constraints", value: [] },
  ]);
});

test("constraints are tested as they were read", () => {
  const constraints =
    '[{"caseInsensitive":false,"contextName":"shopId","inverted":false,"operator":"IN","values":["dk"]}]';
  expect(strategyPatch(100, "t", { ...AT_0, constraints })[2]).toEqual({
    op: "test",
    path: "/constraints",
    value: [
      { contextName: "shopId", operator: "IN", values: ["dk"], inverted: false, caseInsensitive: false },
    ],
  });
});

test("a raise that knows its segments tests them", () => {
  expect(strategyPatch(100, "t", { ...AT_0, segments: [7] })[2]).toEqual({
    op: "test",
    path: "/segments",
    value: [7],
  });
});
