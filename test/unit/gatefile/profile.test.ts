import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { definitionHash } from "../../../src/disk/definition-hash.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS } from "./defaults.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");

function fixture(path: string) {
  return { path, text: readFileSync(join(FIXTURES, path), "utf8") };
}

const LIBRARY = fixture("library/signals.yaml");
const WRITER = fixture("library/writer.yaml");

const BASE = `schema: gate/v1
name: order-export
owner: team-export
flag: order-export
profile: writer
with: { integration: oms, owner: team-orders }
`;

function parse(gate: string, ...others: readonly { readonly path: string; readonly text: string }[]) {
  return parseFiles([{ path: "gate.yaml", text: gate }, LIBRARY, ...others], DEFAULTS);
}

function gateOf(gate: string, profile: string = WRITER.text): Gate {
  const { gates, problems } = parse(gate, { path: "profile.yaml", text: profile });
  const [only] = gates.values();
  if (only === undefined) throw new Error(JSON.stringify(problems, null, 2));
  return only.gate;
}

function signalsOf(signals: string, profile?: string) {
  return gateOf(`${BASE}signals:\n${signals}`, profile).signals;
}

function places(gate: string, ...others: readonly { readonly path: string; readonly text: string }[]) {
  const { problems } = parse(gate, ...others);
  return problems
    .filter(({ severity }) => severity === "error")
    .map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);
}

describe("a gate with a profile", () => {
  it("has everything the profile says, with its own values in the place of parameters", () => {
    const gate = gateOf(BASE.replace("owner: team-export\n", ""));
    expect(gate).toMatchObject({
      owner: "team-orders",
      title: null,
      bakeMs: 7 * DAY,
      haltDeadlineMs: HOUR,
      cooldownMs: DAY,
      data: { missing: "halt" },
    });
    expect(gate.steps.map(({ to, holdMs }) => [to, holdMs])).toEqual([
      [5, 4 * HOUR],
      [10, 12 * HOUR],
      [100, 45 * MINUTE],
    ]);
    expect(gate.signals.map(({ name, measure }) => [name, measure.query.split("\n")[0]])).toEqual([
      ["orders-missing", 'sum(recon_mismatched{integration="oms", kind="missing"})'],
      ["sync-age", 'max(time() - sync_timestamp_seconds{integration="oms"})'],
    ]);
    expect(gate.alerts.map(({ match }) => match)).toEqual([
      '{integration="oms"}',
      '{team="team-orders", severity=~"page|critical"}',
    ]);
  });

  it("means what one file would mean that said it all", () => {
    const alone = `schema: gate/v1
name: order-export
owner: team-export
flag: order-export
every: 30s
steps:
  - { to: 5%, hold: 4h }
  - { to: 10%, hold: 12h }
  - { to: 100%, bake: 7d }
signals:
  - use: orders-missing
    with: { integration: oms }
    advance: at most 0.05%
    halt: above 0.2% for 1 run
    rollback: above 1% for 1 run
  - name: sync-age
    query: max(time() - sync_timestamp_seconds{integration="oms"})
    unit: seconds
    advance: at most 20m
    halt: above 1h
alerts:
  - '{integration="oms"}'
  - { match: '{team="team-orders", severity=~"page|critical"}', pending: ignore }
rollback: { haltDeadline: 1h, cooldown: 1d }
data: { missing: halt }
`;
    expect(definitionHash(gateOf(`${BASE}every: 30s\n`))).toBe(definitionHash(gateOf(alone)));
  });

  it("changes its hash with its profile", () => {
    const strict = WRITER.text.replace("at most 20m", "at most 10m");
    expect(definitionHash(gateOf(BASE, strict))).not.toBe(definitionHash(gateOf(BASE)));
    const reworded = WRITER.text.replace("An integration that", "Whatever");
    expect(definitionHash(gateOf(BASE, reworded))).toBe(definitionHash(gateOf(BASE)));
  });

  it("keeps what it says itself, whole", () => {
    const gate = gateOf(`${BASE}every: 30s\nsteps: [{ to: 100% }]\nrollback: { cooldown: 2h }\n`);
    expect(gate).toMatchObject({
      owner: "team-export",
      everyMs: 30 * SECOND,
      bakeMs: DAY,
      haltDeadlineMs: 2 * HOUR,
      cooldownMs: 2 * HOUR,
    });
    expect(gate.steps).toHaveLength(1);
  });

  it("only watches where it has no flag, and takes nothing of a ramp", () => {
    const gate = gateOf(BASE.replace("flag: order-export\n", ""));
    expect(gate).toMatchObject({ flag: null, steps: [], haltDeadlineMs: 2 * HOUR });
    expect(gate.signals).toHaveLength(2);
  });

  it("escapes a value for the string it stands in", () => {
    const gate = gateOf(BASE.replace("integration: oms", `integration: 'a"} or vector(1) #\\'`));
    expect(gate.signals[1]?.measure.query).toBe(
      'max(time() - sync_timestamp_seconds{integration="a\\"} or vector(1) #\\\\"})',
    );
    expect(gate.alerts[0]?.matchers).toEqual([
      { label: "integration", operator: "=", value: 'a"} or vector(1) #\\' },
    ]);
  });

  it("draws on its profile and its libraries", () => {
    const { gates } = parse(BASE, WRITER);
    expect(gates.get("order-export")?.drawsOn).toEqual(["library/signals.yaml", "library/writer.yaml"]);
  });
});

describe("a signal of the same name", () => {
  it("refines the profile's key by key, in its place", () => {
    const [first, second] = signalsOf(
      "  - { name: sync-age, halt: above 2h }\n  - { use: orders-missing, floor: 500, advance: at most 0.01% }\n",
    );
    expect(first).toMatchObject({
      name: "orders-missing",
      floor: 500,
      advance: { text: "at most 0.01%" },
      halt: { text: "above 0.2% for 1 run" },
      rollback: { text: "above 1% for 1 run" },
    });
    expect(second).toMatchObject({
      name: "sync-age",
      measure: { query: 'max(time() - sync_timestamp_seconds{integration="oms"})' },
      advance: { text: "at most 20m" },
      halt: { text: "above 2h" },
    });
  });

  it.each([
    ["brings a query", "{ name: sync-age, query: sum(age), advance: at most 3 }", "sum(age)"],
    ["uses another of the library", "{ name: sync-age, use: price-outliers, advance: at most 3% }", "price_"],
  ])("replaces it whole when it %s", (_what, signal, query) => {
    const replaced = signalsOf(`  - ${signal}\n`).find(({ name }) => name === "sync-age");
    expect(replaced?.measure.query).toContain(query);
    expect(replaced).toMatchObject({ advance: { text: expect.stringContaining("at most 3") }, halt: null });
  });

  it("leaves the library's limits that the profile had by stating none", () => {
    const profile = `schema: profile/v1\nname: writer\nparams: [integration, owner]\nsignals: [{ use: price-outliers }]\n`;
    const [tighter] = signalsOf("  - { use: price-outliers, advance: at most 0.5% }\n", profile);
    expect(tighter).toMatchObject({
      advance: { text: "at most 0.5%" },
      halt: null,
      rollback: { text: "above 3%" },
    });
  });

  it("is added behind the profile's when it is new", () => {
    const own = "  - { name: calls, query: sum(calls), halt: above 3 }\n";
    expect(signalsOf(own).map(({ name }) => name)).toEqual(["orders-missing", "sync-age", "calls"]);
  });
});

describe("an alert with the same matchers", () => {
  it("replaces the profile's whole, whatever the order and spaces of its matchers", () => {
    const alerts = `alerts:
  - ExportDown
  - { match: '{ severity=~"page|critical",team = "team-orders" }', firing: rollback }
`;
    expect(
      gateOf(BASE + alerts).alerts.map(({ match, pending, firing }) => [match, pending, firing]),
    ).toEqual([
      ['{integration="oms"}', "wait", "halt"],
      ['{ severity=~"page|critical",team = "team-orders" }', "wait", "rollback"],
      ["ExportDown", "wait", "halt"],
    ]);
  });
});

describe("a parameter with a default", () => {
  const profile = `schema: profile/v1
name: writer
params: { integration: oms, owner: team-orders, le: "0.5" }
owner: $owner
signals: [{ name: slow, query: 'sum(slow{le="$le"})', halt: above 3 }]
`;

  it("takes it where the gate gives no value", () => {
    const gate = gateOf(
      BASE.replace("owner: team-export\n", "").replace(/with: .*/, "with: { le: 1 }"),
      profile,
    );
    expect(gate.owner).toBe("team-orders");
    expect(gate.signals[0]?.measure.query).toBe('sum(slow{le="1"})');
  });
});

describe("a profile with problems", () => {
  const sick = { path: "sick.yaml", text: "schema: profile/v1\nname: sick\nsteps: [{ to: 50% }]\n" };
  const gate = BASE.replace("profile: writer", "profile: sick").replace(/with: .*\n/, "");

  it("keeps every gate that uses it from being loaded, and no other", () => {
    const other = { path: "other.yaml", text: BASE.replaceAll("order-export", "other") };
    const { gates } = parse(gate, sick, WRITER, other);
    expect([...gates.keys()]).toEqual(["other"]);
    expect(places(gate, sick, WRITER, other)).toEqual(["gate.yaml:5:10 R171", "sick.yaml:3:15 R121"]);
  });

  it("tells them where no gate uses it", () => {
    const unused = { path: "a.yaml", text: "schema: profile/v1\nname: a\nsignals: [{ use: nobody }]\n" };
    expect(places(BASE, WRITER, unused)).toEqual(["a.yaml:3:18 R143"]);
  });

  it("is told about once, however many gates use it", () => {
    const twin = { path: "twin.yaml", text: gate.replaceAll("order-export", "twin") };
    expect(places(gate, sick, twin)).toEqual([
      "gate.yaml:5:10 R171",
      "sick.yaml:3:15 R121",
      "twin.yaml:5:10 R171",
    ]);
  });

  it("is two profiles with one name", () => {
    const copy = { ...WRITER, path: "copy.yaml" };
    expect(places(BASE, WRITER, copy)).toEqual([
      "copy.yaml:2:7 R172",
      "gate.yaml:5:10 R171",
      "library/writer.yaml:2:7 R172",
    ]);
  });

  it("does not make it a gate", () => {
    const { broken } = parse(BASE, sick, WRITER);
    expect(broken).toEqual([]);
  });
});

describe("what a gate gives its profile", () => {
  it("is complained about where it stands", () => {
    const profile = { path: "p.yaml", text: `${WRITER.text}service: $owner\n` };
    const gate = BASE.replace("owner: team-orders", "owner: a team");
    expect(places(gate, profile)).toEqual(["gate.yaml:6:34 R108"]);
  });

  it("is complained about in its own file, too, where the profile's text does not fit it", () => {
    expect(places(`${BASE}stopsAt: 50%\n`, { ...WRITER, path: "p.yaml" })).toEqual([
      "gate.yaml:5:10 R171",
      "p.yaml:9:11 R121",
    ]);
  });

  it("is a value and no parameter", () => {
    expect(places(BASE.replace("integration: oms", "integration: $oms"), WRITER)).toEqual([
      "gate.yaml:6:9 R174",
    ]);
  });

  it("may not be longer than a regular expression may be", () => {
    const profile = `schema: profile/v1\nname: writer\nparams: [integration, owner]\nsignals:\n  - { name: a, query: 'sum(x{i=~"$integration"})', halt: above 3 }\n`;
    const gate = BASE.replace("integration: oms", `integration: ${"x".repeat(201)}`);
    expect(places(gate, { path: "p.yaml", text: profile })).toEqual(["gate.yaml:6:7 R153"]);
  });
});
