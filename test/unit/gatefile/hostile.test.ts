import { describe, expect, it } from "vitest";

import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { MAX_PROBLEMS_PER_FILE } from "../../../src/gatefile/problem-list.ts";
import { DEFAULTS, SMALLEST } from "./defaults.ts";

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

function bombOf(levels: number): string {
  const lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"];
  for (let level = 1; level <= levels; level += 1) {
    const alias = `*a${level - 1}`;
    lines.push(`a${level}: &a${level} [${Array.from({ length: 9 }, () => alias).join(", ")}]`);
  }
  return `${lines.join("\n")}\n`;
}
