import { expect, test } from "vitest";
import { NO_LIMITS } from "../../../src/trial/given-limits.ts";
import { gateOfText } from "../../../src/trial/gate-of-text.ts";
import { gateOfGuard, gateOfQuery } from "../../../src/trial/smallest-gate.ts";

const LIMITS = { ...NO_LIMITS, halt: "> 5" };

test.each([
  ["shop_errors", "shop-errors"],
  ['max(queue_depth{queue="it\'s: #1"})', "queue-depth"],
  ['sum(rate(a_total{path="C:\\\\x"}[5m]))', "a-total"],
  ["vector(7)", "my-gate"],
  ["sum(\n  queue_depth\n)", "queue-depth"],
])("the gate around %s lints clean and asks the very same query", (query, name) => {
  const parsed = gateOfText(
    gateOfQuery({ query, unit: "count", better: "lower", limits: LIMITS, why: "why\nnot" }),
    "main",
  );
  expect(parsed).toMatchObject({ ok: true, gate: { name, signals: [{ measure: { query } }] } });
});

test.each(["HighErrorRate", '{service="checkout"}', '{alertname="High error rate"}'])(
  "the gate around the guard %s lints clean",
  (match) => {
    expect(gateOfText(gateOfGuard(match), "main")).toMatchObject({
      ok: true,
      gate: { flag: null, signals: [], alerts: [{ match }] },
    });
  },
);

test("a share that should be high says so, for its form alone says the opposite", () => {
  const query = "sum(rate(orders_ok_total[5m])) / sum(rate(orders_total[5m]))";
  const text = gateOfQuery({
    query,
    unit: "ratio",
    better: "higher",
    limits: { ...NO_LIMITS, advance: "at least 95%" },
    why: null,
  });
  expect(gateOfText(text, "main")).toMatchObject({ ok: true, gate: { signals: [{ better: "higher" }] } });
});
