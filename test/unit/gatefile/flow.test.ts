import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import { parseFiles, understand } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS, SMALLEST } from "./defaults.ts";

const FIXTURES = join(import.meta.dirname, "../../fixtures");
const SHELF = ["library", "flows"].flatMap((folder) =>
  readdirSync(join(FIXTURES, folder)).map((name) => ({
    path: `${folder}/${name}`,
    text: readFileSync(join(FIXTURES, folder, name)),
  })),
);

function flowNamed(name: string, files = SHELF) {
  return understand(files, DEFAULTS).shelf.flows.get(name)?.flow;
}

function told(files: readonly { readonly path: string; readonly text: string }[]) {
  return parseFiles(files, DEFAULTS).problems.map(
    ({ file, line, column, code, message }) => `${file}:${line}:${column} ${code} ${message}`,
  );
}

const SHORT = "schema: flow/v1\nname: returns\nowner: a\nstages: [receipt, refund]\n";

describe("a flow", () => {
  it("is read whole", () => {
    expect(flowNamed("order-to-cash")).toMatchObject({
      name: "order-to-cash",
      title: "A paid order becomes a shipped and invoiced order",
      owner: "flow-owner-order-to-cash",
      oncall: "order-to-cash-oncall",
      stages: ["checkout", "payment", "erp-export", "invoice"],
      integrations: ["shop-to-oms", "oms-to-erp"],
      entities: [
        { name: "order", record: "oms", owner: "team-oms", contract: "order" },
        { name: "invoice", record: "erp", owner: null, contract: null },
      ],
      services: [
        { service: "shop-frontend", stage: "checkout" },
        { service: "eu/order-exporter:v2", stage: "erp-export" },
      ],
      value: 'sum(rate(order_value_total{currency="EUR"}[1h])) * 3600',
      policy: {
        unproven: 25,
        bakeCounts: 5,
        separation: { ms: 45 * 60_000 },
        tieBreak: ["oldest"],
        unattributed: "rollback-latest",
      },
      calendars: ["office-hours", "month-end"],
      debt: { tolerate: 3, waiver: "flow-owner-order-to-cash" },
    });
  });

  it("has breakers that are signals like those of a gate, library and parameters put in", () => {
    const flow = flowNamed("order-to-cash");
    expect(
      flow?.breakers.map(({ name, source, halt, rollback }) => [name, source, halt?.text, rollback?.text]),
    ).toEqual([
      ["orders-missing", "main", "above 1% for 1 run", undefined],
      ["stuck", "main", undefined, "above 20"],
    ]);
    expect(flow?.breakers[0]?.measure.query).toContain('integration="shop-to-oms"');
    expect(flow?.panic.map(({ rollback }) => rollback?.value)).toEqual([10]);
  });

  it("takes the defaults of what it does not say", () => {
    expect(flowNamed("returns", [{ path: "returns.yaml", text: Buffer.from(SHORT) }])).toEqual({
      name: "returns",
      title: null,
      owner: "a",
      oncall: null,
      stages: ["receipt", "refund"],
      integrations: [],
      entities: [],
      services: [],
      value: null,
      policy: {
        unproven: 30,
        bakeCounts: 10,
        separation: "auto",
        tieBreak: ["priority", "oldest"],
        unattributed: "halt-all",
      },
      breakers: [],
      panic: [],
      calendars: [],
      debt: { tolerate: 0, waiver: null },
    });
  });

  it("is refused beside another of its name, in both files", () => {
    expect(
      told([
        { path: "a.yaml", text: SHORT },
        { path: "b.yaml", text: SHORT },
      ]),
    ).toEqual([
      "a.yaml:1:9 R191 `flow/v1` is read and checked, and has no effect yet",
      "a.yaml:2:7 R507 b.yaml declares a flow with the same name",
      "b.yaml:1:9 R191 `flow/v1` is read and checked, and has no effect yet",
      "b.yaml:2:7 R507 a.yaml declares a flow with the same name",
    ]);
  });

  it("names only windows that can be used", () => {
    const calendar =
      "schema: calendar/v1\ntimezone: UTC\nwindows: [{ name: nights, every: nightly, effect: freeze }]\n";
    expect(
      told([
        { path: "a.yaml", text: `${SHORT}calendars: [nights, night]\n` },
        { path: "b.yaml", text: calendar },
      ]).filter((line) => !line.includes("R191")),
    ).toEqual([
      "a.yaml:5:13 R508 the window `nights` has problems of its own in b.yaml",
      "a.yaml:5:21 R703 there is no window `night`",
      "b.yaml:3:34 R705 `nightly` is no day",
    ]);
  });

  it("is no gate: it stops none beside it, and no gate goes by its name", () => {
    const files = [
      { path: "flow.yaml", text: `${SHORT}bogus: 1\n` },
      { path: "gate.yaml", text: SMALLEST },
    ];
    const { gates, broken } = parseFiles(files, DEFAULTS);
    expect([...gates.keys()]).toEqual(["new-checkout"]);
    expect(broken).toEqual([]);
  });

  it("is begun before its queries are read, so that a slow one is blamed on it", () => {
    const begun: string[] = [];
    understand([{ path: "returns.yaml", text: SHORT }], DEFAULTS, (path) => begun.push(path));
    expect(begun).toEqual(["returns.yaml", "returns.yaml"]);
  });
});
