import * as fc from "fast-check";
import { expect, it } from "vitest";
import { ENOUGH, evidenceAgainst, leastRatio } from "../../src/domain/proof-evidence.ts";

/** Small numbers with a period far beyond these tests, the same in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

it("a ratio that is there is excluded in at most 1 of 20 runs, though every outcome is looked at", () => {
  for (const ratio of [0.03, 0.1]) {
    let wrong = 0;
    for (let run = 1; run <= 1_000; run += 1) {
      const throws = dice(run * 7_919);
      let bad = 0;
      for (let total = 1; total <= 600; total += 1) {
        if (throws() < ratio) bad += 1;
        if (evidenceAgainst({ bad, total }, ratio) < ENOUGH) continue;
        wrong += 1;
        break;
      }
    }
    expect(wrong).toBeLessThanOrEqual(50);
    // Not for want of power: some of them are.
    expect(wrong).toBeGreaterThan(5);
  }
});

it("what a control is bad at least is never more than what was seen of it", () => {
  fc.assert(
    fc.property(fc.nat(2_000), fc.integer({ min: 1, max: 100_000 }), (bad, more) => {
      const total = bad + more;
      expect(leastRatio({ bad, total })).toBeLessThanOrEqual(bad / total);
    }),
  );
});

it("more good outcomes never weaken a proof, and a bad one never strengthens it", () => {
  fc.assert(
    fc.property(fc.nat(50), fc.nat(5_000), fc.constantFrom(0.002, 0.03, 0.2), (bad, good, ratio) => {
      const evidence = evidenceAgainst({ bad, total: bad + good }, ratio);
      expect(evidenceAgainst({ bad, total: bad + good + 1 }, ratio)).toBeGreaterThanOrEqual(evidence);
      expect(evidenceAgainst({ bad: bad + 1, total: bad + good + 1 }, ratio)).toBeLessThanOrEqual(evidence);
    }),
  );
});
