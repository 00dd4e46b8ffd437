import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Failure, newTally, playSeed } from "./campaign.ts";
import { playSeeds } from "./crew.ts";
import { FAILED_SEEDS } from "./failed-seeds.ts";
import { illegalMoves, neverSeen, shortfalls } from "./report/expected.ts";
import { describeFailure, describeTally } from "./report/print.ts";
import { runSeed } from "./run.ts";

/** More than 2,000 ramps; `main.ts` plays more. */
const SEEDS = 620;
const PATIENCE = { timeout: 900_000 };

function words(failure: Failure | null): string {
  return failure === null ? "" : describeFailure(failure);
}

describe("simulated ramps under faults", () => {
  test("break no invariant, and leave out nothing that can happen to a ramp", PATIENCE, async () => {
    const { tally, failure } = await playSeeds({ seeds: SEEDS, from: 1_001, workers: 2 });
    expect(failure?.words ?? "").toBe("");
    expect(illegalMoves(tally)).toEqual([]);
    expect(neverSeen(tally)).toEqual([]);
    expect(shortfalls(tally)).toEqual([]);
    expect(tally.ramps).toBeGreaterThan(2_000);
    expect(describeTally(tally)).toContain(`${SEEDS} seeds, ${tally.ramps} ramps`);
  });

  test("are counted by their kinds, and a kind of which there are too few is named", () => {
    const tally = { ...newTally(), ramps: 100, finished: 29, rolledBack: 20, touched: 10 };
    expect(shortfalls(tally)).toEqual(["ramps that finished (29 of 100, at least 30%)"]);
  });

  test("break no invariant in the seeds that once did", PATIENCE, async () => {
    const tally = newTally();
    for (const seed of FAILED_SEEDS) expect(words(await playSeed(tally, seed))).toBe("");
  });

  // The adapters themselves stand between engine and peers in the second of these.
  test.each([7, 8])(
    "are the same run for the same seed (%i), and another one for another",
    PATIENCE,
    async (seed) => {
      const [first, again, other] = [await runSeed(seed), await runSeed(seed), await runSeed(seed + 2)];
      expect(again.evidence).toEqual(first.evidence);
      expect(other.evidence).not.toEqual(first.evidence);
    },
  );

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
