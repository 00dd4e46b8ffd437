import { describe, expect, test } from "vitest";
import type { ActiveAlert } from "../../../src/domain/alert.ts";
import type { Answer, Freshness, Unknown } from "../../../src/domain/reading.ts";
import { parseMatchers } from "../../../src/matchers/matchers.ts";
import type { AlertPast } from "../../../src/rehearsal/alert-past.ts";
import { createGuardedPast } from "../../../src/rehearsal/guarded-past.ts";
import type { AlertRuleGiven } from "../../../src/rehearsal/ports.ts";
import { seeRule } from "../../../src/standalone/guarded-rules.ts";
import { aGate, aGuard, anActiveAlert, freshAt, NOON } from "../../support/builders.ts";
import { anAlertRuleGiven } from "./alert-rule-given.ts";

type World = {
  readonly active?: readonly ActiveAlert[];
  readonly past?: Unknown;
  readonly answer?: Answer;
};

function guardedPast(alerts: readonly AlertRuleGiven[], { active = [], past, answer }: World = {}) {
  const asked: string[] = [];
  const said: AlertPast = { evaluatedAt: () => NOON, activeAt: () => active };
  const guarded = createGuardedPast({
    alerts,
    see: seeRule,
    past: async () => past ?? said,
    ask: async (query) => {
      asked.push(query);
      return answer ?? { kind: "empty" };
    },
    freshness: async (selectors): Promise<Freshness> => {
      asked.push(...selectors);
      return freshAt();
    },
  });
  return { guarded, asked };
}

function matchersOf(match: string) {
  const parsed = parseMatchers(match);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.matchers;
}

const CHECKOUT = matchersOf('{service="checkout"}');

async function namesBehind(rules: readonly AlertRuleGiven[], world: World = {}) {
  const { guarded } = guardedPast(rules, world);
  const found = await guarded.alertRules(CHECKOUT, NOON);
  return found.kind === "known" ? found.rules.map(({ name }) => name) : found;
}

describe("the rules behind a guard", () => {
  test("are those whose labels it names, each with what it reads", async () => {
    const { guarded, asked } = guardedPast([
      anAlertRuleGiven(),
      anAlertRuleGiven({ alert: "PricingErrors", labels: { service: "pricing" } }),
    ]);
    expect(await guarded.alertRules(CHECKOUT, NOON)).toMatchObject({
      kind: "known",
      rules: [
        { name: "CheckoutErrors", health: "ok", lastEvaluation: NOON, active: [], freshness: freshAt() },
      ],
    });
    expect(asked).toEqual(["errors"]);
  });

  test("have only those of their alerts that satisfy it", async () => {
    const other = anActiveAlert({ labels: { alertname: "CheckoutErrors", service: "pricing" } });
    const { guarded } = guardedPast([anAlertRuleGiven()], { active: [anActiveAlert(), other] });
    const found = await guarded.alertRules(CHECKOUT, NOON);
    expect(found).toMatchObject({ rules: [{ active: [anActiveAlert()] }] });
  });

  test("are open while no series brings the label, and behind it once one does", async () => {
    const open = anAlertRuleGiven({ labels: {} });
    expect(await namesBehind([open])).toEqual([]);
    const there = { kind: "value", value: 2, infos: [] } as const;
    expect(await namesBehind([open], { answer: there })).toEqual(["CheckoutErrors"]);
    const { guarded, asked } = guardedPast([open]);
    await guarded.alertRules(CHECKOUT, NOON);
    expect(asked).toEqual(['count(present_over_time(errors{service="checkout"}[3h]))']);
  });

  test("are in view but blind while that cannot be asked", async () => {
    const unknown = { kind: "unknown", reason: "timeout", detail: "too slow" } as const;
    const { guarded } = guardedPast([anAlertRuleGiven({ labels: {} })], { answer: unknown });
    expect(await guarded.alertRules(CHECKOUT, NOON)).toMatchObject({ rules: [{ freshness: unknown }] });
  });

  test("that ask for what a test does not do make the guard unseen; others do not", async () => {
    const untestable = "`keep_firing_for` is not supported";
    expect(await namesBehind([anAlertRuleGiven({ untestable })])).toEqual({
      kind: "unknown",
      reason: "bad-answer",
      detail: `the rule CheckoutErrors cannot be tested: ${untestable}`,
    });
    expect(await namesBehind([anAlertRuleGiven({ untestable, labels: { service: "pricing" } })])).toEqual([]);
  });

  test("that the engine refuses make the guard unseen", async () => {
    const past = { kind: "unknown", reason: "http-422", detail: "parse error" } as const;
    const found = await namesBehind([anAlertRuleGiven()], { past });
    expect(found).toMatchObject({ kind: "unknown", detail: expect.stringContaining("parse error") });
  });
});

test("everything about guards that will be asked is known before", () => {
  const { guarded } = guardedPast([anAlertRuleGiven({ labels: {} })]);
  const gate = aGate({ alerts: [aGuard({ witness: "sum(up)" })] });
  expect(guarded.asked(gate)).toEqual({
    queries: ['count(present_over_time(errors{service="checkout"}[3h]))', "sum(up)"],
    followed: ['errors{service="checkout"}'],
  });
});
