import { describe, expect, it } from "vitest";

import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS, SMALLEST } from "./defaults.ts";

function problemsOf(text: string | Uint8Array) {
  return parseFiles([{ path: "gate.yaml", text }], DEFAULTS).problems;
}

function helpOf(text: string): readonly (string | null)[] {
  return problemsOf(text).map(({ suggestion }) => suggestion);
}

describe("a file that is no YAML", () => {
  it.each([
    [SMALLEST.replace("owner: ", "owner:"), "write a space behind `owner:`"],
    [
      SMALLEST.replace("owner: ", "owner:\u00a0"),
      "what stands behind `owner:` looks like a space and is none: write a space",
    ],
    [
      `${SMALLEST}title: Checkout: the new one\n`,
      "put the value in quotes: a colon before a space begins another key",
    ],
    [
      SMALLEST.replace("    advance", "   advance"),
      "indent it like the keys of the item above it, or begin an item with `- `",
    ],
    [
      SMALLEST.replace("flag: new-checkout", "flag: {{ .Values.flag }}"),
      "files are read as they stand: check what the template makes of it",
    ],
    [
      `<<<<<<< HEAD\n${SMALLEST}=======\n${SMALLEST}>>>>>>> main\n`,
      "settle it, and delete the lines of `<<<<<<<`, `=======` and `>>>>>>>`",
    ],
    [SMALLEST.replace("    advance", "\tadvance"), "indent with spaces"],
    [
      SMALLEST.replace(/ {2}- query[^]*/, "  - { query: sum(rate(a_total[5m])), advance: at most 1 }\n"),
      "put the value in quotes: between braces and brackets of YAML it may have none of its own",
    ],
    [
      SMALLEST.replace(/ {2}- query[^]*/, '  - { query: sum(a{b="c"}), advance: at most 1 }\n'),
      "put the value in quotes: between braces and brackets of YAML it may have none of its own",
    ],
  ])("%j is told once, with what to do", (text, help) => {
    expect(helpOf(text)).toEqual([help]);
  });

  it("has a quote that is never closed where it was opened", () => {
    const [problem, ...others] = problemsOf(SMALLEST.replace("owner: ", "owner: '"));
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ line: 3, column: 8, length: 1, message: "the quote is never closed" });
  });

  it("that nests without end is told of once", () => {
    const found = problemsOf(`${SMALLEST}title: ${"[".repeat(5_000)}${"]".repeat(5_000)}\n`);
    expect(found.map(({ code }) => code)).toEqual(["R106"]);
  });
});

describe("a file in another encoding is told of once", () => {
  it.each([
    ["little end first", Buffer.from(SMALLEST, "utf16le")],
    ["big end first", Buffer.from(SMALLEST, "utf16le").swap16()],
  ])("UTF-16 without a mark, %s", (_order, bytes) => {
    expect(problemsOf(bytes)).toMatchObject([{ code: "R100", suggestion: "save it as UTF-8" }]);
  });

  it("lines of an old Macintosh", () => {
    expect(problemsOf(SMALLEST.replaceAll("\n", "\r"))).toMatchObject([
      { code: "R100", suggestion: "save it with line feeds (LF) at the ends of lines" },
    ]);
  });

  it("but a character that cannot be seen is pointed at", () => {
    expect(problemsOf(`${SMALLEST}# a\0b\n`)).toMatchObject([{ column: 4, suggestion: "delete it" }]);
    expect(problemsOf(`${SMALLEST}# a\rb\n`)).toMatchObject([{ column: 4, suggestion: "delete it" }]);
  });

  it("and one that double quotes make of a backslash, with how to write it", () => {
    const text = SMALLEST.replace(/owner: .*/, 'owner: "C:\\runbooks"');
    expect(problemsOf(text)).toMatchObject([
      { suggestion: "in double quotes a backslash begins an escape: put the text in single quotes" },
    ]);
  });
});
