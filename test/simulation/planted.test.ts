import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { VERSION } from "../../src/version.ts";
import { PLANTED, REPOSITORY, inPatchedCopy, misfitOf, patchesIn } from "./patched-copy.ts";

const PATIENCE = { timeout: 300_000 };
const planted = await patchesIn(PLANTED);

test("there are enough planted defects, and each says which it is", () => {
  expect(planted.length).toBeGreaterThanOrEqual(20);
  expect(planted.filter(({ says }) => says === "")).toEqual([]);
});

test.each(planted)("$name fits the sources as they are", async (patch) => {
  expect(await misfitOf(patch)).toBeNull();
});

/** A diff of one line, without lines around it. */
function diff(line: number, removed: string, added: string, file = "src/version.ts"): string {
  return `--- a/${file}\n+++ b/${file}\n@@ -${line} +${line} @@\n-${removed}\n+${added}\n`;
}

const [COMMENT = ""] = (await readFile(join(REPOSITORY, "src/version.ts"), "utf8")).split("\n");
const CODE = `export const VERSION = "${VERSION}";`;

async function played(text: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), "foreign-"));
  await writeFile(join(folder, "foreign.diff"), text);
  const [patch] = await patchesIn(folder);
  const outcome = patch === undefined ? null : await inPatchedCopy(patch, async () => "played");
  await rm(folder, { recursive: true });
  return outcome;
}

test.each([
  ["does not fit", diff(2, "no such line", "another"), "it does not apply"],
  ["is no diff", "nothing at all\n", "it does not apply"],
  ["is of other files", diff(1, "# Changelog", "# Changes", "CHANGELOG.md"), "it changes nothing below src"],
  ["changes a comment", diff(1, COMMENT, "/** Another. */"), "it changes comments only"],
  ["is no program", diff(2, CODE, "export const VERSION: number = true;"), "it does not compile"],
])("a patch that %s is not played", PATIENCE, async (_, text, why) => {
  expect(await played(text)).toEqual({ misfit: expect.stringContaining(why) });
});

test("a patch that changes code is played, also one whose paths have no prefix", PATIENCE, async () => {
  const usual = diff(2, CODE, 'export const VERSION = "9.9.9";');
  expect(await played(usual)).toBe("played");
  expect(await played(usual.replaceAll(/[ab]\/src/g, "src"))).toBe("played");
});
