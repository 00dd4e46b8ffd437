import { describe, expect, it } from "vitest";
import { countsTowardsHold, holdAfter } from "../../../src/domain/hold.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Verdict, VerdictCode } from "../../../src/domain/verdict.ts";
import { NOON, aLastPass, aSignalJudgement } from "../../support/builders.ts";

const EVERY = 15 * SECOND;
const PASS = { now: NOON, everyMs: EVERY, counted: true, holdMs: 30 * MINUTE };

const waits = (code: VerdictCode, fields = {}) => aSignalJudgement({ verdict: "wait", code, ...fields });

describe("the hold clock", () => {
  it.each([
    ["adds the time since the pass before", 15 * SECOND, {}, 75 * SECOND],
    ["adds up to three times every", 3 * EVERY, {}, 105 * SECOND],
    ["adds nothing for a gap beyond that", 3 * EVERY + 1, {}, 60 * SECOND],
    ["adds nothing for a pass at the same instant", 0, {}, 60 * SECOND],
    ["adds nothing when the wall clock jumped back", -1, {}, 60 * SECOND],
    ["adds nothing when this pass does not count", 15 * SECOND, { counted: false }, 60 * SECOND],
    ["keeps its time over a gap as long as the hold", 30 * MINUTE, {}, 60 * SECOND],
    ["starts anew after a gap longer than the hold", 30 * MINUTE + 1, {}, 0],
    ["starts anew after such a gap though this pass does not count", 31 * MINUTE, { counted: false }, 0],
    [
      "grows by ordinary passes though the hold is shorter than their distance",
      15 * SECOND,
      { holdMs: 10 * SECOND },
      75 * SECOND,
    ],
    [
      "grows by late passes that still follow each other though the hold is shorter",
      3 * EVERY,
      { holdMs: 10 * SECOND },
      105 * SECOND,
    ],
  ])("%s", (_, sinceLast, changed, held) => {
    const last = aLastPass({ at: NOON - sinceLast });

    expect(holdAfter(60 * SECOND, last, { ...PASS, ...changed })).toBe(held);
  });

  it("adds nothing when the pass before did not count", () => {
    expect(holdAfter(60 * SECOND, aLastPass({ counted: false }), PASS)).toBe(60 * SECOND);
  });

  it("adds nothing at the first pass", () => {
    expect(holdAfter(0, null, PASS)).toBe(0);
  });
});

describe("a pass", () => {
  it.each<[string, Verdict, VerdictCode[], boolean]>([
    ["counts when all is good", "good", ["good"], true],
    ["counts while a signal is short", "wait", ["good", "short"], true],
    ["counts while a signal settles", "wait", ["good", "settling"], true],
    ["counts while one is short and one settles", "wait", ["short", "settling"], true],
    ["does not count while a signal is between", "wait", ["settling", "between"], false],
    ["does not count while a signal is missing", "wait", ["short", "missing"], false],
    ["does not count while a source is dark", "wait", ["dark"], false],
    ["does not count at halt", "halt", ["short"], false],
    ["does not count at rollback", "rollback", ["short"], false],
  ])("%s", (_, verdict, codes, counted) => {
    const signals = codes.map((code) => (code === "good" ? aSignalJudgement() : waits(code)));

    expect(countsTowardsHold({ verdict, signals, alerts: [] })).toBe(counted);
  });

  it("does not ask signals that do not count", () => {
    const signals = [waits("short"), waits("between", { counts: false })];
    expect(countsTowardsHold({ verdict: "wait", signals, alerts: [] })).toBe(true);
  });
});
