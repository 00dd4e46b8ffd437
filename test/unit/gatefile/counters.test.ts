import { describe, expect, it } from "vitest";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS } from "./defaults.ts";

const LIBRARY = `schema: signals/v1
signals:
  - name: bad-outcomes
    owner: order-integrations
    runbook: https://runbooks.example.com/RB-03
    params: [flag, on]
    counts:
      bad: outcomes_total{flag="$flag", outcome!="ok"}
      total: outcomes_total{flag="$flag"}
    cohorts: { candidate: 'variant="$on"', control: 'variant!="$on"' }
    window: 30m
    proves: true
`;

const PROFILE = `schema: profile/v1
name: writer
signals:
  - name: failed
    counts: { bad: 'a_total{r="bad"}', total: a_total }
    advance: at most 1%
`;

function gateOf(signals: string, head = "") {
  const text = `schema: gate/v1
name: orders
owner: team-orders
runbook: https://runbooks.example.com/RB-03
flag: orders
${head}signals:
${signals}`;
  const { gates, problems } = parseFiles(
    [
      { path: "orders.yaml", text: Buffer.from(text) },
      { path: "library.yaml", text: Buffer.from(LIBRARY) },
      { path: "profile.yaml", text: Buffer.from(PROFILE) },
    ],
    DEFAULTS,
  );
  expect(problems.filter(({ severity }) => severity === "error")).toEqual([]);
  return gates.get("orders")?.gate;
}

const GUARD = "  - { name: guard, query: sum(up), advance: at least 1 }\n";

describe("counters of a library", () => {
  it("take the values of the gate, in selectors and cohorts, escaped", () => {
    const gate = gateOf(
      `${GUARD}  - use: bad-outcomes
    with: { flag: orders, on: 'o"n' }
    advance: at most 0.1pp over control
`,
    );
    expect(gate?.signals[1]).toMatchObject({
      name: "bad-outcomes",
      unit: "ratio",
      better: "lower",
      windowMs: 0,
      proves: true,
      gates: ["advance", "finish"],
      advance: { value: 0.001, baseline: "over control" },
      measure: {
        kind: "counters",
        bad: 'outcomes_total{flag="orders", outcome!="ok"}',
        total: 'outcomes_total{flag="orders"}',
        windowMs: 30 * 60_000,
        cohorts: { candidate: 'variant="o\\"n"', control: 'variant!="o\\"n"' },
      },
    });
  });
});

describe("counters of a profile", () => {
  it("are refined by a gate that sets limits, and replaced whole by one that brings its own", () => {
    const refined = gateOf("  - { name: failed, advance: at most 0.5%, window: 10m }\n", "profile: writer\n");
    expect(refined?.signals[0]).toMatchObject({
      advance: { value: 0.005 },
      measure: { bad: 'a_total{r="bad"}', windowMs: 10 * 60_000 },
    });
    const replaced = gateOf(
      "  - { name: failed, counts: { bad: b_total, total: c_total }, halt: above 2% }\n",
      "profile: writer\n",
    );
    expect(replaced?.signals[0]).toMatchObject({ advance: null, measure: { bad: "b_total" } });
  });
});

it("counters without a name are called after what they count", () => {
  const gate = gateOf(
    "  - { counts: { bad: orders_failed_total, total: orders_total }, advance: at most 1% }\n",
  );
  expect(gate?.signals[0]?.name).toBe("orders-failed-total");
});
