import { describe, expect, it } from "vitest";
import { definitionChanges } from "../../../src/domain/definition-changes.ts";
import type { Gate, Signal } from "../../../src/domain/gate.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aDemand, aFlagTarget, aGate, aGuard, aLimit, aSignal, aStep } from "../../support/builders.ts";

/** As a server would send it. */
function sent(gate: Gate): object {
  const body: object = JSON.parse(JSON.stringify(gate));
  return body;
}

function changes(before: Partial<Gate>, after: Partial<Gate>): readonly string[] {
  return definitionChanges(sent(aGate(before)), aGate(after)).map((change) =>
    change.kind === "changed"
      ? `${change.what}: ${change.from} → ${change.to}`
      : `${change.kind} ${change.what}`,
  );
}

function asks(...approve: readonly ReturnType<typeof aDemand>[]): Partial<Gate> {
  return { steps: [aStep({ approve })] };
}

function measured(query: string): readonly Signal[] {
  return [aSignal({ name: "a", measure: { kind: "plain", query } })];
}

describe("what a definition changes", () => {
  it("is nothing about itself, whatever came over the wire", () => {
    const gate = {
      alerts: [aGuard()],
      steps: [aStep({ prove: { text: "3%", ratio: 0.03 } }), aStep({ to: 100 })],
    };
    expect(changes(gate, gate)).toEqual([]);
  });

  it("is told by step, signal and guard, with durations and percents as people write them", () => {
    expect(
      changes(
        { steps: [aStep({ holdMs: DAY }), aStep({ to: 25 })], bakeMs: DAY },
        { steps: [aStep({ holdMs: 12 * HOUR }), aStep({ to: 50 }), aStep({ to: 100 })], bakeMs: 7 * DAY },
      ),
    ).toEqual(["step 1 hold: 1d → 12h", "step 2 to: 25% → 50%", "added step 3", "bake: 1d → 7d"]);
    expect(
      changes(
        {
          signals: [aSignal({ name: "a", rollback: aLimit("above 2%") }), aSignal({ name: "b" })],
          alerts: [],
        },
        { signals: [aSignal({ name: "a", rollback: aLimit("above 3%") })], alerts: [aGuard()] },
      ),
    ).toEqual([
      "signal a rollback: above 2% → above 3%",
      "removed signal b",
      'added alerts {service="checkout"}',
    ]);
  });

  it("is told of what was not there, of flags, and of queries", () => {
    expect(
      changes(
        { flag: aFlagTarget({ propagationMs: MINUTE }), service: null, steps: [aStep()] },
        {
          flag: aFlagTarget({ propagationMs: HOUR }),
          service: "shop",
          steps: [aStep({ prove: { text: "3%", ratio: 0.03 } })],
          rotateCohort: true,
        },
      ),
    ).toEqual([
      "flag propagation: 1m → 1h",
      "step 1 prove: none → 3%",
      "service: none → shop",
      "rotateCohort: none → true",
    ]);
    expect(changes({ signals: measured("up") }, { signals: measured("down") })).toEqual([
      "signal a query: up → down",
    ]);
  });

  it("names who approves, and shows what is left out where that reads alike", () => {
    const leads = aDemand({ by: "leads", count: 1 });
    expect(changes(asks(), asks(leads, aDemand({ by: "erp", count: 2 })))).toEqual([
      "step 1 approve: none → leads and 2 of erp",
    ]);
    const [longer = ""] = changes(asks(leads), asks({ ...leads, expiresMs: 7 }));
    expect(longer).toMatch(/^step 1 approve: \[\{"by":"leads".*"expiresMs":7/);
  });

  it("is the order alone where nothing else differs", () => {
    const [a, b] = [aSignal({ name: "a" }), aSignal({ name: "b" })];
    expect(changes({ signals: [a, b] }, { signals: [b, a] })).toEqual(["order of signals: a, b → b, a"]);
  });

  it("is told of data that no version of this program would send, too", () => {
    expect(
      definitionChanges(
        { signals: [3], steps: "all", approve: [3] },
        { signals: [], steps: [], approve: [4] },
      ),
    ).toEqual([
      { kind: "removed", what: "signal 1" },
      { kind: "changed", what: "step", from: "all", to: "{}" },
      { kind: "changed", what: "approve", from: "3", to: "4" },
    ]);
  });
});
