import { expect, test } from "vitest";
import { blocks, DOCS } from "./doc-files.ts";

const RECIPES = [...DOCS].filter(([path]) => path.startsWith("docs/adopt/"));

test("there is a recipe for a service, for tables and for spans", () => {
  expect(RECIPES.map(([path]) => path)).toEqual([
    "docs/adopt/node.md",
    "docs/adopt/opentelemetry.md",
    "docs/adopt/sql.md",
  ]);
});

test.each(RECIPES)("%s needs at most thirty lines", (_path, text) => {
  const lines = blocks(text)
    .filter(({ language }) => language !== "")
    .flatMap((block) => block.text.split("\n"))
    .filter((line) => line.trim() !== "" && !line.startsWith("//"));
  expect(lines.length).toBeGreaterThan(10);
  expect(lines.length).toBeLessThanOrEqual(30);
});
