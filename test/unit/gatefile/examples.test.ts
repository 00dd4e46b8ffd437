import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import type { Problem } from "../../../src/domain/problem.ts";
import { parseFiles, understand } from "../../../src/gatefile/parse-files.ts";
import { LATER_SIGNAL_KEYS } from "../../../src/gatefile/signal-keys.ts";
import { DEFAULTS } from "./defaults.ts";

/** A shop's whole folder: three gates with everything around them. */
const EXAMPLES = join(import.meta.dirname, "../../fixtures/examples");
const FILES = readdirSync(EXAMPLES).map((name) => ({ path: name, text: readFileSync(join(EXAMPLES, name)) }));

/** What the language has and this version refuses (R190), of signals, their limits and their evidence. */
const AWAITED = [
  ...LATER_SIGNAL_KEYS.flatMap((key) => [`\`${key}\` of a signal`, `\`${key}\` of a library signal`]),
  "`prove` of a step",
  "a limit `over control`",
  "a limit `of last week`",
];

const { problems } = parseFiles(FILES, DEFAULTS);

it("a shop's calendar has no problem", () => {
  expect(problems.filter(({ file, code }) => file === "calendars.yaml" && code !== "R191")).toEqual([]);
  expect([...understand(FILES, DEFAULTS).shelf.windows.keys()]).toEqual([
    "office-hours",
    "peak-2026",
    "campaign-start",
    "month-end-close",
    "erp-maintenance",
  ]);
});

it("a shop's flows have none but what their signals await", () => {
  const told = problems.filter(({ file, code }) => file.startsWith("flow-") && code !== "R191");
  expect(told.filter((each) => !isAwaited(each))).toEqual([]);
});

/** R190 by what it is about; R145 and R508 follow from it, where a gate draws on a signal or flow that awaits something. */
function isAwaited({ code, message }: Problem): boolean {
  return (
    code === "R145" ||
    code === "R508" ||
    (code === "R190" && AWAITED.some((each) => message.startsWith(each)))
  );
}

it.each(["erp-order-export-v2", "oms-state-machine-v3", "pim-price-list-sync"])(
  "%s has no error but what its signals await",
  (name) => {
    const own = problems.filter(({ file }) => file === `${name}.yaml`);
    expect(own.filter((each) => each.severity === "error" && !isAwaited(each))).toEqual([]);
    // What is left over: it loads as soon as nothing is awaited any more.
    expect(parseFiles(FILES, DEFAULTS).gates.has(name)).toBe(!own.some(isAwaited));
  },
);
