import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it, test } from "vitest";

import { renderEffective } from "../../../src/cli/render-show.ts";
import { definitionHash } from "../../../src/disk/definition-hash.ts";
import { unbuiltOf } from "../../../src/domain/unbuilt.ts";
import { effectiveGate } from "../../../src/gatefile/effective/effective-gate.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS } from "./defaults.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const PATH = "order-export.yaml";
const TEXT = readFileSync(join(FIXTURES, "coupled", PATH), "utf8");
const SHELF = ["library", "flows"]
  .flatMap((folder) => readdirSync(join(FIXTURES, folder)).map((name) => join(folder, name)))
  .concat("coupled/price-lists.yaml")
  .map((path) => ({ path, text: readFileSync(join(FIXTURES, path), "utf8") }));

function parsed(text: string) {
  const { gates, problems } = parseFiles([{ path: PATH, text }, ...SHELF], DEFAULTS);
  const own = problems.filter(({ file }) => file === PATH);
  const gate = gates.get("order-export")?.gate;
  if (gate === undefined) throw new Error(JSON.stringify(own));
  return { gate, problems: own };
}

const { gate, problems } = parsed(TEXT);

describe("a gate that is tied to others", () => {
  it("is read whole", () => {
    expect(gate).toMatchObject({
      start: "auto",
      priority: 3,
      flag: { decide: "once", stamp: "order.exposure" },
      touches: [
        {
          flow: "order-to-cash",
          stage: "erp-export",
          writes: ["order"],
          reads: ["invoice"],
          exclusive: true,
          until: 50,
        },
        { flow: "pricing", stage: "checkout", writes: [], reads: [], exclusive: false, until: null },
      ],
      calendars: ["office-hours", "month-end"],
      debt: { tolerate: 2, waiver: "team-order-integrations" },
      evidence: { falseHalt: 0.05, falseRollback: 0.0007, falseAdvance: 0.01 },
      promises: [{ by: "erp-platform" }],
      requires: [
        { kind: "contract", contract: "order", speaks: "3.10", by: ["erp", "crm"] },
        {
          kind: "signal",
          signal: {
            name: "orders-missing",
            floor: 20_000,
            advance: { value: 0.0005 },
            halt: null,
            rollback: null,
            measure: { query: expect.stringContaining('integration="oms-to-erp"') },
          },
        },
        { kind: "gate", gate: "price-lists", is: "settled" },
        { kind: "no-debt", flow: "order-to-cash" },
      ],
      steps: [{ share: 1 }, { dither: true }, {}],
      reconcile: [
        {
          task: "replay-missing",
          until: { name: "orders-missing", advance: { value: 0.0002 } },
          withinMs: 4 * 3_600_000,
          owner: "team-order-integrations",
          runbook: "https://runbooks.example.com/RB-03#replay",
          run: { webhook: "order-replay", rate: { calls: 5, per: "s" }, idempotencyKey: "externalOrderId" },
          scope: "exposed",
          manual: false,
        },
        {
          task: "tell-customers",
          until: null,
          withinMs: 24 * 3_600_000,
          owner: null,
          runbook: null,
          run: null,
          scope: "all",
          manual: true,
        },
      ],
    });
  });

  it("warns at each key that does nothing yet, and of nothing else", () => {
    expect(
      problems.map(({ line, column, code, severity, message }) => [
        `${line}:${column}`,
        code,
        severity,
        /^`([^`]+)` is read and checked, and has no effect yet$/.exec(message)?.[1],
      ]),
    ).toEqual(
      [
        ["5:8", "start: auto"],
        ["6:11", "priority"],
        ["10:11", "flag.decide"],
        ["11:10", "flag.stamp"],
        ["13:3", "touches"],
        ["15:12", "calendars"],
        ["16:7", "debt"],
        ["17:11", "evidence"],
        ["19:5", "requires: contract"],
        ["23:5", "requires: signal"],
        ["27:5", "requires: gate"],
        ["29:5", "requires: no-debt"],
        ["31:47", "share"],
        ["32:33", "dither"],
        ["41:5", "rollback.reconcile"],
      ].map(([place, key]) => [place, "R191", "warning", key]),
    );
  });

  it("names the keys that would hold it back", () => {
    expect(unbuiltOf(gate)).toEqual([
      "touches",
      "calendars",
      "debt",
      "requires: contract",
      "requires: signal",
      "requires: gate",
      "requires: no-debt",
      "evidence",
      "rollback.reconcile",
    ]);
  });

  test.each([
    ["start: auto", "start: manual"],
    ["priority: 3", "priority: 0"],
    ["decide: once", "decide: always"],
    ["stamp: order.exposure", "stamp: order.path"],
    ["stage: erp-export", "stage: payment"],
    ["writes: [order]", "writes: [invoice]"],
    ["reads: [invoice]", "reads: [order]"],
    ["exclusive: true", "exclusive: false"],
    ["until: 50%", "until: 25%"],
    ["calendars: [office-hours, month-end]", "calendars: [office-hours]"],
    ["tolerate: 2", "tolerate: 3"],
    ["waiver: team-order-integrations", "waiver: ops"],
    ["falseHalt: 5%", "falseHalt: 4%"],
    ["falseRollback: 0.07%", "falseRollback: 0.08%"],
    ["falseAdvance: 1%", "falseAdvance: 2%"],
    ["contract: order", "contract: invoice"],
    ["speaks: v3.10", 'speaks: "3.1"'],
    ["by: [erp, crm]", "by: [erp]"],
    ["advance: at most 0.05%", "advance: at most 0.06%"],
    ["floor: 20000", "floor: 2000"],
    ["gate: price-lists", "gate: order-export-old"],
    ["no-debt: order-to-cash", "no-debt: pricing"],
    ["share: 1%", "share: 2%"],
    ["dither: true", "dither: false"],
    ["task: replay-missing", "task: replay"],
    ["at: at most 0.02%", "at: at most 0.03%"],
    ["within: 4h", "within: 5h"],
    ["owner: team-order-integrations\n      runbook", "owner: ops\n      runbook"],
    ["RB-03#replay", "RB-04"],
    ["webhook: order-replay", "webhook: replay"],
    ["rate: 5/s", "rate: 5/m"],
    ["idempotencyKey: externalOrderId", "idempotencyKey: orderId"],
    ["scope: exposed", "scope: all"],
    ["scope: exposed", "scope: exposed\n      manual: true"],
  ])("means something else with another `%s`", (written, other) => {
    const old =
      "schema: gate/v1\nname: order-export-old\nowner: a\nsignals: [{ query: max(up), halt: below 1 }]\n";
    const changed = TEXT.replace(written, other);
    expect(changed).not.toBe(TEXT);
    const { gates } = parseFiles(
      [{ path: PATH, text: changed }, { path: "old.yaml", text: old }, ...SHELF],
      DEFAULTS,
    );
    const found = gates.get("order-export")?.gate;
    expect(found).toBeDefined();
    expect(found === undefined ? null : definitionHash(found)).not.toBe(definitionHash(gate));
  });

  it("means the same with or without a `v` before a version", () => {
    expect(definitionHash(parsed(TEXT.replace("speaks: v3.10", 'speaks: "3.10"')).gate)).toBe(
      definitionHash(gate),
    );
  });

  it("draws on the libraries that its requirements and tasks use, for who wrote those wrote it, too", () => {
    const { gates } = parseFiles([{ path: PATH, text: TEXT }, ...SHELF], DEFAULTS);
    expect(gates.get("order-export")?.drawsOn).toEqual(["library/signals.yaml"]);
  });
});

describe("a gate as it takes effect", () => {
  const namedBy = { environment: "config", server: "config", source: "config" };
  const lines = effectiveGate(PATH, [{ path: PATH, text: TEXT }, ...SHELF], DEFAULTS, namedBy) ?? [];

  it("is a file that means the same, also where it is tied to others", () => {
    expect(parsed(renderEffective(lines)).gate).toEqual(gate);
  });

  it("marks every line that does nothing yet, beside where it comes from", () => {
    const marked = lines.filter(({ origin }) => origin.endsWith(", no effect yet"));
    expect(marked.map(({ path, origin }) => [path, origin.replace(", no effect yet", "")])).toEqual(
      expect.arrayContaining([
        ["start", `${PATH}:5`],
        ["priority", `${PATH}:6`],
        ["flag.decide", `${PATH}:10`],
        ["flag.stamp", `${PATH}:11`],
        ["touches[0].flow", `${PATH}:13`],
        ["touches[1].exclusive", "default"],
        ["calendars", `${PATH}:15`],
        ["debt.tolerate", `${PATH}:16`],
        ["evidence.falseRollback", `${PATH}:17`],
        ["requires[1].speaks", `${PATH}:20`],
        ["requires[2].with.integration", `${PATH}:24`],
        ["requires[3].gate", `${PATH}:27`],
        ["requires[4].no-debt", `${PATH}:29`],
        ["steps[0].share", `${PATH}:31`],
        ["steps[1].dither", `${PATH}:32`],
        ["rollback.reconcile[0].until.at", `${PATH}:42`],
        ["rollback.reconcile[0].run.rate", `${PATH}:46`],
        ["rollback.reconcile[1].scope", "default"],
      ]),
    );
    expect(lines.find(({ path }) => path === "requires[0].approve.by")?.origin).toBe(`${PATH}:22`);
  });
});

describe("a profile's requirements", () => {
  const profile = `schema: profile/v1
name: guarded
params: [integration]
requires:
  - { signal: orders-missing, with: { integration: $integration }, advance: at most 1% }
`;
  const own = `schema: gate/v1
name: order-export
owner: a
runbook: b
flag: x
profile: guarded
with: { integration: oms-to-erp }
signals: [{ query: max(up), advance: at least 1 }]
`;
  function requiresOf(gateText: string) {
    const files = [{ path: PATH, text: gateText }, { path: "guarded.yaml", text: profile }, ...SHELF];
    return parseFiles(files, DEFAULTS).gates.get("order-export")?.gate.requires;
  }

  it("are those of its gates, with the gate's values", () => {
    expect(requiresOf(own)).toMatchObject([
      { kind: "signal", signal: { measure: { query: expect.stringContaining('"oms-to-erp"') } } },
    ]);
  });

  it("stay when the gate asks for more", () => {
    expect(requiresOf(`${own}requires: [{ no-debt: pricing }]\n`)?.map(({ kind }) => kind)).toEqual([
      "signal",
      "no-debt",
    ]);
  });
});
