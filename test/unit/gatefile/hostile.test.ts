import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { MAX_PROBLEMS_PER_FILE } from "../../../src/gatefile/problem-list.ts";
import { DEFAULTS, SMALLEST } from "./defaults.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const VALID = [
  ...readdirSync(join(FIXTURES, "good")).map((name) => join(FIXTURES, "good", name)),
  join(FIXTURES, "library/signals.yaml"),
].map((path) => readFileSync(path));

function codesOf(text: string | Uint8Array): readonly string[] {
  const { gates, problems } = parseFiles([{ path: "hostile.yaml", text }], DEFAULTS);
  expect(gates.size).toBe(0);
  return [...new Set(problems.map(({ code }) => code))];
}

const upTo = (bytes: number, line: (index: number) => string): string => {
  let text = "";
  for (let index = 0; text.length < bytes; index += 1) text += line(index);
  return text;
};

describe("files made to hurt", () => {
  it.each([
    ["16,000 keys as far as they fit", upTo(65_000, (index) => `k${index}:\n`), ["R106"]],
    ["a folder of anchors", `a:\n${upTo(30_000, (index) => ` - &a${index} x\n`)}`, ["R104", "R106"]],
    ["a bomb of aliases", bombOf(9), ["R104", "R107"]],
    ["flow lists without end", `a: ${"[".repeat(60_000)}`, ["R102", "R106"]],
    ["lists in lists", "- ".repeat(30_000), ["R106"]],
    ["mappings in mappings", "{a: ".repeat(15_000), ["R106"]],
    ["200 KB", SMALLEST + "# ".repeat(100_000), ["R106"]],
    ["bytes that are no text", Uint8Array.of(0x73, 0xff, 0xfe), ["R100"]],
    ["a null byte", SMALLEST.replace("owner", "\0owner"), ["R100"]],
    ["an escape sequence for terminals", `${SMALLEST}title: \u001b[2J\n`, ["R100"]],
    ["text that runs backwards", `${SMALLEST}title: \u202Egnp.exe\n`, ["R100"]],
    ["nothing", "", ["R105"]],
  ])("%s", (_what, text, codes) => {
    expect(codesOf(text)).toEqual(expect.arrayContaining(codes));
  });

  it("never get more problems than people can read", () => {
    const text = `schema: gate/v1\n${upTo(15_000, (index) => `k${index}: 1\n`)}`;
    expect(parseFiles([{ path: "many.yaml", text }], DEFAULTS).problems).toHaveLength(MAX_PROBLEMS_PER_FILE);
  });

  it("cannot reach a prototype", () => {
    const text = `${SMALLEST}__proto__: { polluted: true }\nconstructor: { prototype: { polluted: true } }\n`;
    expect(codesOf(text)).toEqual(["R101"]);
    expect(codesOf(SMALLEST.replace("flag: new-checkout", "flag: { unleash: a, toString: 1 }"))).toEqual([
      "R101",
    ]);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("bytes flipped, dropped and doubled in good files", () => {
  it("never throw, and never touch the gate beside them", () => {
    const beside = { path: "beside.yaml", text: SMALLEST.replaceAll("new-checkout", "beside") };
    const edits = fc.array(
      fc.record({
        at: fc.nat(100_000),
        byte: fc.nat(255),
        how: fc.constantFrom("flip", "drop", "double", "swap"),
      }),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(fc.constantFrom(...VALID), edits, (valid, changes) => {
        const { gates, problems } = parseFiles(
          [{ path: "mutant.yaml", text: mutated(valid, changes) }, beside],
          DEFAULTS,
        );
        expect(gates.get("beside")?.path).toBe("beside.yaml");
        for (const { line, column, length } of problems)
          expect(Math.min(line, column, length)).toBeGreaterThan(0);
      }),
      { numRuns: 300, seed: 20_260_303 },
    );
  });
});

function bombOf(levels: number): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level <= levels; level += 1) {
    const alias = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => alias).join(", ")}]`);
  }
  return `${lines.join("\n")}\n`;
}

type Edit = { readonly at: number; readonly byte: number; readonly how: string };

function mutated(valid: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const bytes = [...valid];
  for (const { at, byte, how } of edits) {
    const index = at % Math.max(1, bytes.length);
    if (how === "flip") bytes[index] = byte;
    if (how === "drop") bytes.splice(index, 1 + (byte % 40));
    if (how === "double") bytes.splice(index, 0, ...bytes.slice(index, index + (byte % 60)));
    if (how === "swap") [bytes[index], bytes[0]] = [bytes[0] ?? 0, bytes[index] ?? 0];
  }
  return Uint8Array.from(bytes);
}
