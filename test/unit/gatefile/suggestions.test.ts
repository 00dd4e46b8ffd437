import { describe, expect, it } from "vitest";

import { parseLimit } from "../../../src/gatefile/limit-text.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS, SMALLEST } from "./defaults.ts";

function helpOf(text: string): readonly (string | null)[] {
  return parseFiles([{ path: "gate.yaml", text }], DEFAULTS).problems.map(({ suggestion }) => suggestion);
}

describe("a value that is nearly right", () => {
  it.each([
    ["name: 123", 'put it in quotes: `"123"`'],
    ["name: 0123", 'put it in quotes: `"0123"`'],
    ["name: 1.5", "write `1-5`"],
    ["name: null", null],
    ["owner: true", 'put it in quotes: `"true"`'],
    ["owner: 42", 'put it in quotes: `"42"`'],
    ["owner: [a]", null],
    ["mode: Act", "did you mean `act`?"],
    ["mode: on", null],
    ['priority: "1"', "leave the quotes out"],
    ['priority: "-1"', null],
    ["every: 1.5m", "write `1m30s`"],
    ["every: 30s1m", "write `1m30s`"],
    ["every: PT5M", "write `5m`"],
    ["every: 5m5m", null],
    ["every: 90", "write a unit, e.g. `90s` or `90m`"],
    ["every: 5 minutes", "write `5m`"],
    ["stopsAt: 5 %", "write `5%`"],
    ["stopsAt: 5 percent", "write `5%`"],
    ["stopsAt: 0.3", "write `30%` if a share was meant, else `1%`"],
    ["stopsAt: 0.5%", "write `1%`"],
    ["stopsAt: 5.0", "write `5%`"],
    ["stopsAt: 010", null],
    ["stopsAt: 1e1", null],
    ["schema: gate", "did you mean `gate/v1`?"],
  ])("%s", (line, help) => {
    const key = /^\w+/.exec(line)?.[0] ?? "";
    const others = SMALLEST.split("\n").filter((each) => !each.startsWith(`${key}:`));
    expect(helpOf(`${line}\n${others.join("\n")}`)).toEqual([help]);
  });
});

describe("a key that is as near to another as to none", () => {
  it("is not taken for it", () => {
    const steps = "steps: [{ to: 5%, percent: 5 }, { to: 100% }]\n";
    expect(helpOf(SMALLEST + steps)[0]).toMatch(/^known keys: /);
  });
});

describe("a limit whose meaning is clear", () => {
  it.each([
    ["at most 0,5%", "at most 0.5%"],
    ["at most .5%", "at most 0.5%"],
    ["at  most 0.5  %", "at most 0.5%"],
    ["AT MOST 0.5%", "at most 0.5%"],
    ["at most 0.5 percent", "at most 0.5%"],
    ["≤ 0.5%", "at most 0.5%"],
    ["not more than 0.5%", "at most 0.5%"],
    ["no less than 95% of last week", "at least 95% of last week"],
    ["more than 2% for 2 min", "above 2% for 2m"],
    ["above 2%, for at least 1.5h", "above 2% for 1h30m"],
    ["above 1pp over the control", "above 1pp over control"],
    ["above 2% for one run", "above 2% for 1 run"],
    ["above 2% FOR 3 Runs", "above 2% for 3 runs"],
  ])("%s", (text, meant) => {
    const parsed = parseLimit(text);
    expect(parsed.ok ? null : parsed.fault.suggestion).toBe(`write \`${meant}\``);
  });

  it.each([
    ["above 2% for 2", "write a unit, e.g. `for 2m` or `for 2 runs`"],
    [
      "at most 105% of yesterday",
      "write one of `over control`, `under control`, `of control`, `of last week`, `of exposed` and `of baseline`",
    ],
    ["above 2% for 0m", "a limit may end with `for 10m` or `for 2 runs`"],
    ["at most 1,000%", "a limit may end with `for 10m` or `for 2 runs`"],
    ["at most half", "write a number with its unit, e.g. `0.5%`, `20m` or `3`"],
  ])("but not %s", (text, help) => {
    const parsed = parseLimit(text);
    expect(parsed.ok ? null : parsed.fault.suggestion).toBe(help);
  });
});
