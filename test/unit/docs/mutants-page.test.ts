import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ROOT, page } from "./doc-files.ts";

type Listed = { readonly file: string; readonly code: string; readonly mutant: string };

/** A heading for each file, then `- code -> mutant: reason`, both in backticks. */
function listed(): readonly Listed[] {
  const [, ...sections] = page("docs/mutants.md").split(/^## (?=`src\/)/m);
  return sections.flatMap((section) => {
    const file = /^`([^`]+)`/.exec(section)?.[1] ?? "";
    return [...section.matchAll(/^- (`+) ?(.+?) ?\1 -> (`+) ?(.+?) ?\3: \S.*$/gm)].map(
      ([, , code = "", , mutant = ""]) => ({ file, code, mutant }),
    );
  });
}

test("every mutant on the list of survivors is one of code that is still there", () => {
  const rows = listed();
  expect(rows.length).toBeGreaterThan(0);
  const gone = rows.filter(({ file, code }) => {
    const path = join(ROOT, file);
    return !existsSync(path) || !readFileSync(path, "utf8").includes(code);
  });
  expect(gone).toEqual([]);
});

test("every line of that list can be read, and no mutant on it is the code itself", () => {
  const items = page("docs/mutants.md").match(/^- /gm) ?? [];
  const rows = listed();
  expect(rows).toHaveLength(items.length);
  expect(rows.filter(({ code, mutant }) => code === mutant)).toEqual([]);
});
