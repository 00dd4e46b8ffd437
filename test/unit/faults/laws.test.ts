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
const broken = (writes: readonly FlagWrite[], stored: Stored): readonly string[] =>
  brokenLaws(DECLARED, OURS, writes, stored);

describe("what the fault scenarios take for a broken promise", () => {
  test("nothing in a ramp that rose step by step on recorded decisions, also where somebody else wrote", () => {
    const byHand = raise(9, 0, 100, { by: 8, token: null });
    const back = raise(3, 50, 0);
    expect(broken([FIRST, SECOND, back, byHand], store(decisionOf(FIRST), decisionOf(SECOND)))).toEqual([]);
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

  test("a step that is entered twice, or left out", () => {
    const twice = raise(3, 0, 1);
    expect(broken([FIRST, twice], store(decisionOf(FIRST), decisionOf(twice)))).toEqual([
      "checkout: raise 2 went from 0% to 1%, not from 1% to 50%",
    ]);
    const far = raise(2, 1, 100);
    expect(broken([FIRST, far], store(decisionOf(FIRST), decisionOf(far)))).toEqual([
      "checkout: raise 2 went from 1% to 100%, not from 1% to 50%",
    ]);
  });

  test("a raise before the hold is over", () => {
    const early = { ...SECOND, at: FIRST.at + 999 };
    expect(broken([FIRST, early], store(decisionOf(FIRST), decisionOf(early)))).toEqual([
      "checkout: raised to 50% 999 ms after 1%",
    ]);
  });
});
