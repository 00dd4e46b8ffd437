import { describe, expect, test } from "vitest";
import { ACTIONS, type ActionName } from "../../../src/domain/command.ts";
import { isLegal, legalIn } from "../../../src/domain/moves.ts";
import type { RampState } from "../../../src/domain/ramp.ts";

const STATES: readonly RampState[] = [
  "idle",
  "proving",
  "baking",
  "paused",
  "halted",
  "rolling-back",
  "draining",
  "rolled-back",
  "finished",
];

// One column a state, in the order above.
const TABLE: Readonly<Record<ActionName, string>> = {
  start: "x.......x",
  act: "xxxxxxxxx",
  observe: "x......xx",
  pause: ".xx......",
  resume: "...xx....",
  advance: ".x.......",
  rollback: "xxxxxxxxx",
  reject: ".x.x.....",
  restart: ".......x.",
  "adopt-flag": "xxxxx.xxx",
  "adopt-definition": ".xxxx....",
  restore: "xxxxx.xxx",
  abort: ".x.xx....",
  finish: "..x...xx.",
  release: "x......xx",
  retire: "x......xx",
};

const CELLS = ACTIONS.flatMap((action) =>
  STATES.map((state, column) => ({ action, state, legal: TABLE[action][column] === "x" })),
);

test.each(CELLS)("$action while $state: legal is $legal", ({ action, state, legal }) => {
  expect(isLegal(action, state)).toBe(legal);
});

describe("the legal moves of a state", () => {
  test("of a run that waits at 0% are named in the order people know them", () => {
    const legal = ["start", "act", "observe", "rollback", "adopt-flag", "restore", "release", "retire"];
    expect(legalIn("idle")).toEqual(legal);
  });

  test("of a rollback under way are only to order it again, and the mode", () => {
    expect(legalIn("rolling-back")).toEqual(["act", "rollback"]);
  });

  test("of a drain are to end it, to order the rollback again, and what settles a changed flag", () => {
    expect(legalIn("draining")).toEqual(["act", "rollback", "adopt-flag", "restore", "finish"]);
  });

  test.each(STATES)("while %s include the rollback", (state) => {
    expect(legalIn(state)).toContain("rollback");
  });
});
