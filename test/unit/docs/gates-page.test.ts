import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { definitionHash } from "../../../src/disk/definition-hash.ts";
import { GATE_SHAPE } from "../../../src/gatefile/gate-keys.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import {
  GATE_SIGNAL_KEYS,
  LATER_SIGNAL_KEYS,
  LIBRARY_SIGNAL_KEYS,
} from "../../../src/gatefile/signal-keys.ts";
import { DEFAULTS } from "../gatefile/defaults.ts";
import { blocks, codeOf, DOCS, firstCode, page, ROOT, rows } from "./doc-files.ts";

const TEXT = page("docs/gates.md");
const LIBRARIES = globSync("gates/{signals,profiles}/*.yaml", { cwd: ROOT });

describe("an example", () => {
  test.each([...DOCS])("of %s that is a gate or a library has no problem", (path, text) => {
    const examples = blocks(text).filter(
      ({ language, text: body }) => language === "yaml" && body.startsWith("schema:"),
    );
    const libraries = [
      ...LIBRARIES.map((library) => ({ path: library, text: readFileSync(join(ROOT, library), "utf8") })),
      ...examples
        .filter((each) => /^schema: (?:signals|profile|flow|calendar)\//.test(each.text))
        .map((each, index) => ({ path: `${path}-library-${index}`, text: each.text })),
    ];
    for (const { text: body } of examples.filter((each) => each.text.startsWith("schema: gate/"))) {
      // README's first gate leaves the runbook out, which is a hint.
      const { problems, gates } = parseFiles([...libraries, { path, text: body }], DEFAULTS);
      const counted = problems.filter(({ severity, code }) => severity !== "hint" && code !== "R191");
      expect(counted).toEqual([]);
      expect(gates.size).toBe(1);
    }
  });

  test("is there for every kind of file", () => {
    const kinds = blocks(TEXT).map(({ text }) => text.split("\n")[0]);
    expect(kinds).toContain("schema: gate/v1");
    expect(kinds).toContain("schema: profile/v1");
    expect(kinds).toContain("schema: signals/v1");
    expect(kinds).toContain("schema: flow/v1");
    expect(kinds).toContain("schema: calendar/v1");
  });
});

/** What the loader itself calls the keys of each mapping of a gate, from its answer to a key it does not know. */
function keysAsTold(gate: string): readonly string[] {
  const { problems } = parseFiles([{ path: "gate.yaml", text: gate }], DEFAULTS);
  const told = problems.find(({ code }) => code === "R101")?.suggestion ?? "";
  return [...told.matchAll(/`([^`]+)`/g)].map((key) => key[1] ?? "");
}

/** What the page says of a key that is left out. */
function of(key: string): string {
  const found = firstCode(rows(TEXT).find(([first]) => first === `\`${key}\``)?.[2]);
  if (found === null) throw new Error(`no default of ${key} in the page`);
  return found;
}

describe("the page", () => {
  test.each([
    ["gate", "schema: gate/v1\nqqqqqqqqqqqqqqq: 1\n"],
    ["flag", "schema: gate/v1\nflag: { qqqqqqqqqqqqqqq: 1 }\n"],
    ["step", "schema: gate/v1\nsteps: [{ qqqqqqqqqqqqqqq: 1 }]\n"],
    ["approval", "schema: gate/v1\nsteps: [{ to: 100%, approve: { qqqqqqqqqqqqqqq: 1 } }]\n"],
    ["signal", "schema: gate/v1\nsignals: [{ qqqqqqqqqqqqqqq: 1 }]\n"],
    ["alert", "schema: gate/v1\nalerts: [{ qqqqqqqqqqqqqqq: 1 }]\n"],
    ["profile", "schema: profile/v1\nqqqqqqqqqqqqqqq: 1\n"],
    ["touch", "schema: gate/v1\ntouches: [{ qqqqqqqqqqqqqqq: 1 }]\n"],
    ["contract", "schema: gate/v1\nrequires: [{ contract: a, qqqqqqqqqqqqqqq: 1 }]\n"],
    ["task", "schema: gate/v1\nrollback: { reconcile: [{ qqqqqqqqqqqqqqq: 1 }] }\n"],
    ["evidence", "schema: gate/v1\nevidence: { qqqqqqqqqqqqqqq: 1 }\n"],
    ["flow", "schema: flow/v1\nqqqqqqqqqqqqqqq: 1\n"],
    ["policy", "schema: flow/v1\npolicy: { qqqqqqqqqqqqqqq: 1 }\n"],
    ["window", "schema: calendar/v1\nwindows: [{ qqqqqqqqqqqqqqq: 1 }]\n"],
    ["data", "schema: gate/v1\ndata: { qqqqqqqqqqqqqqq: 1 }\n"],
    ["rollback", "schema: gate/v1\nrollback: { qqqqqqqqqqqqqqq: 1 }\n"],
    ["drift", "schema: gate/v1\ndrift: { qqqqqqqqqqqqqqq: 1 }\n"],
  ])("has a row for every key of a %s", (what, gate) => {
    const keys = keysAsTold(gate);
    const told = new Set(
      rows(TEXT).flatMap(([first]) => [...(first ?? "").matchAll(/`([^`]+)`/g)].map((key) => key[1])),
    );
    expect(keys.length).toBeGreaterThan(1);
    expect(keys.filter((key) => !told.has(key) && !told.has(`${what}.${key}`))).toEqual([]);
  });

  test("names every key that is refused for now", () => {
    const [, later = ""] = TEXT.split("## Not supported yet");
    const named = codeOf(later);
    expect(LATER_SIGNAL_KEYS.filter((key) => !named.includes(key))).toEqual([]);
  });

  test("lists as refused nothing that is taken", () => {
    const [, later = ""] = TEXT.split("## Not supported yet");
    const cellOf = (where: string) => rows(later).find(([first]) => first === where)?.[1] ?? "";
    const taken = { gate: GATE_SHAPE.keys, signal: { ...GATE_SIGNAL_KEYS, ...LIBRARY_SIGNAL_KEYS } };
    for (const [where, keys] of Object.entries(taken)) {
      expect(codeOf(cellOf(where)).filter((key) => Object.hasOwn(keys, key))).toEqual([]);
    }
  });

  test("names defaults that are the defaults", () => {
    const query = "max(oldest_order_age_seconds)";
    const short = `schema: gate/v1
name: shop
owner: team-shop
flag: { unleash: shop }
steps: [{ to: 5% }, { to: 100%, approve: leads }]
signals: [{ query: ${query}, advance: at most 3 }]
`;
    const whole = `schema: gate/v1
name: shop
owner: team-shop
every: ${of("every")}
start: ${of("start")}
stopsAt: ${of("stopsAt")}
flag: { unleash: shop, project: ${of("project")}, also: ${of("also")}, propagation: ${of("propagation")} }
steps:
  - { to: 5%, hold: ${of("hold")} }
  - to: 100%
    hold: ${of("hold")}
    bake: ${of("bake")}
    approve: { by: leads, count: ${of("count")}, expires: ${of("expires")}, reject: ${of("reject")} }
signals: [{ query: ${query}, advance: at most 3, floor: ${of("floor")}, minBad: ${of("minBad")}, lag: ${of("lag")} }]
data: { missing: ${of("data.missing")}, missingFor: ${of("data.missingFor")}, dark: ${of("data.dark")} }
rollback:
  to: ${of("rollback.to")}
  mode: ${of("rollback.mode")}
  haltDeadline: ${of("rollback.haltDeadline")}
  cooldown: ${of("rollback.cooldown")}
drift: { raised: ${of("drift.raised")}, changed: ${of("drift.changed")} }
`.replace("also: [], ", "");
    const hashes = [short, whole].map((text) => {
      const { gates, problems } = parseFiles([{ path: "shop.yaml", text }], DEFAULTS);
      const parsed = gates.get("shop");
      return parsed === undefined ? problems : definitionHash(parsed.gate);
    });
    expect(hashes[0]).toMatch(/^sha256:/);
    expect(hashes[1]).toEqual(hashes[0]);
  });
});
