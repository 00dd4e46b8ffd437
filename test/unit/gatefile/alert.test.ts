import { describe, expect, it } from "vitest";

import type { AlertGuard } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS, SMALLEST } from "./defaults.ts";

function gateOf(more: string, base = SMALLEST) {
  const { gates, problems } = parseFiles([{ path: "gate.yaml", text: base + more }], DEFAULTS);
  const [only] = gates.values();
  if (only === undefined) throw new Error(JSON.stringify(problems, null, 2));
  return only.gate;
}

function guardOf(alert: string, more = ""): AlertGuard {
  const [guard] = gateOf(`alerts:\n  - ${alert}\n${more}`).alerts;
  if (guard === undefined) throw new Error("no guard");
  return guard;
}

describe("a guard that is its matchers alone", () => {
  it("gets every default: pending waits, firing halts, critical rolls back, silenced waits", () => {
    expect(guardOf(`'{service="checkout"}'`)).toEqual({
      match: '{service="checkout"}',
      matchers: [{ label: "service", operator: "=", value: "checkout" }],
      source: "main",
      pending: "wait",
      firing: "halt",
      critical: "rollback",
      silenced: "wait",
      witness: null,
      missing: { haltMs: 30 * MINUTE, rollbackMs: 2 * HOUR },
    });
  });

  it("may be the name of an alert", () => {
    expect(guardOf("CheckoutDown").matchers).toEqual([
      { label: "alertname", operator: "=", value: "CheckoutDown" },
    ]);
  });
});

describe("a guard that says more", () => {
  it("does what it says", () => {
    const guard = guardOf(
      "{ match: A, pending: ignore, firing: wait, critical: halt, silenced: ignore, witness: count(up), missingFor: { 5m: rollback } }",
    );
    expect(guard).toMatchObject({
      pending: "ignore",
      firing: "wait",
      critical: "halt",
      silenced: "ignore",
      witness: "count(up)",
      missing: { haltMs: null, rollbackMs: 5 * MINUTE },
    });
  });

  it("takes the gate's bounds for missing data and the gate's source", () => {
    const more = "data: { missingFor: { 10m: halt } }\nsource: eu\n";
    expect(guardOf("A", more)).toMatchObject({
      source: "eu",
      missing: { haltMs: 10 * MINUTE, rollbackMs: null },
    });
  });
});

describe("a gate with alerts alone", () => {
  const watching = "schema: gate/v1\nname: watching\nowner: a\nrunbook: https://r.example.com/b\n";

  it("watches", () => {
    const gate = gateOf("alerts: [A, B]\n", watching);
    expect(gate).toMatchObject({ flag: null, signals: [], steps: [] });
    expect(gate.alerts.map(({ match }) => match)).toEqual(["A", "B"]);
  });

  it("needs a source, as one with signals does", () => {
    const files = [{ path: "gate.yaml", text: `${watching}alerts: [A]\n` }];
    const { problems } = parseFiles(files, { ...DEFAULTS, source: null });
    expect(problems.map(({ code }) => code)).toEqual(["R107"]);
  });
});

describe("the service of a gate", () => {
  it("settles anew after a deploy unless the gate says otherwise", () => {
    expect(gateOf("service: shop/checkout\n")).toMatchObject({
      service: "shop/checkout",
      onDeploy: "settle",
    });
    expect(gateOf("service: a\nonDeploy: restart-step\n").onDeploy).toBe("restart-step");
    expect(gateOf("")).toMatchObject({ service: null, onDeploy: "settle", alerts: [] });
  });
});
