import { globSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { renderEffective } from "../../../../src/cli/render-show.ts";
import { effectiveGate } from "../../../../src/gatefile/effective/effective-gate.ts";
import { parseFiles } from "../../../../src/gatefile/parse-files.ts";
import { DEFAULTS, SMALLEST } from "../defaults.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const NAMED_BY = { environment: "config", server: "config", source: "config" };

function given(path: string) {
  return { path, text: readFileSync(join(ROOT, path)) };
}

/** Windows are named in a gate and declared elsewhere, however it is shown. */
const CALENDARS = given("test/fixtures/flows/calendars.yaml");
const FIXTURE_SHELF = [
  CALENDARS,
  ...readdirSync(join(ROOT, "test/fixtures/library")).map((name) => given(`test/fixtures/library/${name}`)),
];
const SHIPPED_SHELF = globSync("gates/{signals,profiles}/*.yaml", { cwd: ROOT }).map(given);

const GATES = [
  ...readdirSync(join(ROOT, "test/fixtures/good")).map(
    (name) => [`test/fixtures/good/${name}`, FIXTURE_SHELF] as const,
  ),
  ...readdirSync(join(ROOT, "test/fixtures/shipped")).map(
    (name) => [`test/fixtures/shipped/${name}`, SHIPPED_SHELF] as const,
  ),
];

function linesOf(path: string, text: string | Uint8Array, shelf: readonly ReturnType<typeof given>[] = []) {
  const lines = effectiveGate(path, [{ path, text }, ...shelf], DEFAULTS, NAMED_BY);
  if (lines === null) throw new Error(`${path} declares no gate`);
  return lines;
}

function originsOf(path: string, text: string, shelf?: readonly ReturnType<typeof given>[]) {
  return Object.fromEntries(linesOf(path, text, shelf).map((line) => [line.path, line.origin]));
}

function profile(line: number): string {
  return `profile writer (test/fixtures/library/writer.yaml:${line})`;
}

function library(line: number): string {
  return `library test/fixtures/library/signals.yaml:${line}`;
}

describe("a gate as it takes effect", () => {
  it.each(GATES)("of %s is a file that means the same", (path, shelf) => {
    const { text } = given(path);
    const [meant] = parseFiles([{ path, text }, ...shelf], DEFAULTS).gates.values();
    const shown = renderEffective(linesOf(path, text, shelf));
    // Nothing is left to a library, a profile or a configuration.
    const bare = { ...DEFAULTS, environment: null, server: null, source: null };
    const { gates, problems } = parseFiles([{ path: "shown.yaml", text: shown }, CALENDARS], bare);
    expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
    expect([...gates.values()][0]?.gate).toEqual(meant?.gate);
  });

  it("is none where the file declares no gate that can be used", () => {
    const path = "a.yaml";
    expect(effectiveGate(path, [{ path, text: `${SMALLEST}bogus: 1\n` }], DEFAULTS, NAMED_BY)).toBeNull();
  });
});

describe("where a line comes from", () => {
  const smallest = originsOf("gates/new-checkout.yaml", SMALLEST);

  it.each([
    ["name", "gates/new-checkout.yaml:2"],
    ["flag.unleash", "gates/new-checkout.yaml:5"],
    ["flag.project", "default"],
    ["flag.environment", "config"],
    ["flag.server", "config"],
    ["source", "config"],
    ["every", "default"],
    ["mode", "default, until `rampart act new-checkout`"],
    ["steps[0].hold", "default"],
    ["steps[3].bake", "default"],
    ["signals[0].name", "inferred from the query"],
    ["signals[0].query", "gates/new-checkout.yaml:7"],
    ["signals[0].counts.bad", "inferred from the query"],
    ["signals[0].unit", "inferred from the query"],
    ["signals[0].advance", "gates/new-checkout.yaml:8"],
    ["signals[0].settle", "derived from lag, period and window"],
    ["signals[0].asOf", "derived from the query"],
  ])("of the smallest gate: %s", (path, origin) => {
    expect(smallest[path]).toBe(origin);
  });

  const segmented = originsOf(
    "gates/pim.yaml",
    readFileSync(join(ROOT, "test/fixtures/good/segments.yaml"), "utf8"),
  );
  it.each([
    ["steps[0].segment", "gates/pim.yaml:9"],
    ["steps[0].values", undefined],
    ["steps[0].to", undefined],
    ["steps[1].segment", "gates/pim.yaml:10"],
    ["steps[1].values", "gates/pim.yaml:10"],
    ["steps[3].to", "gates/pim.yaml:12"],
  ])("of a gate with segments: %s", (path, origin) => {
    expect(segmented[path]).toBe(origin);
  });

  const profiled = originsOf(
    "gates/export.yaml",
    readFileSync(join(ROOT, "test/fixtures/good/profile-refined.yaml"), "utf8"),
    FIXTURE_SHELF,
  );
  it.each([
    ["owner", "gates/export.yaml:3"],
    ["with.integration", "gates/export.yaml:7"],
    ["steps[0].to", "gates/export.yaml:9"],
    ["steps[0].hold", "default, the longest settle: of `orders-missing`"],
    ["rollback.haltDeadline", profile(24)],
    ["data.missing", profile(25)],
    ["signals[0].use", "gates/export.yaml:11"],
    ["signals[0].with.integration", `${profile(12)} with gates/export.yaml:7`],
    ["signals[0].query", library(10)],
    ["signals[0].lag", library(16)],
    ["signals[0].floor", "gates/export.yaml:11"],
    ["signals[0].advance", profile(13)],
    ["signals[0].rollback", "gates/export.yaml:11"],
    ["signals[1].query", "gates/export.yaml:13"],
    ["signals[1].better", "inferred from the limits"],
    ["alerts[0].match", "gates/export.yaml:19"],
    ["alerts[0].pending", "default"],
    ["alerts[1].match", profile(23)],
    ["alerts[1].pending", profile(23)],
    ["alerts[2].match", "gates/export.yaml:20"],
  ])("of a gate with a profile and a library: %s", (path, origin) => {
    expect(profiled[path]).toBe(origin);
  });

  it("names the file that gives a default, whatever default it is", () => {
    const named = { environment: "config", server: "default", source: "default" };
    const lines = effectiveGate("a.yaml", [{ path: "a.yaml", text: SMALLEST }], DEFAULTS, named) ?? [];
    expect(lines.find(({ path }) => path === "flag.server")?.origin).toBe("default");
  });
});

describe("what a file could not say", () => {
  it("is a remark: counts, settle and freshness", () => {
    const remarks = linesOf("a.yaml", SMALLEST)
      .filter(({ isRemark }) => isRemark)
      .map(({ path, value }) => [path, value]);
    expect(remarks).toEqual([
      ["mode", "observe"],
      ["flag.strategy", "the only one that is enabled"],
      ["flag.stickiness", "what the strategy has"],
      ["flag.also", []],
      ["signals[0].counts.bad", "sum(increase(checkout_errors_total[5m]))"],
      ["signals[0].counts.total", "sum(increase(checkout_requests_total[5m]))"],
      ["signals[0].settle", "5m"],
      ["signals[0].asOf", "the newest sample of every series it reads"],
    ]);
  });

  it("is a settle that the flag's propagation makes longer than the one declared", () => {
    const lines = linesOf("a.yaml", SMALLEST.replace("    advance", "    settle: 10s\n    advance"));
    const settles = lines.filter(({ path }) => path === "signals[0].settle");
    expect(settles.map(({ value, isRemark }) => [value, isRemark])).toEqual([
      ["10s", false],
      ["45s", true],
    ]);
  });
});
