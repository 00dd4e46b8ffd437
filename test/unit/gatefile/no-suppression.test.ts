import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

const ROOT = join(import.meta.dirname, "../../..");

/** What people write to make a linter look away; ours knows none, and what ships must not need any. */
const SUPPRESSION =
  /#.*(?:\b(?:pint|rampart|lint|nolint)\b\W*(?:disable|ignore|off|skip)|\bnolint\b|yamllint|prettier-ignore)/i;

it("nothing that ships asks a linter to look away", () => {
  const files = globSync(["gates/**/*.yaml", "config/**/*.{yaml,yml}", "demo/gates/*.yaml"], { cwd: ROOT });
  expect(files.length).toBeGreaterThan(15);
  const found = files.flatMap((file) =>
    readFileSync(join(ROOT, file), "utf8")
      .split("\n")
      .flatMap((line, index) => (SUPPRESSION.test(line) ? [`${file}:${index + 1}`] : [])),
  );
  expect(found).toEqual([]);
});

it.each(["# pint disable promql/rate", "# rampart lint: ignore R305", "x: 1 # nolint", "# yamllint disable"])(
  "%s would be seen",
  (line) => {
    expect(SUPPRESSION.test(line)).toBe(true);
  },
);
