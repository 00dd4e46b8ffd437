import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { expect, test } from "vitest";
import { DOCS, ROOT } from "./doc-files.ts";

/** As GitHub makes them from headings. */
function anchorsOf(text: string): readonly string[] {
  const prose = text.replaceAll(/^ *```[^]*?^ *```$/gm, "");
  return [...prose.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

function linksOf(text: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((link) => link[1] ?? "")
    .filter((to) => !/^[a-z]+:/.test(to));
}

test.each([...DOCS])("every link of %s inside the project leads somewhere", (path, text) => {
  const broken = linksOf(text).filter((link) => {
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : normalize(join(dirname(path), file));
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && !anchorsOf(DOCS.get(target) ?? "").includes(anchor);
  });
  expect(broken).toEqual([]);
});

test("every page of the documentation is in its index", () => {
  const listed = linksOf(DOCS.get("docs/README.md") ?? "").map((link) => `docs/${link}`);
  const pages = [...DOCS.keys()].filter((path) => path.startsWith("docs/") && path !== "docs/README.md");
  expect(pages.filter((path) => !listed.includes(path))).toEqual([]);
});
