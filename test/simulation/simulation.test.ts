import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Failure, newTally, playSeed } from "./campaign.ts";
import { FAILED_SEEDS } from "./failed-seeds.ts";
import { illegalMoves } from "./report/expected.ts";
import { describeFailure, describeTally } from "./report/print.ts";
import { runSeed } from "./run.ts";

/** With the failed seeds some 300 ramps; `main.ts` plays more. */
const BATCHES = [1_001, 1_021, 1_041];
const SEEDS_IN_A_BATCH = 20;
const PATIENCE = { timeout: 180_000 };

function words(failure: Failure | null): string {
  return failure === null ? "" : describeFailure(failure);
}

describe("simulated ramps under faults", () => {
  test.each(BATCHES)("break no invariant from seed %i on", PATIENCE, async (from) => {
    const tally = newTally();
    for (let seed = from; seed < from + SEEDS_IN_A_BATCH; seed += 1) {
      expect(words(await playSeed(tally, seed))).toBe("");
    }
    expect(illegalMoves(tally)).toEqual([]);
    expect(tally.ramps).toBeGreaterThan(SEEDS_IN_A_BATCH);
    expect(tally.finished).toBeGreaterThan(0);
    expect(tally.rolledBack).toBeGreaterThan(0);
    expect(tally.touched).toBeGreaterThan(0);
    expect(describeTally(tally)).toContain(`${SEEDS_IN_A_BATCH} seeds, ${tally.ramps} ramps`);
  });

  test("break no invariant in the seeds that once did", PATIENCE, async () => {
    const tally = newTally();
    for (const seed of FAILED_SEEDS) expect(words(await playSeed(tally, seed))).toBe("");
  });

  test("are the same run for the same seed, and another one for another", PATIENCE, async () => {
    const [first, again, other] = [await runSeed(7), await runSeed(7), await runSeed(8)];
    expect(again.evidence).toEqual(first.evidence);
    expect(other.evidence).not.toEqual(first.evidence);
  });

  test("leave evidence that is plain data", async () => {
    const { evidence } = await runSeed(9);
    const plain: unknown = JSON.parse(JSON.stringify(evidence));
    expect(plain).toEqual(evidence);
  });
});

test("the oracle imports nothing but itself", () => {
  const folder = join(import.meta.dirname, "oracle");
  const sources = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
  const imported = sources.flatMap((text) => [...text.matchAll(/(?:from|import)\s*\(?\s*"(?<path>[^"]+)"/g)]);
  const paths = imported.map(({ groups }) => groups?.["path"] ?? "");
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !/^\.\/[a-z-]+\.ts$/.test(path))).toEqual([]);
});
