import { describe, expect, test } from "vitest";
import type { Gate } from "../../../src/domain/gate.ts";
import { unbuiltBecause, unbuiltForDeploys, unbuiltOf, unbuiltRefusal } from "../../../src/domain/unbuilt.ts";
import { aFlagTarget, aGate, aSignal, aStep } from "../../support/builders.ts";

const TOUCHES: Gate["touches"] = [
  { flow: "order-to-cash", stage: "export", writes: [], reads: [], exclusive: false, until: null },
];

describe("a gate is not raised while nothing happens of", () => {
  test.each<[string, Partial<Gate>]>([
    ["touches", { touches: TOUCHES }],
    ["calendars", { calendars: ["office-hours"] }],
    ["debt", { debt: { tolerate: 0, waiver: null } }],
    ["evidence", { evidence: {} }],
    [
      "rollback.reconcile",
      {
        reconcile: [
          {
            task: "replay",
            until: null,
            withinMs: null,
            owner: null,
            runbook: null,
            run: null,
            scope: "all",
            manual: true,
          },
        ],
      },
    ],
    [
      "requires: contract",
      { requires: [{ kind: "contract", contract: "order", speaks: "3.2", by: ["erp"] }] },
    ],
    [
      "except: campaign-start",
      {
        signals: [
          aSignal({ except: [{ name: "campaign-start", hours: { kind: "ical", source: "campaigns" } }] }),
        ],
      },
    ],
    ["requires: signal", { requires: [{ kind: "signal", signal: aSignal() }] }],
    ["requires: gate", { requires: [{ kind: "gate", gate: "other", is: "settled" }] }],
    ["requires: no-debt", { requires: [{ kind: "no-debt", flow: "order-to-cash" }] }],
  ])("`%s`", (key, fields) => {
    const gate = aGate(fields);
    expect(unbuiltOf(gate)).toEqual([key]);
    expect(unbuiltBecause(gate)).toEqual([
      {
        kind: "definition",
        code: "unbuilt",
        message: `\`${key}\` of checkout would hold it back and has no effect yet: it can be watched, not raised`,
        until: null,
        opens: "leave it out of the file, if the gate is safe without",
      },
    ]);
    expect(unbuiltRefusal(gate)).toContain("it can be watched, not raised; leave it out of the file");
    expect(unbuiltForDeploys(gate)).toEqual(
      ["touches", "calendars", "debt"].includes(key) ? unbuiltBecause(gate) : [],
    );
  });
});

test("each key is named once, all in one reason", () => {
  const other = { kind: "no-debt", flow: "pricing" } as const;
  const gate = aGate({ touches: TOUCHES, requires: [other, { ...other, flow: "returns" }] });
  expect(unbuiltBecause(gate).map(({ message }) => message)).toEqual([
    expect.stringMatching(/^`touches`, `requires: no-debt` of checkout /),
  ]);
});

test("what would not hold it back is in nobody's way", () => {
  const gate = aGate({
    priority: 3,
    start: "auto",
    touches: [],
    calendars: [],
    requires: [],
    reconcile: [],
    flag: aFlagTarget({ decide: "once", stamp: "order.path" }),
    steps: [aStep({ share: 1 }), aStep({ dither: true })],
  });
  expect(unbuiltOf(gate)).toEqual([]);
  expect(unbuiltRefusal(gate)).toBeNull();
  expect(unbuiltForDeploys(gate)).toEqual([]);
});
