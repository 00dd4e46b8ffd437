import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";

import { ACCEPTED, readDifferences, REFUSED } from "../support/query-corpus.ts";

const QUERIES = [...ACCEPTED, ...REFUSED];

test("promtool accepts and refuses the same queries as our check, except where a reason is given", async () => {
  const refused = await refusedByPromtool(QUERIES);
  const ours = new Set(REFUSED);
  const differing = QUERIES.filter((query) => refused.has(query) !== ours.has(query));
  // A listed difference that is none any more has to leave the list.
  expect(differing.toSorted()).toEqual(
    readDifferences()
      .map(({ query }) => query)
      .toSorted(),
  );
});

test("each difference has its reason", () => {
  expect(readDifferences().filter(({ reason }) => reason.length < 20)).toEqual([]);
});

/** One rule a query in one file: promtool names every rule whose expression it cannot read. */
async function refusedByPromtool(queries: readonly string[]): Promise<ReadonlySet<string>> {
  const folder = mkdtempSync(join(tmpdir(), "rampart-promql-"));
  const rules = queries.map((expr, index) => ({ record: `query_${index}`, expr }));
  const path = join(folder, "rules.json");
  writeFileSync(path, JSON.stringify({ groups: [{ name: "corpus", rules }] }));
  const { code, stderr } = await failing(["check", "rules", "--lint=none", path]);
  rmSync(folder, { recursive: true });
  expect(code).toBe(1);
  const complaints = stderr.split("\n").filter((line) => line.includes(path));
  const indexes = complaints.map((line) => /"query_(\d+)": could not parse expression/.exec(line)?.[1]);
  // A complaint about anything else than an expression would say that the file itself is wrong.
  expect(indexes).not.toContain(undefined);
  return new Set(indexes.map((index) => queries[Number(index)] ?? ""));
}

/** What promtool says of a file it refuses; the corpus always has some queries that it does. */
async function failing(args: readonly string[]): Promise<{ readonly code: number; readonly stderr: string }> {
  return promisify(execFile)("promtool", args).then(
    () => ({ code: 0, stderr: "" }),
    (error) => error,
  );
}
