import { describe, expect, test } from "vitest";
import { compareDefinitions } from "../../../src/domain/compare-definitions.ts";
import type { Gate, Prove, Signal } from "../../../src/domain/gate.ts";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Comparison, Limit, Persistence } from "../../../src/domain/limit.ts";
import { aDemand, aFlagTarget, aGate, aGuard, aSignal, aStep } from "../../support/builders.ts";

const GUARD = aGuard();
const OLD = aGate({
  service: "checkout",
  steps: [aStep({ to: 5, holdMs: HOUR }), aStep({ to: 100, approve: [aDemand({ count: 1 })] })],
  signals: [aSignal()],
  alerts: [GUARD],
  bakeMs: DAY,
});

const TOUCH = {
  flow: "order-to-cash",
  stage: "export",
  writes: [],
  reads: [],
  exclusive: false,
  until: null,
} as const;

function looser(now: Gate, old = OLD): readonly string[] {
  const compared = compareDefinitions(old, now);
  return compared.kind === "looser" ? compared.at : [compared.kind];
}

function limit(comparison: Comparison, value: number, persistence: Persistence = { kind: "at-once" }): Limit {
  return { text: "", comparison, value, persistence };
}

const withSignal = (fields: Partial<Signal>): Gate => ({ ...OLD, signals: [aSignal(fields)] });
const settling = (settleMs: number | null): Gate => withSignal({ settleMs });
const MINUTES = (count: number): Persistence => ({ kind: "time", ms: count * MINUTE });
const RUNS = (count: number): Persistence => ({ kind: "runs", count });
const withFlag = (fields: Parameters<typeof aFlagTarget>[0]): Gate => ({ ...OLD, flag: aFlagTarget(fields) });

describe("a definition is another run's when it", () => {
  test.each([
    ["drives another flag", { name: "other" }],
    ["in another environment", { environment: "staging" }],
    ["by another strategy", { strategy: "other" }],
    ["or sticks by another field", { stickiness: "orderId" }],
    ["on another server", { server: "other" }],
    ["in another project", { project: "other" }],
  ])("%s", (_, fields) => {
    expect(compareDefinitions(OLD, withFlag(fields))).toEqual({ kind: "other-flag" });
  });

  test("has no flag any more", () => {
    expect(compareDefinitions(OLD, { ...OLD, flag: null })).toEqual({ kind: "other-flag" });
  });
});

describe("a definition is tighter or equal when", () => {
  test.each<[string, Gate]>([
    ["nothing changed", OLD],
    [
      "only words for people did",
      { ...OLD, title: "New", owner: "others", runbook: "https://r", change: "X-1" },
    ],
    ["a step is held longer", { ...OLD, steps: [aStep({ to: 5, holdMs: DAY }), ...OLD.steps.slice(1)] }],
    ["the bake is longer", { ...OLD, bakeMs: 2 * DAY }],
    ["more is required", { ...OLD, requires: [{ kind: "no-debt", flow: "pricing" }] }],
    ["the halt deadline is nearer", { ...OLD, haltDeadlineMs: MINUTE }],
    ["the cooldown is longer", { ...OLD, cooldownMs: DAY }],
    ["a restart reaches other users first", { ...OLD, rotateCohort: true }],
    ["it only observes", { ...OLD, mode: "observe" }],
    ["a deploy does more", { ...OLD, onDeploy: "restart-step" }],
    ["missing data does more", { ...OLD, data: { ...OLD.data, missing: "halt" } }],
    ["changes by hand roll back", { ...OLD, drift: { ...OLD.drift, changed: "rollback" } }],
    ["SDKs are given more time", withFlag({ propagationMs: HOUR })],
    ["a signal is added", { ...OLD, signals: [aSignal(), aSignal({ name: "latency" })] }],
    ["an alert is added", { ...OLD, alerts: [GUARD, aGuard({ match: "Other" })] }],
    ["an alert does more", { ...OLD, alerts: [aGuard({ pending: "halt" })] }],
    ["a witness is gone", { ...OLD, alerts: [aGuard({ witness: null })] }],
    ["more samples are asked for", withSignal({ floor: 100 })],
    ["fewer bad outcomes are enough", withSignal({ minBad: 1 })],
  ])("%s", (_, now) => {
    expect(looser(now)).toEqual(["tighter"]);
  });

  test("a breach goes to 0% instead of one step back, or goes one step back as before", () => {
    const stepping = withSignal({ rollback: { ...limit("above", 0.05), to: "previous" } });
    expect(looser(withSignal({ rollback: limit("above", 0.05) }), stepping)).toEqual(["tighter"]);
    expect(looser(stepping, stepping)).toEqual(["tighter"]);
  });

  test.each(["advance", "halt", "rollback"] as const)("a limit to %s is added", (key) => {
    const without = withSignal({ [key]: null });
    expect(looser(withSignal({ [key]: limit("above", 0.05) }), without)).toEqual(["tighter"]);
  });

  test("what is required stays so", () => {
    const [a, b] = ["pricing", "returns"].map((flow) => ({ kind: "no-debt", flow }) as const);
    if (a === undefined || b === undefined) throw new Error("two are made");
    expect(looser({ ...OLD, requires: [b, a] }, { ...OLD, requires: [a] })).toEqual(["tighter"]);
    expect(looser({ ...OLD, requires: [b] }, { ...OLD, requires: [a] })).toEqual(["requires"]);
    expect(looser(OLD, { ...OLD, requires: [a] })).toEqual(["requires"]);
  });

  test("a gate without a flag is compared like any other", () => {
    expect(looser({ ...OLD, flag: null }, { ...OLD, flag: null })).toEqual(["tighter"]);
  });

  test("a step has to prove more, or anything at all", () => {
    const steps = (ratio: number | null) =>
      OLD.steps.map((step) => (ratio === null ? step : { ...step, prove: { text: "", ratio } }));
    expect(looser({ ...OLD, steps: steps(0.01) }, { ...OLD, steps: steps(0.03) })).toEqual(["tighter"]);
    expect(looser({ ...OLD, steps: steps(0.03) })).toEqual(["tighter"]);
  });

  test("more people have to approve, sooner", () => {
    const demand = aDemand({ count: 2, notAuthor: true, expiresMs: HOUR });
    const steps = [
      OLD.steps[0] ?? aStep(),
      aStep({ to: 100, approve: [demand, aDemand({ by: "finance" })] }),
    ];
    expect(looser({ ...OLD, steps })).toEqual(["tighter"]);
  });
});

/** The first step has that to prove. */
function proving(prove: Prove | null): Gate {
  const [first = aStep(), ...rest] = OLD.steps;
  return { ...OLD, steps: [prove === null ? first : { ...first, prove }, ...rest] };
}

test("a step that has to prove less, nothing, or something else is looser", () => {
  const old = proving({ text: "1%", ratio: 0.01 });
  const others = [proving(null), proving({ text: "3%", ratio: 0.03 })];
  for (const now of [...others, proving({ text: "", ratio: 0.005, overControl: true })]) {
    expect(looser(now, old)).toEqual(["steps 5%: prove"]);
  }
  expect(looser(withSignal({ proves: true }))).toEqual(["signals errors: proves"]);
  expect(looser(withSignal({ onNewData: true }))).toEqual(["signals errors: what it reads"]);
  const except = [{ name: "maintenance", hours: { kind: "span", from: 0, to: 1 } }] as const;
  expect(looser(withSignal({ except }))).toEqual(["signals errors: except"]);
});

describe("a definition is looser, and says where, when", () => {
  test.each<[string, Gate, string]>([
    ["it passes at another rhythm", { ...OLD, everyMs: 5 * SECOND }, "every"],
    ["it acts by its file", { ...OLD, mode: "act" }, "mode"],
    ["deploys are those of another service", { ...OLD, service: "cart" }, "service"],
    ["a deploy does less", { ...OLD, onDeploy: "note" }, "onDeploy"],
    ["another strategy may stay enabled", withFlag({ also: ["QA"] }), "also"],
    ["SDKs are given less time", withFlag({ propagationMs: 1 }), "propagation"],
    ["what it touches is another", { ...OLD, touches: [TOUCH] }, "touches"],
    ["another calendar holds", { ...OLD, calendars: ["nights"] }, "calendars"],
    ["other debts are tolerated", { ...OLD, debt: { tolerate: 3, waiver: null } }, "debt"],
    ["it goes first in its queue", { ...OLD, priority: 9 }, "priority"],
    ["evidence may be wrong more often", { ...OLD, evidence: { falseHalt: 0.5 } }, "evidence"],
    ["other tasks clean up", { ...OLD, reconcile: [] }, "rollback.reconcile"],
    ["it begins by itself", { ...OLD, start: "auto" }, "start"],
    ["its service decides once", withFlag({ decide: "once" }), "flag.decide"],
    ["paths are kept elsewhere", withFlag({ stamp: "order.path" }), "flag.stamp"],
    [
      "a step counts less in a budget",
      { ...OLD, steps: [aStep({ to: 5, holdMs: HOUR, share: 1 }), ...OLD.steps.slice(1)] },
      "steps 5%: share",
    ],
    [
      "a step is varied",
      { ...OLD, steps: [aStep({ to: 5, holdMs: HOUR, dither: true }), ...OLD.steps.slice(1)] },
      "steps 5%: dither",
    ],
    ["the bake is shorter", { ...OLD, bakeMs: HOUR }, "bake"],
    ["the halt deadline is farther", { ...OLD, haltDeadlineMs: DAY }, "haltDeadline"],
    ["the cooldown is shorter", { ...OLD, cooldownMs: 1 }, "cooldown"],
    ["a rollback begins to drain", { ...OLD, drainMs: DAY }, "rollback.mode"],
    [
      "a breach goes one step back instead of to 0%",
      withSignal({ rollback: { ...aSignal().rollback!, to: "previous" } }),
      "signals errors: rollback",
    ],
    ["a dark source halts later", { ...OLD, data: { ...OLD.data, darkHaltMs: null } }, "data.dark"],
    [
      "a raise by hand is treated otherwise",
      { ...OLD, drift: { ...OLD.drift, raised: "revert" } },
      "drift.raised",
    ],
    [
      "a step is held shorter",
      { ...OLD, steps: [aStep({ to: 5, holdMs: MINUTE }), ...OLD.steps.slice(1)] },
      "steps 5%: hold",
    ],
    [
      "a step asks nobody any more",
      { ...OLD, steps: [...OLD.steps.slice(0, 1), aStep({ to: 100 })] },
      "steps 100%: approve",
    ],
    ["a step has another percent", { ...OLD, steps: [aStep({ to: 10 }), ...OLD.steps.slice(1)] }, "steps 5%"],
    ["a step is gone", { ...OLD, steps: OLD.steps.slice(1) }, "steps"],
    ["a signal is gone", { ...OLD, signals: [] }, "signals errors"],
    [
      "a signal reads something else",
      withSignal({ measure: { kind: "plain", query: "other" } }),
      "signals errors: what it reads",
    ],
    ["a signal settles sooner", withSignal({ windowMs: -1 }), "signals errors: settle"],
    ["fewer samples are enough", withSignal({ floor: 0 }), "signals errors: floor"],
    ["more bad outcomes are needed", withSignal({ minBad: 50 }), "signals errors: minBad"],
    ["a signal counts for less", withSignal({ gates: ["deploy"] }), "signals errors: gates"],
    [
      "a signal may be missing longer",
      withSignal({ missing: { haltMs: null, rollbackMs: null } }),
      "signals errors: missingFor",
    ],
    ["a limit is gone", withSignal({ rollback: null }), "signals errors: rollback"],
    ["an alert is gone", { ...OLD, alerts: [] }, 'alerts {service="checkout"}'],
    [
      "an alert does less",
      { ...OLD, alerts: [aGuard({ firing: "wait" })] },
      'alerts {service="checkout"}: firing',
    ],
    [
      "a critical alert does less",
      { ...OLD, alerts: [aGuard({ critical: "halt" })] },
      'alerts {service="checkout"}: critical',
    ],
    [
      "a pending alert does less",
      { ...OLD, alerts: [aGuard({ pending: "ignore" })] },
      'alerts {service="checkout"}: pending',
    ],
    [
      "a silence does more",
      { ...OLD, alerts: [aGuard({ silenced: "ignore" })] },
      'alerts {service="checkout"}: silenced',
    ],
    [
      "a witness vouches",
      { ...OLD, alerts: [aGuard({ witness: "up" })] },
      'alerts {service="checkout"}: witness',
    ],
    [
      "an alert may be missing longer",
      { ...OLD, alerts: [aGuard({ missing: { haltMs: DAY, rollbackMs: DAY } })] },
      'alerts {service="checkout"}: missingFor',
    ],
  ])("%s", (_, now, at) => {
    expect(looser(now)).toContain(at);
  });

  test.each([
    { by: "finance" },
    { count: 0 },
    { notAuthor: false },
    { expiresMs: DAY },
    { onReject: "pause" as const },
  ])("an approval asks for %j", (fields) => {
    const strict = aDemand({ notAuthor: true, count: 1, expiresMs: HOUR, onReject: "rollback" });
    const of = (demand: typeof strict): Gate => ({ ...OLD, steps: [aStep({ to: 100, approve: [demand] })] });
    expect(looser(of({ ...strict, ...fields }), of(strict))).toEqual(["steps 100%: approve"]);
    expect(looser(of(strict), of(strict))).toEqual(["tighter"]);
  });

  test("a declared settle is shorter, or no longer declared", () => {
    expect(looser(settling(HOUR), settling(MINUTE))).toEqual(["tighter"]);
    expect(looser(settling(MINUTE), settling(HOUR))).toEqual(["signals errors: settle"]);
    expect(looser(settling(null), settling(HOUR))).toEqual(["signals errors: settle"]);
    expect(looser(settling(HOUR), settling(null))).toEqual(["signals errors: settle"]);
  });
});

describe("of a limit", () => {
  test.each<["advance" | "halt", Limit, Limit, boolean]>([
    ["advance", limit("at most", 2), limit("at most", 1), true],
    ["advance", limit("at most", 1), limit("at most", 2), false],
    ["advance", limit("at least", 1), limit("at least", 2), true],
    ["advance", limit("at least", 2), limit("at least", 1), false],
    ["halt", limit("above", 2), limit("above", 1), true],
    ["halt", limit("above", 1), limit("above", 2), false],
    ["halt", limit("below", 1), limit("below", 2), true],
    ["halt", limit("below", 2), limit("below", 1), false],
    ["halt", limit("exactly", 1), limit("exactly", 1), true],
    ["halt", limit("exactly", 1), limit("exactly", 2), false],
    ["halt", limit("above", 1), limit("at least", 1), false],
    ["halt", limit("above", 1, MINUTES(5)), limit("above", 1, MINUTES(4)), true],
    ["halt", limit("above", 1, MINUTES(5)), limit("above", 1), true],
    ["halt", limit("above", 1, MINUTES(5)), limit("above", 1, MINUTES(6)), false],
    ["halt", limit("above", 1), limit("above", 1, MINUTES(1)), false],
    ["halt", limit("above", 1, RUNS(2)), limit("above", 1, RUNS(1)), true],
    ["halt", limit("above", 1, RUNS(1)), limit("above", 1, RUNS(2)), false],
    ["halt", limit("above", 1, MINUTES(5)), limit("above", 1, RUNS(1)), false],
    [
      "halt",
      { ...limit("above", 2), baseline: "of control" },
      { ...limit("above", 1), baseline: "of control" },
      true,
    ],
    ["halt", { ...limit("above", 2), baseline: "of control" }, limit("above", 1), false],
  ])("%s %j -> %j is as strict: %s", (verb, old, now, isStrict) => {
    const expected = isStrict ? ["tighter"] : [`signals errors: ${verb}`];
    expect(looser(withSignal({ [verb]: now }), withSignal({ [verb]: old }))).toEqual(expected);
  });
});

test("a restart that reaches the same users first again is looser than one that does not", () => {
  expect(looser({ ...OLD, rotateCohort: null }, { ...OLD, rotateCohort: true })).toEqual([
    "rollback.rotateCohort",
  ]);
});
