import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

export const ROOT = join(import.meta.dirname, "../../..");

/** Every page for people, by its path below the root. */
export const DOCS: ReadonlyMap<string, string> = new Map(
  globSync(["README.md", "CONTRIBUTING.md", "docs/**/*.md"], { cwd: ROOT })
    .toSorted()
    .map((path) => [path, readFileSync(join(ROOT, path), "utf8")]),
);

export function page(path: string): string {
  const text = DOCS.get(path);
  if (text === undefined) throw new Error(`there is no ${path}`);
  return text;
}

/** Fenced blocks of a page, in order. */
export function blocks(text: string): readonly { readonly language: string; readonly text: string }[] {
  return [...text.matchAll(/^( *)```(\w*)\n([^]*?)^ *```$/gm)].map(
    ([, indent = "", language = "", body = ""]) => ({
      language,
      text: body.replaceAll(new RegExp(`^${indent}`, "gm"), ""),
    }),
  );
}

/** What stands in code: fenced blocks, and the spans between single backticks. */
export function codeOf(text: string): readonly string[] {
  return [...blocks(text).map((block) => block.text), ...spans(text)];
}

/** What stands between single backticks. */
export function spans(text: string): readonly string[] {
  const prose = text.replaceAll(/^ *```[^]*?^ *```$/gm, "");
  return [...prose.matchAll(/`([^`\n]+)`/g)].map((span) => span[1] ?? "");
}

/** Cells of every row of every table, white space trimmed. A `\|` is no border. */
export function rows(text: string): readonly (readonly string[])[] {
  return text
    .split("\n")
    .filter((line) => /^\|.*\|$/.test(line) && !line.startsWith("| ---"))
    .map((line) =>
      line
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** The first code span of a cell. */
export function firstCode(cell: string | undefined): string | null {
  return /`([^`]+)`/.exec(cell ?? "")?.[1] ?? null;
}
