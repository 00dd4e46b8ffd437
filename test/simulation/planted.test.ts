import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PLANTED, inPatchedCopy, misfitOf, patchesIn } from "./patched-copy.ts";

const planted = await patchesIn(PLANTED);

test("there are enough planted defects, and each says which it is", () => {
  expect(planted.length).toBeGreaterThanOrEqual(20);
  expect(planted.filter(({ says }) => says === "")).toEqual([]);
});

test.each(planted)("$name fits the sources as they are", async (patch) => {
  expect(await misfitOf(patch)).toBeNull();
});

test("a patch that does not fit is not played", async () => {
  const folder = await mkdtemp(join(tmpdir(), "misfit-"));
  const lines = ["--- a/src/main.ts", "+++ b/src/main.ts", "@@ -1 +1 @@", "-no such line", "+another", ""];
  await writeFile(join(folder, "misfit.diff"), lines.join("\n"));
  const [patch] = await patchesIn(folder);
  const played = patch === undefined ? null : await inPatchedCopy(patch, async () => "played");
  await rm(folder, { recursive: true });
  expect(played).toEqual({ misfit: expect.stringContaining("src/main.ts") });
});
