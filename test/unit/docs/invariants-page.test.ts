import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { INVARIANTS } from "../../simulation/oracle/oracle.ts";
import { page } from "./doc-files.ts";

const TEXT = page("docs/invariants.md");
const ROWS = TEXT.split("\n").filter((line) => /^\| S\d+ \|/.test(line));
const TESTS = join(import.meta.dirname, "../..");

test("the page of invariants has a row for each of S1 to S30, and names a test or a check in it", () => {
  expect(ROWS.map((row) => row.split("|")[1]?.trim())).toEqual(
    Array.from({ length: 30 }, (_, index) => `S${index + 1}`),
  );
  expect(ROWS.filter((row) => !/`[a-z-]+\/[a-z/.-]+`|oracle/.test(row))).toEqual([]);
});

function isThere(path: string): boolean {
  return ["", ".ts", ".test.ts"].some((end) => existsSync(join(TESTS, path + end)));
}

test("every test that the page of invariants names is there", () => {
  const named = ROWS.flatMap((row) => [...row.matchAll(/`(?<path>[a-z-]+\/[a-z/.-]+)`/g)]);
  const paths = named.map(({ groups }) => groups?.["path"] ?? "");
  expect(paths.length).toBeGreaterThan(40);
  expect(paths.filter((path) => !isThere(path))).toEqual([]);
});

test("every check of the oracle is on the page of invariants", () => {
  const missing = INVARIANTS.map(({ name }) => name).filter(
    (name) => !new RegExp(`\\b${name}\\b`).test(ROWS.join("\n")),
  );
  expect(missing).toEqual([]);
});
