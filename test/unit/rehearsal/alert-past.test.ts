import { describe, expect, test } from "vitest";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { alertPast } from "../../../src/rehearsal/alert-past.ts";
import type { AlertRuleGiven, PromqlEngine } from "../../../src/rehearsal/ports.ts";
import { NOON } from "../../support/builders.ts";
import { anAlertRuleGiven } from "./alert-rule-given.ts";

const unasked = () => Promise.reject(new Error("only ranges are asked"));

/** An engine whose condition holds at these minutes after noon. */
function engineOf(minutes: readonly number[], asked: string[] = []): PromqlEngine {
  return {
    load: unasked,
    ask: unasked,
    counters: unasked,
    async range(query, { from, to }) {
      asked.push(query);
      const points = minutes
        .map((minute) => ({ at: NOON + minute * MINUTE, value: 1 }))
        .filter(({ at }) => at >= from && at <= to);
      return { kind: "known", series: [{ labels: { __name__: "c1_errors", job: "a", drop: "x" }, points }] };
    },
  };
}

async function past(minutes: readonly number[], rule: Partial<AlertRuleGiven> = {}) {
  const data = { from: NOON, to: NOON + 60 * MINUTE };
  const found = await alertPast(anAlertRuleGiven(rule), { engine: engineOf(minutes), prefix: "c1_", data });
  if ("kind" in found) throw new Error(found.detail);
  return found;
}

describe("what an alerting rule said", () => {
  test("is pending from when its condition holds, and fires once it has held for its `for`", async () => {
    const { activeAt } = await past([3, 4, 5, 6], { forMs: 2 * MINUTE });
    const states = [2, 3, 4, 5, 6, 7].map((minute) =>
      activeAt(NOON + minute * MINUTE).map((each) => each.state),
    );
    expect(states).toEqual([[], ["pending"], ["pending"], ["firing"], ["firing"], []]);
    expect(activeAt(NOON + 6 * MINUTE)).toMatchObject([{ activeAt: NOON + 3 * MINUTE }]);
  });

  test("begins anew after an evaluation at which it did not hold", async () => {
    const { activeAt } = await past([1, 2, 4], { forMs: MINUTE });
    expect(activeAt(NOON + 4 * MINUTE)).toMatchObject([{ state: "pending", activeAt: NOON + 4 * MINUTE }]);
  });

  test("fires at once without a `for`, and stands as its last evaluation left it", async () => {
    const { activeAt, evaluatedAt } = await past([3]);
    const between = NOON + 3 * MINUTE + 40 * SECOND;
    expect(activeAt(between)).toMatchObject([{ state: "firing" }]);
    expect(evaluatedAt(between)).toBe(NOON + 3 * MINUTE);
  });

  test("has the labels of its series, its own before them, and its name", async () => {
    const { activeAt } = await past([3], { labels: { job: "mine", severity: "critical", drop: "" } });
    expect(activeAt(NOON + 3 * MINUTE)[0]?.labels).toEqual({
      alertname: "CheckoutErrors",
      job: "mine",
      severity: "critical",
    });
  });

  test("is nothing before the first sample of the case", async () => {
    const { activeAt, evaluatedAt } = await past([0]);
    expect(evaluatedAt(NOON - 1)).toBeNull();
    expect(activeAt(NOON - 1)).toEqual([]);
  });

  test("is asked for under the names of the case", async () => {
    const asked: string[] = [];
    const data = { from: NOON, to: NOON + MINUTE };
    await alertPast(anAlertRuleGiven(), { engine: engineOf([], asked), prefix: "c7_", data });
    expect(asked).toEqual(["c7_errors > 1"]);
  });

  test("cannot be known where the engine refuses it", async () => {
    const unknown = { kind: "unknown", reason: "timeout", detail: "too slow" } as const;
    const engine = { ...engineOf([]), range: async () => unknown };
    const data = { from: NOON, to: NOON + MINUTE };
    expect(await alertPast(anAlertRuleGiven(), { engine, prefix: "c1_", data })).toEqual(unknown);
  });
});
