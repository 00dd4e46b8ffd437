import { describe, expect, it, test } from "vitest";

import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS } from "./defaults.ts";

const FLOWS = ["a", "b"].map((name) => ({
  path: `flow-${name}.yaml`,
  text: `schema: flow/v1\nname: flow-${name}\nowner: o\nstages: [one, two]\n`,
}));

/** Line 1 to 5 is the head, line 6 the key under test. */
function gateFile(name: string, key: string) {
  const text = `schema: gate/v1
name: ${name}
owner: o
runbook: r
flag: { unleash: ${name}, stickiness: orderId }
${key}
rollback: { reconcile: [{ task: repair, manual: true, within: 1h }] }
signals: [{ query: max(up), advance: at least 1 }]
`;
  return { path: `${name}.yaml`, text };
}

function told(code: string, ...files: readonly ReturnType<typeof gateFile>[]) {
  const { problems, gates } = parseFiles([...files, ...FLOWS], DEFAULTS);
  const found = problems.filter((problem) => problem.code === code);
  return {
    gates: [...gates.keys()],
    problems: found.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`),
  };
}

function touching(name: string, ...touches: readonly string[]) {
  return gateFile(name, `touches: [${touches.map((each) => `{ ${each} }`).join(", ")}]`);
}

function requiring(name: string, ...gates: readonly string[]) {
  return gateFile(name, `requires: [${gates.map((gate) => `{ gate: ${gate}, is: settled }`).join(", ")}]`);
}

describe("two gates keep each other out (R502)", () => {
  const x = touching("x", "flow: flow-b, stage: one", "flow: flow-a, stage: one, writes: [order, price]");

  it("when they write the same at one stage of a flow, and both hear of it", () => {
    const both = told("R502", x, touching("y", "flow: flow-a, stage: one, writes: [price]"));
    expect(both.gates).toEqual(["x", "y"]);
    expect(both.problems).toEqual([
      "x.yaml:6:43 `y` and this gate keep each other out of `flow-a`: the later one waits until the first has settled",
      "y.yaml:6:13 `x` and this gate keep each other out of `flow-a`: the later one waits until the first has settled",
    ]);
  });

  test.each([
    ["when one of them is exclusive, whatever they write", "flow: flow-a, stage: two, exclusive: true", 2],
    ["but not at another stage", "flow: flow-a, stage: two, writes: [price]", 0],
    ["but not in another flow", "flow: flow-b, stage: one, writes: [price]", 0],
    ["but not where one of them reads", "flow: flow-a, stage: one, reads: [price]", 0],
  ])("%s", (_, touch, count) => {
    expect(told("R502", x, touching("y", touch)).problems.length).toBe(count);
  });

  it("but nothing is said where one says that it waits for the other", () => {
    const y = touching("y", "flow: flow-a, stage: one, writes: [price]");
    const waiting = { ...y, text: `${y.text}requires: [{ gate: x, is: settled }]\n` };
    expect(told("R502", x, waiting).problems).toEqual([]);
    expect(told("R502", waiting, x).problems).toEqual([]);
  });
});

describe("gates that wait for one another (R503)", () => {
  it("are all refused, each with the way back to itself; who waits for them is not", () => {
    const found = told(
      "R503",
      requiring("x", "y"),
      requiring("y", "w", "z"),
      requiring("z", "x"),
      requiring("w"),
      requiring("v", "x"),
    );
    expect(found.problems).toEqual([
      "x.yaml:6:14 the gate waits for itself: `x` requires `y` requires `z` requires `x`",
      "y.yaml:6:40 the gate waits for itself: `y` requires `z` requires `x` requires `y`",
      "z.yaml:6:14 the gate waits for itself: `z` requires `x` requires `y` requires `z`",
    ]);
    expect(found.gates).toEqual(["v"]);
  });

  it("are no circle where two wait for a third", () => {
    const found = told(
      "R503",
      requiring("x", "y", "z"),
      requiring("y", "z"),
      touching("z", "flow: flow-a, stage: one"),
    );
    expect(found).toEqual({ gates: ["x", "y", "z"], problems: [] });
  });
});

describe("a first step above a flow's budget (R504)", () => {
  test.each([
    ["a percent", "steps: [{ to: 31% }, { to: 100% }]", "x.yaml:9:15"],
    ["a segment that counts for more", "steps: [{ segment: s, share: 40% }, { to: 100% }]", "x.yaml:9:30"],
    ["the default", "stopsAt: 100%", null],
    ["a ramp that is all of one step", "stopsAt: 100%\nsteps: [{ to: 100% }]", "x.yaml:10:15"],
    ["a segment of which nobody knows how much it is", "steps: [{ segment: s }, { to: 100% }]", null],
  ])("of %s", (_, steps, place) => {
    const x = touching("x", "flow: flow-a, stage: one");
    const found = told("R504", { ...x, text: `${x.text}${steps}\n` });
    expect(found.problems.map((problem) => problem.split(" ")[0])).toEqual(place === null ? [] : [place]);
    expect(found.gates).toEqual(["x"]);
  });

  it("of a default step is told at what it touches", () => {
    const x = touching("x", "flow: small, stage: one");
    const small = {
      path: "small.yaml",
      text: "schema: flow/v1\nname: small\nowner: o\nstages: [one]\npolicy: { unproven: 4%, bakeCounts: 1% }\n",
    };
    expect(told("R504", x, small).problems).toEqual([
      "x.yaml:6:10 the first step takes 5%, and `small` allows 4% to all ramps together: it can begin only alone",
    ]);
  });
});
