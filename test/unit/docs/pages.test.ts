import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { PAGES } from "../../../scripts/docs/pages.ts";
import { table, withSections } from "../../../scripts/docs/sections.ts";
import { RULES } from "../../../src/gatefile/rules.ts";
import { blocks, DOCS, page, ROOT } from "./doc-files.ts";

test.each(Object.entries(PAGES))("%s says what the code says (else: npm run docs:write)", (path, write) => {
  const text = readFileSync(join(ROOT, path), "utf8");
  expect(write(text)).toBe(text);
});

test("every rule a problem can name has a section to link to", () => {
  const printed = globSync("test/fixtures/bad/*.txt", { cwd: ROOT })
    .flatMap((path) => readFileSync(join(ROOT, path), "utf8").match(/ R\d{3} /g) ?? [])
    .map((code) => code.trim());
  const sections = [...page("docs/lint.md").matchAll(/^## (R\d{3})$/gm)].map((heading) => heading[1]);
  expect(printed.length).toBeGreaterThan(50);
  expect(
    [...new Set([...printed, ...Object.keys(RULES)])].filter((code) => !sections.includes(code)),
  ).toEqual([]);
});

test("every JSON example is JSON", () => {
  const examples = [...DOCS.values()].flatMap(blocks).filter(({ language }) => language === "json");
  expect(examples.length).toBeGreaterThan(2);
  for (const { text } of examples) expect(() => JSON.parse(text)).not.toThrow();
});

test("a made section replaces what stood there, and a misspelt one is an error", () => {
  const before = "a\n<!-- made: it -->\nold\n<!-- end -->\nz\n";
  expect(withSections(before, { it: "new\n" })).toBe("a\n<!-- made: it -->\n\nnew\n\n<!-- end -->\nz\n");
  expect(() => withSections(before, {})).toThrow("nothing makes the section it");
  expect(() => withSections(before, { it: "", more: "" })).toThrow("the page has no section more");
});

test("a border inside a cell is escaped", () => {
  expect(table(["a"], [["x|y"]])).toBe("| a |\n| --- |\n| x\\|y |\n");
});
