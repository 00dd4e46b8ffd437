import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";

import { jsonSchemaOf, schemaKinds } from "../../../src/gatefile/json-schemas.ts";

const ROOT = join(import.meta.dirname, "../../..");
const GOOD = globSync(
  ["test/fixtures/{good,shipped,library,flows,coupled}/*.yaml", "gates/**/*.yaml", "demo/**/gates/**/*.yaml"],
  { cwd: ROOT },
).toSorted();

/** Read by a schema that is made from the JSON alone. */
const READERS = new Map(
  schemaKinds().map(({ kind }) => [kind, z.fromJSONSchema(JSON.parse(JSON.stringify(jsonSchemaOf(kind))))]),
);

function faultsOf(text: string): readonly string[] {
  const content: unknown = parse(text.replace(/^\uFEFF/, ""));
  const { schema } = z.object({ schema: z.string() }).parse(content);
  const reader = READERS.get(schema.split("/")[0] ?? "");
  if (reader === undefined) throw new Error(`no schema for ${schema}`);
  const read = reader.safeParse(content);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("the JSON Schema of a kind", () => {
  it("is there for each kind", () => {
    expect(schemaKinds().map(({ kind }) => kind)).toEqual([
      "gate",
      "profile",
      "signals",
      "flow",
      "calendar",
      "gate-test",
    ]);
    expect(jsonSchemaOf("gates")).toBeNull();
  });

  it.each(GOOD)("takes %s", (path) => {
    expect(faultsOf(readFileSync(join(ROOT, path), "utf8"))).toEqual([]);
  });

  const gate = readFileSync(join(ROOT, "test/fixtures/coupled/order-export.yaml"), "utf8");
  const flow = readFileSync(join(ROOT, "test/fixtures/flows/order-to-cash.yaml"), "utf8");
  const calendar = readFileSync(join(ROOT, "test/fixtures/flows/calendars.yaml"), "utf8");
  const profile = readFileSync(join(ROOT, "gates/profiles/order-writer.yaml"), "utf8");
  const tests = readFileSync(join(ROOT, "gates/examples/tests/order-export.yaml"), "utf8");
  const library = readFileSync(join(ROOT, "test/fixtures/library/signals.yaml"), "utf8");

  test.each([
    ["an unknown key of a gate", gate, "owner:", "onwer:"],
    ["another kind", gate, "gate/v1", "gate/v2"],
    ["an unknown key of a flag", gate, "stickiness:", "stickyness:"],
    ["an unknown key of a touch", gate, "writes:", "write:"],
    ["an unknown key of a step", gate, "dither:", "diter:"],
    ["an unknown key of a signal", gate, "    advance: at most 0.1%", "    advances: at most 0.1%"],
    ["an unknown key of a case", tests, "expect:", "expects:"],
    ["an unknown event", tests, "    expect:", "    events: [{ after: 1m, pauses: kim }]\n    expect:"],
    ["an unknown expectation", tests, "verdict:", "verdicts:"],
    ["a state that no ramp is in", tests, "state: halted", "state: stopped"],
    ["an unknown key of a start", tests, "held:", "hold:"],
    ["an unknown key of a task", gate, "within: 4h", "whitin: 4h"],
    ["an unknown key of a requirement", gate, "speaks:", "speak:"],
    ["no name", gate, "name: order-export\n", ""],
    ["a fraction of a percent", gate, "until: 50%", "until: 0.5%"],
    ["a percent above 100", gate, "to: 5%", "to: 150%"],
    ["a duration without unit", gate, "within: 4h", "within: 4"],
    ["a version that YAML reads as a number", gate, "speaks: v3.10", "speaks: 3.10"],
    ["a word that is none of those", gate, "decide: once", "decide: twice"],
    ["an unknown key of a flow", flow, "oncall:", "onCall:"],
    ["an unknown policy", flow, "tieBreak:", "tiebreak:"],
    ["a flow without stages", flow, "stages: [checkout, payment, erp-export, invoice]\n", ""],
    ["an unknown key of a window", calendar, "mustSettleInside:", "settleInside:"],
    ["an unknown effect", calendar, "effect: tighten", "effect: tightens"],
    ["an unknown key of a profile", profile, "signals:", "signal:"],
    ["an unknown key of a library signal", library, "unit:", "units:"],
  ])("refuses %s", (_, text, written, other) => {
    expect(faultsOf(text)).toEqual([]);
    const changed = text.replace(written, other);
    expect(changed).not.toBe(text);
    expect(faultsOf(changed)).not.toEqual([]);
  });
});
