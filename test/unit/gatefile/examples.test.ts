import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { expect, it } from "vitest";

import { unbuiltOf } from "../../../src/domain/unbuilt.ts";
import { parseFiles, understand } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS } from "./defaults.ts";

/** A shop's whole folder: three gates with everything around them. */
const EXAMPLES = join(import.meta.dirname, "../../fixtures/examples");
const FILES = readdirSync(EXAMPLES).map((name) => ({ path: name, text: readFileSync(join(EXAMPLES, name)) }));

const { problems, gates } = parseFiles(FILES, DEFAULTS);

it("a shop's calendar has all its windows", () => {
  expect([...understand(FILES, DEFAULTS).shelf.windows.keys()]).toEqual([
    "office-hours",
    "peak-2026",
    "campaign-start",
    "month-end-close",
    "erp-maintenance",
  ]);
});

it("a shop's files have no problem but what has no effect yet, limits that are blind at 1 %, and ramps that keep each other out", () => {
  const told = new Set(problems.map(({ code, severity }) => `${code} ${severity}`));
  expect([...told].toSorted()).toEqual(["R191 warning", "R204 warning", "R502 hint"]);
});

it.each([
  [
    "erp-order-export-v2",
    ["touches", "requires: contract", "requires: signal", "requires: no-debt", "rollback.reconcile"],
  ],
  [
    "oms-state-machine-v3",
    [
      "touches",
      "requires: gate",
      "requires: contract",
      "requires: signal",
      "requires: no-debt",
      "rollback.reconcile",
    ],
  ],
  [
    "pim-price-list-sync",
    ["touches", "requires: contract", "requires: signal", "except: campaign-start", "rollback.reconcile"],
  ],
])("%s loads, and says what of it would hold it back and does not yet", (name, unbuilt) => {
  const gate = gates.get(name)?.gate;
  expect(gate === undefined ? null : unbuiltOf(gate)).toEqual(unbuilt);
});

function signalOf(gate: string, name: string) {
  return gates.get(gate)?.gate.signals.find((signal) => signal.name === name);
}

it("their signals bring what the shop wrote of windows, new data and the week before", () => {
  const staleness = signalOf("erp-order-export-v2", "sync-staleness");
  expect(staleness?.except?.map(({ name, hours }) => [name, hours.kind])).toEqual([
    ["erp-maintenance", "every"],
  ]);
  expect(signalOf("pim-price-list-sync", "price-outliers")).toMatchObject({ onNewData: true });
  expect(signalOf("pim-price-list-sync", "checkout-yield")?.advance).toMatchObject({
    baseline: "of last week",
    value: 0.95,
  });
});
