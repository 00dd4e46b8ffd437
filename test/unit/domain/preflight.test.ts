import { expect, test } from "vitest";
import type { FlagSeen, StrategySeen } from "../../../src/domain/flag.ts";
import type { FlagTarget } from "../../../src/domain/gate.ts";
import { pinForLowering, preflight, strategyOf, type Preflight } from "../../../src/domain/preflight.ts";
import { fakeStrategy } from "../../support/fake-flag-edits.ts";
import { flagTarget } from "../../support/flag-target.ts";

function seen(strategies: readonly StrategySeen[], fields: Partial<FlagSeen> = {}): FlagSeen {
  return {
    kind: "seen",
    project: "default",
    archived: false,
    environmentEnabled: true,
    strategies,
    ...fields,
  };
}

function codes(result: Preflight): readonly string[] {
  return result.kind === "refused" ? result.refusals.map(({ code }) => code) : [];
}

function messages(result: Preflight): string {
  return result.kind === "refused" ? result.refusals.map(({ message }) => message).join("\n") : "";
}

const OURS = fakeStrategy({ id: "ours", title: "Gradual rollout", groupId: "new-pricing" });
const BESIDE = fakeStrategy({
  id: "beside",
  title: "Staff",
  kind: "default",
  rollout: null,
  stickiness: null,
});

test("the one gradual rollout is pinned as it stands", () => {
  const constrained = { ...OURS, constraints: "[1]", segments: "[2]", variants: "[3]" };
  expect(preflight(flagTarget(), seen([constrained]), null)).toEqual({
    kind: "ready",
    record: {
      place: { server: "main", name: "new-pricing", environment: "production" },
      strategyId: "ours",
      project: "default",
      environmentEnabled: true,
      titleText: "Gradual rollout",
      title: "Gradual rollout",
      rollout: 0,
      groupId: "new-pricing",
      stickiness: "orderId",
      constraints: "[1]",
      segments: "[2]",
      variants: "[3]",
      companions: [],
    },
  });
});

test("our bracket of an earlier run is no part of the team's own title", () => {
  const titled = { ...OURS, title: "Gradual rollout [rampart 0/5 #abc.1.9]" };
  expect(preflight(flagTarget(), seen([titled]), null)).toMatchObject({
    record: { titleText: "Gradual rollout", title: "Gradual rollout [rampart 0/5 #abc.1.9]" },
  });
});

test.each([
  ["its id", "ours"],
  ["the team's own title", "Gradual rollout"],
])("a strategy named by %s is taken, and companions are pinned beside it", (_, strategy) => {
  const bracketed = { ...OURS, title: "Gradual rollout [rampart 0/5 #abc.1.9]" };
  const target = flagTarget({ strategy, also: ["Staff", "beside"] });
  expect(preflight(target, seen([BESIDE, bracketed]), null)).toMatchObject({
    kind: "ready",
    record: { strategyId: "ours", companions: [BESIDE] },
  });
});

test("a companion may be disabled, and disabled strategies that nobody named are of no account", () => {
  const target = flagTarget({ also: ["Staff"] });
  const disabled = { ...BESIDE, disabled: true };
  const idle = fakeStrategy({ id: "idle", disabled: true });
  expect(preflight(target, seen([OURS, disabled, idle]), null)).toMatchObject({
    kind: "ready",
    record: { strategyId: "ours", companions: [disabled] },
  });
});

test.each<[string, Partial<FlagTarget>, readonly StrategySeen[], readonly string[]]>([
  ["no strategy at all", {}, [], ["strategy-missing"]],
  ["only a disabled rollout", {}, [{ ...OURS, disabled: true }], ["strategy-missing"]],
  ["only another kind", {}, [BESIDE], ["foreign-strategy", "strategy-missing"]],
  ["a name that no strategy has", { strategy: "Ramp" }, [OURS], ["foreign-strategy", "strategy-missing"]],
  ["two rollouts", {}, [OURS, { ...OURS, id: "second" }], ["strategy-ambiguous"]],
  [
    "a name that two have",
    { strategy: "Gradual rollout" },
    [OURS, { ...OURS, id: "second" }],
    ["strategy-ambiguous"],
  ],
  ["our strategy named as companion", { strategy: "ours", also: ["ours"] }, [OURS], ["strategy-missing"]],
  ["a strategy that nobody named", {}, [OURS, BESIDE], ["foreign-strategy"]],
  ["a companion that is not there", { also: ["Guests"] }, [OURS], ["companion-missing"]],
  [
    "a companion's name that two have",
    { also: ["Staff"] },
    [OURS, BESIDE, { ...BESIDE, id: "other" }],
    ["companion-ambiguous", "foreign-strategy", "foreign-strategy"],
  ],
  [
    "a named strategy of another kind",
    { strategy: "Staff" },
    [BESIDE],
    ["not-gradual", "rollout-unreadable"],
  ],
  [
    "a named strategy that is disabled",
    { strategy: "ours" },
    [{ ...OURS, disabled: true }],
    ["strategy-disabled"],
  ],
  ["a strategy of a release plan", {}, [{ ...OURS, milestoneId: "m1" }], ["release-plan"]],
  ["random stickiness", {}, [{ ...OURS, stickiness: "random" }], ["stickiness-random"]],
  [
    "random stickiness although the gate asks for it",
    { stickiness: "random" },
    [{ ...OURS, stickiness: "random" }],
    ["stickiness-random"],
  ],
  [
    "default stickiness where another is required",
    { stickiness: "orderId" },
    [{ ...OURS, stickiness: "default" }],
    ["stickiness-differs"],
  ],
  [
    "no stickiness where another is required",
    { stickiness: "orderId" },
    [{ ...OURS, stickiness: null }],
    ["stickiness-differs"],
  ],
  ["a fraction of a percent", {}, [{ ...OURS, rollout: "12.5" }], ["rollout-unreadable"]],
  ["a percent out of range", {}, [{ ...OURS, rollout: "250" }], ["rollout-unreadable"]],
  ["no percent", {}, [{ ...OURS, rollout: null }], ["rollout-unreadable"]],
  ["a percent above 0", {}, [{ ...OURS, rollout: "10" }], ["percent-differs"]],
])("%s is refused", (_, target, strategies, expected) => {
  expect(codes(preflight(flagTarget(target), seen(strategies), null))).toEqual(expected);
});

test("the stickiness that the gate requires is accepted, and so is any but random when it requires none", () => {
  const required = flagTarget({ stickiness: "orderId" });
  expect(preflight(required, seen([OURS]), null).kind).toBe("ready");
  expect(preflight(flagTarget(), seen([{ ...OURS, stickiness: "default" }]), null).kind).toBe("ready");
});

test("a ramp that starts at a percent needs exactly that percent", () => {
  const at10 = seen([{ ...OURS, rollout: "10" }]);
  expect(preflight(flagTarget(), at10, 10)).toMatchObject({ kind: "ready", record: { rollout: 10 } });
  expect(messages(preflight(flagTarget(), at10, 25))).toBe("the flag stands at 10%, not at 25%");
});

test("flag and environment that are missing or cannot be read are refused", () => {
  expect(codes(preflight(flagTarget(), { kind: "absent", what: "flag" }, null))).toEqual(["flag-missing"]);
  expect(codes(preflight(flagTarget(), { kind: "absent", what: "environment" }, null))).toEqual([
    "environment-missing",
  ]);
  const unreadable = preflight(flagTarget(), { kind: "unreadable", detail: "no answer" }, null);
  expect(codes(unreadable)).toEqual(["unreadable"]);
  expect(messages(unreadable)).toContain("no answer");
});

test("everything that is wrong is told at once", () => {
  const strategies = [{ ...OURS, rollout: "12.5", stickiness: "random" }, BESIDE];
  const state = { archived: true, project: "shop", environmentEnabled: false };
  const result = preflight(flagTarget({ also: ["Guests"] }), seen(strategies, state), null);
  expect(codes(result)).toEqual([
    "archived",
    "moved",
    "environment-off",
    "companion-missing",
    "foreign-strategy",
    "stickiness-random",
    "rollout-unreadable",
  ]);
});

test("a refusal names every strategy it is about", () => {
  const untitled = fakeStrategy({ id: "second" });
  expect(messages(preflight(flagTarget(), seen([OURS, untitled]), null))).toBe(
    'there is more than one enabled flexibleRollout strategy: "Gradual rollout" (ours), flexibleRollout (second); ' +
      "name one in flag.strategy",
  );
  expect(messages(preflight(flagTarget({ strategy: "Ramp" }), seen([]), null))).toBe(
    'there is no strategy "Ramp" beside the companions; the environment has none at all',
  );
});

test("the strategy that a ramp would drive is known before it may start, unless it is missing or ambiguous", () => {
  const target = flagTarget({ also: ["Staff"] });
  const halfway = { ...OURS, rollout: "55.5" };
  expect(strategyOf(target, seen([BESIDE, halfway], { environmentEnabled: false }))).toBe(halfway);
  expect(strategyOf(target, seen([BESIDE]))).toBeNull();
  expect(strategyOf(target, seen([OURS, { ...OURS, id: "second" }]))).toBeNull();
});

test.each([
  { rollout: "40", percent: 40 },
  { rollout: "abc", percent: 100 },
  { rollout: null, percent: 100 },
])("for a decrease $rollout counts as $percent%", ({ rollout, percent }) => {
  const pinned = pinForLowering(flagTarget(), { ...seen([{ ...OURS, rollout }]), environmentEnabled: false });
  expect(pinned).toMatchObject({ strategyId: OURS.id, rollout: percent });
});
