import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { Problem } from "../../../src/domain/problem.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { RULES } from "../../../src/gatefile/rules.ts";
import { DEFAULTS } from "./defaults.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
/** A library, a profile, a flow and a calendar that every fixture may draw on. */
const SHELF = ["library", "flows"].flatMap((folder) =>
  readdirSync(join(FIXTURES, folder)).map((name) => ({
    path: `${folder}/${name}`,
    text: readFileSync(join(FIXTURES, folder, name)),
  })),
);

function parse(folder: string, name: string) {
  const { problems, gates } = parseFiles(
    [{ path: name, text: readFileSync(join(FIXTURES, folder, name)) }, ...SHELF],
    DEFAULTS,
  );
  return { problems: problems.filter(({ file }) => !file.startsWith("flows/")), gates };
}

function lines(problems: readonly Problem[], name: string): string {
  return problems
    .map(({ file, line, column, code, message }) => {
      const elsewhere = file === name ? "" : `${file}:`;
      return `${elsewhere}${line}:${column} ${code} ${message}\n`;
    })
    .join("");
}

const BAD = readdirSync(join(FIXTURES, "bad")).filter((name) => name.endsWith(".yaml"));
const GOOD = readdirSync(join(FIXTURES, "good"));

describe("a file with a mistake", () => {
  it.each(BAD)("%s: exactly its problems, where they are", (name) => {
    const expected = readFileSync(join(FIXTURES, "bad", name.replace(".yaml", ".txt")), "utf8");
    const { problems, gates } = parse("bad", name);
    expect(lines(problems, name)).toBe(expected);
    const isFatal = problems.some(({ severity }) => severity === "error");
    const isGate = !/^schema: (?:flow|calendar)\//.test(readFileSync(join(FIXTURES, "bad", name), "utf8"));
    expect(gates.size).toBe(isFatal || !isGate ? 0 : 1);
  });

  it("exists for every rule that one file alone can break, at the severity its page tells", () => {
    const problems = BAD.flatMap((name) => parse("bad", name).problems);
    // These need two files, a folder, a broken library beside the gate, or more bytes than a fixture should have.
    // What only a server can tell is asked with `--online`.
    const elsewhere = [
      "R112",
      "R129",
      "R205",
      "R211",
      "R311",
      "R315",
      "R316",
      "R106",
      "R125",
      "R126",
      "R145",
      "R172",
      "R180",
      "R502",
      "R507",
      "R508",
    ];
    const seen = new Set(problems.map(({ code, severity }) => `${code} ${severity}`));
    const documented = Object.entries(RULES).filter(([code]) => !elsewhere.includes(code));
    expect(
      documented.filter(([code, rule]) => !seen.has(`${code} ${rule.severity}`)).map(([code]) => code),
    ).toEqual([]);
  });
});

describe("a file without one", () => {
  it.each(GOOD)("%s: loads without a word", (name) => {
    const { problems, gates } = parse("good", name);
    expect(problems).toEqual([]);
    expect(gates.size).toBe(1);
  });
});

describe("the library that comes with the product", () => {
  it("is free of problems and usable by name", () => {
    const path = join(import.meta.dirname, "../../../gates/signals/commerce.yaml");
    const gate = `schema: gate/v1
name: orders
owner: team-orders
runbook: https://runbooks.example.com/orders
flag: orders
signals:
  - use: orders-missing
    with: { integration: oms-to-erp }
    advance: at most 0.05%
    halt: above 0.2% for 1 run
  - use: price-outliers
    advance: at most 1%
`;
    const { problems, gates } = parseFiles(
      [
        { path, text: readFileSync(path) },
        { path: "orders.yaml", text: gate },
      ],
      DEFAULTS,
    );
    expect(problems).toEqual([]);
    expect([...gates.keys()]).toEqual(["orders"]);
  });
});
