import { describe, expect, test } from "vitest";
import type { FlagWrite } from "../../faults/flag-log.ts";
import { tokenIn } from "../../faults/flag-log.ts";
import { type Declared, brokenLaws } from "../../faults/laws.ts";
import type { Stored, StoredDecision } from "../../faults/stored.ts";

const OURS = 7;
const DECLARED: Declared = { gate: "checkout", steps: [1, 50, 100], holdMs: 1_000 };

function raise(id: number, from: number, to: number, change: Partial<FlagWrite> = {}): FlagWrite {
  const title = `Gradual [rampart 1/3 #abc.1.${id}]`;
  return { id, at: id * 1_000, by: OURS, from, to, title, token: tokenIn(title), ...change };
}

function decisionOf(write: FlagWrite, change: Partial<StoredDecision> = {}): StoredDecision {
  const { id, at, to, title } = write;
  return {
    id: `dec_${id}`,
    gate: "checkout",
    at: at - 10,
    lastAt: at - 10,
    count: 1,
    after: "proving",
    verdict: "good",
    action: { kind: "raise", to, ...(title === null ? {} : { title }) },
    ...change,
  };
}

const store = (...decisions: readonly StoredDecision[]): Stored => ({
  decisions: new Map(decisions.map((decision) => [decision.id, decision])),
  records: new Map(),
});

const [FIRST, SECOND] = [raise(1, 0, 1), raise(2, 1, 50)];
/** Without the log that follows. */
const broken = (writes: readonly FlagWrite[], stored: Stored, late = 0): readonly string[] =>
  brokenLaws(DECLARED, OURS, writes, stored, { late }).slice(0, -1);

describe("what the fault scenarios take for a broken promise", () => {
  test("nothing in a ramp that rose step by step on recorded decisions, also where somebody else wrote", () => {
    const byHand = raise(9, 0, 100, { by: 8, token: null });
    const back = raise(3, 50, 0);
    const stored = store(decisionOf(FIRST), decisionOf(SECOND));
    expect(brokenLaws(DECLARED, OURS, [FIRST, SECOND, back, byHand], stored)).toEqual([]);
  });

  test("a raise without a decision in the store", () => {
    expect(broken([FIRST], store())).toEqual([
      "checkout: event 1 of Unleash raises to 1% with the token abc.1.1; 0 decisions in the store say so",
    ]);
  });

  test.each([
    ["of another percent", { action: { ...decisionOf(FIRST).action, to: 50 } }, "its decision says 50%"],
    ["made only afterwards", { at: FIRST.at + 1 }, "its decision was made only afterwards"],
    ["with bad signals", { verdict: "wait" }, "its decision found the signals wait"],
  ])("a raise whose decision is one %s", (_, change, says) => {
    expect(broken([FIRST], store(decisionOf(FIRST, change)))).toEqual([expect.stringContaining(says)]);
  });

  test("a second raise with the same token", () => {
    const again = raise(4, 1, 50, { title: FIRST.title, token: FIRST.token });
    expect(broken([FIRST, again], store(decisionOf(FIRST)))).toContain(
      "checkout: the token abc.1.1 raised twice",
    );
  });

  test("a step that is entered twice, unless a late raise was taken back", () => {
    const twice = raise(4, 0, 1);
    const stored = store(decisionOf(FIRST), decisionOf(twice));
    expect(broken([FIRST, twice], stored, 1)).toEqual([
      "checkout: raised to 1% a second time, where it stood already",
    ]);
    const back = raise(3, 1, 0);
    expect(broken([FIRST, back, twice], stored)).toEqual([
      "checkout: 1 steps were entered again, after 0 late raises",
    ]);
    expect(brokenLaws(DECLARED, OURS, [FIRST, back, twice], stored, { late: 1 })).toEqual([]);
  });

  test("a step that is left out, or one that is left without having been reached", () => {
    const far = raise(2, 1, 100);
    expect(broken([FIRST, far], store(decisionOf(FIRST), decisionOf(far)))).toEqual([
      "checkout: raised from 1% to 100%, not to 50%",
    ]);
    expect(broken([SECOND], store(decisionOf(SECOND)))).toEqual([
      "checkout: raised from 1%, which it never reached",
    ]);
  });

  test("and the log of the flag follows", () => {
    expect(brokenLaws(DECLARED, OURS, [FIRST], store()).at(-1)).toBe("checkout: 1 by 7 0>1 abc.1.1");
  });

  test("a raise before the hold is over", () => {
    const early = { ...SECOND, at: FIRST.at + 999 };
    expect(broken([FIRST, early], store(decisionOf(FIRST), decisionOf(early)))).toEqual([
      "checkout: raised to 50% 999 ms after 1%",
    ]);
  });
});
