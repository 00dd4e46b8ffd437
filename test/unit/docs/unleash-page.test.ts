import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, page } from "./doc-files.ts";

const CONTRACTS = ["test/contracts/flags.contract.ts", "test/contracts/unleash-facts.contract.ts"];
/** Where a test must stand for the table to say that it runs there. */
const FILES: Readonly<Record<string, readonly string[]>> = {
  "both, fake": CONTRACTS,
  both: ["test/real/unleash.test.ts", "test/real/unleash-facts.test.ts"],
  "8.2.0": ["test/real/unleash-facts.test.ts"],
  fake: ["test/unit/support/fake-flags.test.ts"],
  SDK: ["test/unit/unleash/sdk-facts.test.ts"],
};

type Row = { readonly name: string; readonly on: string };

function listed(): readonly Row[] {
  return [...page("docs/unleash.md").matchAll(/^\| .+? \| `(.+)` \| (.+?) \|$/gm)].map(
    ([, name = "", on = ""]) => ({ name, on }),
  );
}

/** The names of all tests of a file, without the server they run on. */
function namesIn(path: string): readonly string[] {
  const text = readFileSync(join(ROOT, path), "utf8");
  return [...text.matchAll(/\btest(?:\.each\([^)]*\))?\(\s*"(?:Unleash \S+: )?(.+?)",/g)].map(
    ([, name = ""]) => name,
  );
}

test("every fact on the page of Unleash has a test of that name where the page says", () => {
  const rows = listed();
  expect(rows.length).toBeGreaterThan(40);
  expect(rows.filter(({ name, on }) => !(FILES[on] ?? []).flatMap(namesIn).includes(name))).toEqual([]);
});

test("every test of a fact stands on that page", () => {
  const names = new Set(listed().map(({ name }) => name));
  const facts = [
    "test/contracts/unleash-facts.contract.ts",
    "test/real/unleash-facts.test.ts",
    "test/unit/unleash/sdk-facts.test.ts",
  ].flatMap(namesIn);
  expect(facts.length).toBeGreaterThan(35);
  expect(facts.filter((name) => !names.has(name))).toEqual([]);
});
