import { describe, expect, test } from "vitest";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { type AlertContext, judgeAlert } from "../../../src/domain/judge-alert.ts";
import { alertKey, judge } from "../../../src/domain/judge.ts";
import { FRESH_CLOCK } from "../../../src/domain/missing.ts";
import type { SignalClock } from "../../../src/domain/record.ts";
import type { AlertAnswers, Silence } from "../../../src/domain/alert.ts";
import type { AlertGuard } from "../../../src/domain/gate.ts";
import {
  NOON,
  aGate,
  aGuard,
  aJudgeContext,
  aLimitClock,
  aSignalClock,
  alertAnswers,
  anActiveAlert,
  anAlertRule,
} from "../../support/builders.ts";

const SILENCE: Silence = { id: "s1", by: "kim", comment: "known, fix is out", endsAt: NOON + HOUR };

function judged(
  answers: AlertAnswers,
  guard: Partial<AlertGuard> = {},
  context: Partial<AlertContext> = {},
  clock: SignalClock = FRESH_CLOCK,
) {
  const own = {
    now: NOON,
    lastPassAt: NOON - 15 * SECOND,
    dark: new Map(),
    maintenance: [],
    raisedAt: null,
    ...context,
  };
  return judgeAlert(aGate(), aGuard(guard), answers, clock, own);
}

function firing(
  fields: Parameters<typeof anActiveAlert>[0] = {},
  rule: Parameters<typeof anAlertRule>[0] = {},
) {
  return alertAnswers([anAlertRule({ active: [anActiveAlert(fields)], ...rule })]);
}

const CRITICAL = { labels: { alertname: "CheckoutErrors", service: "checkout", severity: "critical" } };

describe("a guard whose rules are", () => {
  test("inactive and healthy is good, and never more than that", () => {
    expect(judged(alertAnswers()).judgement).toMatchObject({
      verdict: "good",
      code: "good",
      message: "its rule is inactive",
      rules: ["CheckoutErrors"],
      active: [],
    });
    const two = alertAnswers([anAlertRule(), anAlertRule({ name: "CheckoutSlow" })]);
    expect(judged(two).judgement.message).toBe("its 2 rules are inactive");
  });

  test("pending waits, since when the condition holds", () => {
    const { judgement } = judged(firing({ state: "pending", activeAt: NOON - MINUTE }));
    expect(judgement).toMatchObject({
      verdict: "wait",
      code: "pending",
      message: "CheckoutErrors is pending for 1m",
    });
  });

  test("firing halts, since when it fires", () => {
    expect(judged(firing()).judgement).toMatchObject({
      verdict: "halt",
      code: "firing",
      message: "CheckoutErrors is firing for 8m",
    });
  });

  test("firing as critical rolls back", () => {
    expect(judged(firing(CRITICAL)).judgement).toMatchObject({ verdict: "rollback", code: "firing" });
  });

  test.each([
    { given: { pending: "ignore" }, alert: { state: "pending" }, verdict: "good" },
    { given: { pending: "halt" }, alert: { state: "pending" }, verdict: "halt" },
    { given: { firing: "rollback" }, alert: {}, verdict: "rollback" },
    { given: { firing: "ignore" }, alert: {}, verdict: "good" },
    { given: { critical: "wait" }, alert: CRITICAL, verdict: "wait" },
  ] as const)("$alert with $given says $verdict", ({ given, alert, verdict }) => {
    expect(judged(firing(alert), given).judgement.verdict).toBe(verdict);
  });

  test("and ignored leaves nothing to be seen, and nothing to be acknowledged", () => {
    const { judgement, clock } = judged(firing(), { firing: "ignore" });
    expect(judgement).toMatchObject({ code: "good", active: [], notes: [] });
    expect(clock.halt.at).toBeNull();
  });

  test("of several alerts the worst speaks, and the others are counted", () => {
    const answers = alertAnswers([
      anAlertRule({ name: "CheckoutSlow", active: [anActiveAlert({ state: "pending" })] }),
      anAlertRule({ active: [anActiveAlert(), anActiveAlert(CRITICAL)] }),
    ]);
    const { judgement } = judged(answers);
    expect(judgement.verdict).toBe("rollback");
    expect(judgement.message).toBe("CheckoutErrors is firing for 8m, and 2 more");
    expect(judgement.active.map(({ rule, state }) => [rule, state])).toEqual([
      ["CheckoutErrors", "firing"],
      ["CheckoutErrors", "firing"],
      ["CheckoutSlow", "pending"],
    ]);
  });
});

describe("an alert that fired before the last raise", () => {
  // It fires from two minutes after its condition began: at 11:52.
  test.each([
    { raisedAt: NOON - 7 * MINUTE, verdict: "halt" },
    { raisedAt: NOON - 8 * MINUTE, verdict: "halt" },
    { raisedAt: NOON - 9 * MINUTE, verdict: "rollback" },
    { raisedAt: null, verdict: "rollback" },
  ])("with a raise at $raisedAt says $verdict", ({ raisedAt, verdict }) => {
    expect(judged(firing(CRITICAL), {}, { raisedAt }).judgement.verdict).toBe(verdict);
  });
});

describe("a silenced alert", () => {
  const silenced = { ...firing(CRITICAL), silences: { kind: "known", silences: [SILENCE] } } as const;

  test("waits, with the name of who silenced it and until when", () => {
    expect(judged(silenced).judgement).toMatchObject({
      verdict: "wait",
      code: "silenced",
      message: "CheckoutErrors is firing for 8m, silenced by kim for another 1h: known, fix is out",
      until: NOON + HOUR,
      active: [{ silence: SILENCE }],
    });
  });

  test("is left out where the guard says so", () => {
    expect(judged(silenced, { silenced: "ignore" }).judgement.verdict).toBe("good");
  });

  test("does not lend its silence to the next one", () => {
    const answers = {
      ...alertAnswers([anAlertRule({ active: [anActiveAlert(CRITICAL), anActiveAlert()] })]),
      silences: { kind: "known", silences: [SILENCE, null] },
    } as const;
    expect(judged(answers).judgement).toMatchObject({ verdict: "halt", code: "firing" });
  });

  test.each([
    [
      { kind: "not-configured" } as const,
      "silences are not seen: no Alertmanager is configured for this source",
    ],
    [{ kind: "unknown", reason: "timeout", detail: "5s" } as const, "silences could not be read: 5s"],
  ])("that cannot be known acts as if it were not, and that is said: %j", (silences, note) => {
    const { judgement } = judged({ ...firing(), silences });
    expect(judgement).toMatchObject({ verdict: "halt", notes: [note] });
    expect(judged(alertAnswers([anAlertRule()], { silences })).judgement.notes).toEqual([]);
  });
});

const stale = (newest: number | null) =>
  ({
    kind: "known",
    selectors: [{ selector: "errors", newest, scrapeIntervalMs: 15 * SECOND }],
  }) as const;

const missing = (ms: number) => {
  const clock = aSignalClock({ unknownSince: NOON - ms, missingStreak: 5 });
  return judged(alertAnswers([]), {}, {}, clock).judgement;
};

describe("a guard is missing when", () => {
  test.each([
    ["no rule matches it", alertAnswers([]), 'no alerting rule matches {service="checkout"}'],
    [
      "the rules cannot be read",
      alertAnswers([], { rules: { kind: "unknown", reason: "http-503", detail: "starting" } }),
      "http-503: starting",
    ],
    [
      "a rule cannot be evaluated",
      alertAnswers([anAlertRule({ health: "err", lastError: "many-to-many" })]),
      "CheckoutErrors cannot be evaluated: many-to-many",
    ],
    [
      "a rule fails without a reason",
      alertAnswers([anAlertRule({ health: "err" })]),
      "CheckoutErrors cannot be evaluated: no reason given",
    ],
    [
      "a rule was never evaluated",
      alertAnswers([anAlertRule({ lastEvaluation: null })]),
      "CheckoutErrors has not been evaluated yet",
    ],
    [
      "a rule was not evaluated for three of its intervals",
      alertAnswers([anAlertRule({ lastEvaluation: NOON - 46 * SECOND })]),
      "CheckoutErrors was last evaluated 46s ago",
    ],
    [
      "what the rule reads has stopped",
      alertAnswers([anAlertRule({ freshness: stale(NOON - 46 * SECOND) })]),
      "CheckoutErrors cannot fire: the newest sample of errors is 46s old",
    ],
    [
      "what the rule reads is not there",
      alertAnswers([anAlertRule({ freshness: stale(null) })]),
      "CheckoutErrors cannot fire: errors has no sample now",
    ],
    [
      "what the rule reads cannot be followed",
      alertAnswers([anAlertRule({ freshness: { kind: "unknown", reason: "timeout", detail: "rules" } })]),
      "CheckoutErrors reads what cannot be followed: rules",
    ],
  ])("%s", (_, answers, why) => {
    const { judgement, clock } = judged(answers);
    expect(judgement).toMatchObject({ verdict: "wait", code: "missing", until: NOON + 30 * MINUTE });
    expect(judgement.message).toBe(`${why}, for 0s`);
    expect(clock).toMatchObject({ unknownSince: NOON, missingStreak: 1 });
  });

  test.each([NOON - 45 * SECOND, NOON])("not while its data is of %d", (newest) => {
    const answers = alertAnswers([
      anAlertRule({ freshness: stale(newest), lastEvaluation: NOON - 45 * SECOND }),
    ]);
    expect(judged(answers).judgement.verdict).toBe("good");
  });

  test("nobody asked about it", () => {
    const gate = aGate({ alerts: [aGuard()] });
    expect(judge(gate, new Map(), aJudgeContext()).alerts[0]).toMatchObject({
      code: "missing",
      message: "bad-answer: the rules were not asked for, for 0s",
    });
  });

  test("a source is dark, by the clock of the source", () => {
    const { judgement } = judged(
      alertAnswers([], { rules: { kind: "unknown", reason: "unreachable", detail: "refused" } }),
      {},
      {
        dark: new Map([["main", NOON - MINUTE]]),
      },
    );
    expect(judgement).toMatchObject({
      verdict: "wait",
      code: "dark",
      message: "source main is dark, for 1m",
    });
  });

  test("a rule that speaks need not be fresh, and another that is blind is still missed", () => {
    const speaks = anAlertRule({ active: [anActiveAlert()], freshness: stale(null) });
    expect(judged(alertAnswers([speaks])).judgement).toMatchObject({ verdict: "halt", code: "firing" });
    const pending = anAlertRule({
      active: [anActiveAlert({ state: "pending" })],
      freshness: stale(null),
    });
    expect(judged(alertAnswers([pending])).judgement).toMatchObject({ verdict: "wait", code: "pending" });
    const blind = anAlertRule({ name: "CheckoutSlow", health: "err" });
    const both = judged(
      alertAnswers([anAlertRule({ active: [anActiveAlert({ state: "pending" })] }), blind]),
    );
    expect(both.judgement).toMatchObject({ verdict: "wait", code: "missing" });
    expect(both.judgement.active).toHaveLength(1);
  });

  test("a witness vouches for series that are not there, and for nothing else", () => {
    const vouched = { witness: { kind: "value", value: 1, infos: [] } } as const;
    const absent = [anAlertRule({ freshness: stale(null) })];
    expect(judged(alertAnswers(absent, vouched)).judgement.verdict).toBe("good");
    expect(
      judged(alertAnswers([anAlertRule({ freshness: stale(NOON - HOUR) })], vouched)).judgement.code,
    ).toBe("missing");
    for (const witness of [{ kind: "value", value: 0, infos: [] }, { kind: "empty" }] as const) {
      expect(judged(alertAnswers(absent, { witness })).judgement.code).toBe("missing");
    }
  });

  test("long enough it halts and then rolls back, as a signal does", () => {
    expect(missing(29 * MINUTE).verdict).toBe("wait");
    expect(missing(30 * MINUTE)).toMatchObject({ verdict: "halt", until: NOON + 90 * MINUTE });
    expect(missing(2 * HOUR).verdict).toBe("rollback");
  });
});

const resumed = (ago: number, fields: Partial<SignalClock> = {}) =>
  aSignalClock({ halt: aLimitClock({ at: NOON - 15 * SECOND }), acknowledgedAt: NOON - ago, ...fields });

describe("a halt that a person resumed over", () => {
  test("waits until it has lasted a quarter of an hour more", () => {
    expect(judged(firing(), {}, {}, resumed(14 * MINUTE)).judgement).toMatchObject({
      verdict: "wait",
      code: "firing",
      message: "CheckoutErrors is firing for 8m; a person resumed over it",
    });
    expect(judged(firing(), {}, {}, resumed(15 * MINUTE)).judgement.verdict).toBe("halt");
  });

  test("or for the rule's own `for`, where that is longer", () => {
    const slow = firing({ activeAt: NOON - 2 * HOUR }, { forMs: HOUR });
    expect(judged(slow, {}, {}, resumed(59 * MINUTE)).judgement.verdict).toBe("wait");
    expect(judged(slow, {}, {}, resumed(HOUR)).judgement.verdict).toBe("halt");
  });

  test("comes back at once after the alert was gone", () => {
    const { clock } = judged(alertAnswers(), {}, {}, resumed(MINUTE));
    expect(clock).toMatchObject({ acknowledgedAt: null, halt: aLimitClock() });
    expect(judged(firing(), {}, {}, clock).judgement.verdict).toBe("halt");
  });

  test("never withholds a rollback", () => {
    expect(judged(firing(CRITICAL), {}, {}, resumed(MINUTE)).judgement.verdict).toBe("rollback");
  });

  test("for missing rules says nothing about an alert that fires once they are back", () => {
    const clock = resumed(MINUTE, { unknownSince: NOON - HOUR });
    const { judgement, clock: after } = judged(firing(), {}, {}, clock);
    expect(judgement.verdict).toBe("halt");
    expect(after.acknowledgedAt).toBeNull();
  });

  test("for missing rules lasts while they are missing", () => {
    const clock = aSignalClock({
      unknownSince: NOON - HOUR,
      missingStreak: 5,
      acknowledgedAt: NOON - MINUTE,
    });
    const { judgement, clock: after } = judged(alertAnswers([]), {}, {}, clock);
    expect(judgement.verdict).toBe("wait");
    expect(after.acknowledgedAt).toBe(NOON - MINUTE);
  });

  test("is possible because the clock keeps that the alert stops the gate", () => {
    expect(judged(firing()).clock.halt.at).toBe(NOON);
    expect(judged(firing(CRITICAL)).clock.halt.at).toBe(NOON);
    expect(judged(firing({ state: "pending" })).clock.halt.at).toBeNull();
  });
});

test("the gate is as bad as its worst guard, and the guard's clock has a key no signal can have", () => {
  const gate = aGate({ signals: [], alerts: [aGuard()] });
  const answers = new Map([[aGuard().match, firing()]]);
  const { verdict, clocks, alerts } = judge(gate, new Map(), aJudgeContext(), answers);
  expect(verdict).toBe("halt");
  expect(alerts).toHaveLength(1);
  expect(clocks).toEqual({ [alertKey(aGuard())]: { ...FRESH_CLOCK, halt: aLimitClock({ at: NOON }) } });
  expect(alertKey(aGuard())).toBe('alert:{service="checkout"}');
});
