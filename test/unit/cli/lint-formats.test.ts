import { describe, expect, it } from "vitest";
import { z } from "zod";

import { toGithub } from "../../../src/cli/lint-formats/github.ts";
import { toJunit } from "../../../src/cli/lint-formats/junit.ts";
import type { LintReport } from "../../../src/cli/lint-formats/report.ts";
import { toSarif } from "../../../src/cli/lint-formats/sarif.ts";
import type { Problem } from "../../../src/domain/problem.ts";
import { RULES } from "../../../src/gatefile/rules.ts";

const ERROR: Problem = {
  file: "gates/a b/ärp.yaml",
  line: 12,
  column: 5,
  length: 4,
  code: "R305",
  severity: "error",
  message: 'a <b> & "c": 100%, \u001b[31m\u202e',
  suggestion: "one\nor two",
};
const HINT: Problem = {
  ...ERROR,
  line: 3,
  code: "R402",
  severity: "hint",
  message: "no runbook",
  suggestion: null,
};

const counts = ({ severity }: Problem): boolean => severity === "error";

function report(problems: readonly Problem[], more: Partial<LintReport> = {}): LintReport {
  return {
    problems,
    files: [ERROR.file, "gates/good.yaml"],
    counts,
    version: "0.1.0",
    docsUrl: null,
    ...more,
  };
}

/** What SARIF 2.1.0 demands of the parts that are used. */
const text = z.strictObject({ text: z.string().min(1) });
const level = z.enum(["none", "note", "warning", "error"]);
const SARIF = z.strictObject({
  $schema: z.url(),
  version: z.literal("2.1.0"),
  runs: z.tuple([
    z.strictObject({
      tool: z.strictObject({
        driver: z.strictObject({
          name: z.string(),
          version: z.string(),
          rules: z.array(
            z.strictObject({
              id: z.string(),
              shortDescription: text,
              fullDescription: text,
              defaultConfiguration: z.strictObject({ level }),
              help: z.strictObject({ text: z.string(), markdown: z.string() }),
              helpUri: z.url().optional(),
            }),
          ),
        }),
      }),
      columnKind: z.enum(["utf16CodeUnits", "unicodeCodePoints"]),
      results: z.array(
        z.strictObject({
          ruleId: z.string(),
          ruleIndex: z.int().min(0),
          level,
          message: text,
          locations: z.tuple([
            z.strictObject({
              physicalLocation: z.strictObject({
                artifactLocation: z.strictObject({ uri: z.string().regex(/^[\w.:/%-]+$/) }),
                region: z.strictObject({
                  startLine: z.int().min(1),
                  startColumn: z.int().min(1),
                  endLine: z.int().min(1),
                  endColumn: z.int().min(1),
                }),
              }),
            }),
          ]),
        }),
      ),
    }),
  ]),
});

describe("SARIF", () => {
  it("has the shape that 2.1.0 demands, and each result points at its rule", () => {
    const [run] = SARIF.parse(toSarif(report([ERROR, HINT]))).runs;
    expect(run.results.map(({ ruleIndex }) => run.tool.driver.rules[ruleIndex]?.id)).toEqual([
      "R305",
      "R402",
    ]);
    expect(run.results.map((result) => result.level)).toEqual(["error", "note"]);
    expect(run.results[0]?.locations[0].physicalLocation).toEqual({
      artifactLocation: { uri: "gates/a%20b/%C3%A4rp.yaml" },
      region: { startLine: 12, startColumn: 5, endLine: 12, endColumn: 9 },
    });
  });

  it("is a report without results where nothing is wrong", () => {
    const [run] = SARIF.parse(toSarif(report([]))).runs;
    expect([run.results, run.tool.driver.rules]).toEqual([[], []]);
  });

  it("links each rule to its section where somebody says where the page is", () => {
    const docsUrl = "https://docs.example.com/lint.html";
    const [run] = SARIF.parse(toSarif(report([ERROR], { docsUrl }))).runs;
    expect(run.tool.driver.rules[0]).toMatchObject({
      helpUri: "https://docs.example.com/lint.html#r305",
      fullDescription: { text: RULES.R305.docs },
    });
  });

  it("names a file outside the folder by its whole address", () => {
    const [run] = SARIF.parse(toSarif(report([{ ...ERROR, file: "/srv/gates/x.yaml" }]))).runs;
    expect(run.results[0]?.locations[0].physicalLocation.artifactLocation.uri).toBe(
      "file:///srv/gates/x.yaml",
    );
  });
});

describe("JUnit", () => {
  it("has a case a problem, a failure where it fails the lint, and a passed one a good file", () => {
    const at = `file="gates/a b/ärp.yaml"`;
    expect(toJunit(report([ERROR, HINT]))).toBe(
      [
        '<?xml version="1.0" encoding="UTF-8"?>',
        '<testsuites name="rampart lint" tests="3" failures="1" errors="0">',
        '  <testsuite name="gates/a b/ärp.yaml" tests="2" failures="1" errors="0">',
        `    <testcase classname="gates/a b/ärp.yaml" name="R305 at 12:5" ${at} line="12"><failure type="R305" message="a &lt;b&gt; &amp; &quot;c&quot;: 100%, ·[31m·">gates/a b/ärp.yaml:12:5`,
        'error[R305]: a &lt;b&gt; &amp; "c": 100%, ·[31m·',
        "help: one",
        "or two</failure></testcase>",
        `    <testcase classname="gates/a b/ärp.yaml" name="R402 at 3:5" ${at} line="3"><system-out>gates/a b/ärp.yaml:3:5`,
        "hint[R402]: no runbook</system-out></testcase>",
        "  </testsuite>",
        '  <testsuite name="gates/good.yaml" tests="1" failures="0" errors="0">',
        '    <testcase classname="gates/good.yaml" name="no problems" file="gates/good.yaml"/>',
        "  </testsuite>",
        "</testsuites>",
      ].join("\n"),
    );
  });
});

describe("commands for GitHub", () => {
  it("stand on one line each, whatever a file says", () => {
    expect(toGithub(report([{ ...ERROR, file: "a,b:c.yaml", message: "x\n::error::y 5%" }, HINT]))).toBe(
      "::error file=a%2Cb%3Ac.yaml,line=12,endLine=12,col=5,endColumn=9,title=R305::x·::error::y 5%25%0Ahelp: one·or two\n" +
        "::notice file=gates/a b/ärp.yaml,line=3,endLine=3,col=5,endColumn=9,title=R402::no runbook\n",
    );
  });

  it("are none where nothing is wrong", () => {
    expect(toGithub(report([]))).toBe("");
  });
});
