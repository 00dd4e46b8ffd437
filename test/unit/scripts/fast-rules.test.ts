import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { withInterval } from "../../../scripts/fast-rules.mjs";

type Rules = {
  readonly groups: readonly { readonly interval?: string; readonly rules: readonly unknown[] }[];
};

const SHIPPED = ["commerce-health.rules.yml", "rampart.rules.yml"];

test.each(SHIPPED)("every group of %s gets the interval and keeps its rules", async (name) => {
  const text = await readFile(new URL(`../../../config/rules/${name}`, import.meta.url), "utf8");
  const before = parse(text) as Rules;
  const after = parse(withInterval(text, "2s")) as Rules;

  expect(after.groups.map(({ interval }) => interval)).toEqual(before.groups.map(() => "2s"));
  expect(after.groups.map(({ rules }) => rules)).toEqual(before.groups.map(({ rules }) => rules));
});

test("a group without an interval gets one, and comments stay", () => {
  const text = "groups:\n  # why\n  - name: g\n    rules: []\n";
  expect(withInterval(text, "1s")).toBe("groups:\n  # why\n  - name: g\n    rules: []\n    interval: 1s\n");
});

test.each([
  ["groups: [", "Flow sequence"],
  ["rules: []", "a rule file has a list named groups"],
])("%j is refused", (text, message) => {
  expect(() => withInterval(text, "1s")).toThrow(message);
});
