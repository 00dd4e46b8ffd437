import { describe, expect, it } from "vitest";

import type { Problem } from "../../../src/domain/problem.ts";
import { formatProblem, formatProblems } from "../../../src/gatefile/format-problem.ts";
import { renderRulePages, RULES } from "../../../src/gatefile/rules.ts";

const PROBLEM: Problem = {
  file: "gates/orders.yaml",
  line: 2,
  column: 11,
  length: 8,
  code: "R201",
  severity: "error",
  message: "`advance` is looser than `halt`",
  suggestion: "advance earlier",
};

describe("a problem as people read it", () => {
  it("shows the line with a caret under the fault", () => {
    expect(formatProblem(PROBLEM, "signals:\n  advance: at most 5 # why\n")).toBe(`gates/orders.yaml:2:11
error[R201]: \`advance\` is looser than \`halt\`
   2 |   advance: at most 5 # why
     |           ^^^^^^^^
  help: advance earlier
  docs: docs/lint.md#r201`);
  });

  it("keeps the caret in place behind tabs and in long lines", () => {
    const tabbed = formatProblem({ ...PROBLEM, line: 1, column: 2, length: 1 }, "\tx").split("\n");
    expect(tabbed[3]).toBe("     | \t^");
    const long = formatProblem(
      { ...PROBLEM, line: 1, column: 5_001, length: 3 },
      `${"a".repeat(5_000)}BAD${"c".repeat(99)}`,
    );
    const [, , shown = "", carets = ""] = long.split("\n");
    expect(shown.length).toBeLessThan(140);
    expect(shown.slice(carets.indexOf("^"), carets.lastIndexOf("^") + 1)).toBe("BAD");
  });

  it("counts the columns that characters take, not their code units", () => {
    const line = 'a: "日本 🚀 e\u0301 BAD 日"';
    const place = { ...PROBLEM, line: 1, column: line.indexOf("BAD") + 1, length: 5 };
    expect(formatProblem(place, line).split("\n").slice(2, 4)).toEqual([
      `   1 | ${line}`,
      `     | ${" ".repeat('a: "JJJJ RR e '.length)}^^^^^^`,
    ]);
  });

  it("shows no character that moves a terminal's cursor", () => {
    const shown = formatProblem(
      { ...PROBLEM, line: 1, column: 1, message: "a \u001b[2J" },
      "\u001b[31mred\u202e",
    );
    expect(shown).toContain("·[31mred·");
    expect(shown).not.toContain("\u001b");
    const file = "gates/\u001b[31m\nred.yaml";
    expect(formatProblem({ ...PROBLEM, file }, "")).toMatch(/^gates\/·\[31m·red\.yaml:2:11\n/);
    expect(formatProblems([{ ...PROBLEM, file }], () => "")).toMatch(/^gates\/·\[31m·red\.yaml\n/);
  });

  it("does without a line where the file has none", () => {
    expect(formatProblem({ ...PROBLEM, suggestion: null }, "")).toBe(
      "gates/orders.yaml:2:11\nerror[R201]: `advance` is looser than `halt`\n  docs: docs/lint.md#r201",
    );
  });

  it("groups by file and counts", () => {
    const problems: Problem[] = [
      PROBLEM,
      { ...PROBLEM, severity: "warning" },
      { ...PROBLEM, file: "b.yaml", severity: "warning" },
    ];
    const shown = formatProblems(problems, () => "");
    expect(shown.split("\n").filter((line) => line.endsWith(".yaml"))).toEqual([
      "gates/orders.yaml",
      "b.yaml",
    ]);
    expect(shown.split("\n").at(-1)).toBe("2 files, 1 error, 2 warnings");
  });

  it("has a section to read for every rule", () => {
    const pages = renderRulePages();
    for (const code of Object.keys(RULES)) expect(pages).toContain(`\n## ${code}\n`);
  });
});
