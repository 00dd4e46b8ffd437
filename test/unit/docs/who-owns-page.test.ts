import { expect, test } from "vitest";
import { type DriftTreatment, treatmentOf } from "../../../src/domain/drift.ts";
import { isLegal } from "../../../src/domain/moves.ts";
import { RAMP_STATES } from "../../../src/domain/ramp.ts";
import type { DriftKind } from "../../../src/domain/record.ts";
import { formatToken, splitTitle } from "../../../src/domain/token.ts";
import { blocks, page, rows } from "./doc-files.ts";

const TEXT = page("docs/who-owns-rollout.md");
const LENIENT = { raised: "halt", changed: "halt" } as const;

/** Which row tells of which drift; null: the page tells of it in a sentence. A kind that is missing here does not compile. */
const ROW_OF: Readonly<Record<DriftKind, string | null>> = {
  "lowered-to-zero": "lowered it to 0 %",
  "environment-off": "switched the environment off",
  lowered: "lowered it to a value above 0",
  raised: "raised it",
  audience: "changed stickiness",
  "strategy-added": "added or enabled another strategy",
  title: "changed the title",
  "foreign-token": "put another Rampart's bracket",
  "rollout-unreadable": "wrote a percent that is no whole number",
  "strategy-gone": "removed the strategy",
  "flag-gone": "removed the strategy, archived or moved the flag",
  // Found while no run of ours is on record, and after a store was put back.
  unmanaged: null,
  "restored-store": null,
};

const SAYS: Readonly<Record<DriftTreatment, RegExp>> = {
  "roll-back": /rolls back/,
  ceiling: /is the ceiling, the ramp halts there/,
  halt: /the ramp halts/,
  revert: /writes the recorded percent/,
  close: /increases wait/,
};

const DRIFTS = Object.entries(ROW_OF) as readonly (readonly [DriftKind, string | null])[];

function rowOf(first: string): readonly string[] {
  const row = rows(TEXT).find(([cell]) => cell?.startsWith(first));
  if (row === undefined) throw new Error(`no row about ${first}`);
  return row;
}

test.each(DRIFTS.filter(([, row]) => row !== null))("says of %s what is done", (kind, row) => {
  expect(rowOf(row ?? "")[1]).toMatch(SAYS[treatmentOf(kind, LENIENT)]);
});

test("names the options that change a treatment, and no other", () => {
  for (const [kind, first] of DRIFTS) {
    if (first === null) continue;
    const option = rowOf(first)[2] ?? "";
    const strict = treatmentOf(kind, { raised: "revert", changed: "rollback" });
    const expected =
      strict === treatmentOf(kind, LENIENT)
        ? ""
        : strict === "revert"
          ? "raised: revert"
          : "changed: rollback";
    expect(option).toContain(expected);
    expect(option === "").toBe(expected === "");
  }
});

test("shows a bracket as it is written", () => {
  const [shown = ""] = /\[rampart [^\]]+\]/.exec(TEXT) ?? [];
  const { token } = splitTitle(`Gradual ${shown}`);
  expect(token === null ? null : formatToken(token)).toBe(shown);
});

test("says of observe when it is possible", () => {
  const legal = RAMP_STATES.filter((state) => isLegal("observe", state));
  expect(legal.toSorted()).toEqual(["finished", "idle", "rolled-back"]);
});

test("keeps Terraform from writing a strategy that it makes", () => {
  const resources = blocks(TEXT).filter(({ language }) => language === "hcl");
  expect(resources.map(({ text }) => /^resource "(\w+)"/.exec(text)?.[1])).toEqual([
    "unleash_strategy_assignment",
    "unleash_feature_v2",
  ]);
  for (const { text } of resources) {
    expect(text.split("{").length).toBe(text.split("}").length);
    expect(text).toMatch(/lifecycle \{[^}]*ignore_changes +=/);
  }
});
