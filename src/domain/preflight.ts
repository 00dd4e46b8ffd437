import type { FlagObservation, FlagRecord, FlagSeen, StrategySeen } from "./flag.ts";
import type { FlagTarget } from "./gate.ts";
import { type Percent, parseRollout } from "./percent.ts";
import { splitTitle } from "./token.ts";

/** Why a ramp may not start on the flag as it stands. */
export type FlagRefusal = { readonly code: FlagRefusalCode; readonly message: string };

export type FlagRefusalCode =
  | "unreadable"
  | "flag-missing"
  | "environment-missing"
  | "archived"
  | "moved"
  | "environment-off"
  | "strategy-missing"
  | "strategy-ambiguous"
  | "strategy-disabled"
  | "not-gradual"
  | "release-plan"
  | "foreign-strategy"
  | "companion-missing"
  | "companion-ambiguous"
  | "stickiness-random"
  | "stickiness-differs"
  | "stickiness-default"
  | "segment-missing"
  | "audience-taken"
  | "rollout-unreadable"
  | "percent-differs";

export type Preflight =
  | { readonly kind: "ready"; readonly record: FlagRecord }
  /** Everything that is wrong, not only the first. */
  | { readonly kind: "refused"; readonly refusals: readonly FlagRefusal[] };

/** Whether a ramp may start on the flag as read back, and what to pin if so. `startAt` null: the ramp starts from 0 %. */
export function preflight(target: FlagTarget, seen: FlagObservation, startAt: Percent | null): Preflight {
  switch (seen.kind) {
    case "unreadable":
      return refused([{ code: "unreadable", message: `the flag cannot be read: ${seen.detail}` }]);
    case "absent":
      return refused([missing(target, seen.what)]);
    case "seen":
      return preflightOn(target, seen, startAt);
  }
}

function preflightOn(target: FlagTarget, seen: FlagSeen, startAt: Percent | null): Preflight {
  const companions = companionsOf(target, seen.strategies);
  const choice = chooseStrategy(target, seen.strategies, companions.strategies);
  const refusals = [
    ...placeRefusals(target, seen),
    ...companions.refusals,
    ...foreignRefusals(seen.strategies, [...companions.strategies, ...choice.candidates]),
  ];
  if (choice.kind === "none") return refused([...refusals, choice.refusal]);

  const { strategy } = choice;
  const percent = parseRollout(strategy.rollout ?? "");
  refusals.push(...strategyRefusals(target, strategy), ...percentRefusals(strategy, percent, startAt ?? 0));
  if (refusals.length > 0 || percent === null) return refused(refusals);
  return { kind: "ready", record: recordOf(target, seen, strategy, percent, companions.strategies) };
}

function recordOf(
  { server, name, environment }: FlagTarget,
  seen: FlagSeen,
  strategy: StrategySeen,
  rollout: Percent,
  companions: readonly StrategySeen[],
): FlagRecord {
  return {
    place: { server, name, environment },
    strategyId: strategy.id,
    project: seen.project,
    environmentEnabled: seen.environmentEnabled,
    titleText: splitTitle(strategy.title).text,
    title: strategy.title,
    rollout,
    groupId: strategy.groupId,
    stickiness: strategy.stickiness,
    constraints: strategy.constraints,
    segments: strategy.segments,
    variants: strategy.variants,
    companions,
  };
}

/**
 * The flag as it is, for bringing it to 0 %: whatever else would keep a ramp from starting is no reason against lowering it.
 * Null where it cannot be told which strategy is meant. A percent that is none may expose everybody.
 */
export function pinForLowering(target: FlagTarget, seen: FlagObservation): FlagRecord | null {
  if (seen.kind !== "seen") return null;
  const strategy = strategyOf(target, seen);
  if (strategy === null) return null;
  const { strategies } = companionsOf(target, seen.strategies);
  return recordOf(target, seen, strategy, parseRollout(strategy.rollout ?? "") ?? EVERYBODY, strategies);
}

const EVERYBODY: Percent = 100;

function refused(refusals: readonly FlagRefusal[]): Preflight {
  return { kind: "refused", refusals };
}

function missing(target: FlagTarget, what: "flag" | "environment"): FlagRefusal {
  return what === "flag"
    ? { code: "flag-missing", message: `there is no flag ${target.name} in project ${target.project}` }
    : { code: "environment-missing", message: `the flag has no environment ${target.environment}` };
}

function placeRefusals(target: FlagTarget, seen: FlagSeen): readonly FlagRefusal[] {
  const refusals: FlagRefusal[] = [];
  if (seen.archived) refusals.push({ code: "archived", message: "the flag is archived" });
  if (seen.project !== target.project) {
    const message = `the flag lies in project ${seen.project}, not in ${target.project}`;
    refusals.push({ code: "moved", message });
  }
  if (!seen.environmentEnabled) {
    const message = `environment ${target.environment} is off; Rampart never switches one on`;
    refusals.push({ code: "environment-off", message });
  }
  return refusals;
}

type Companions = {
  readonly strategies: readonly StrategySeen[];
  readonly refusals: readonly FlagRefusal[];
};

function companionsOf(target: FlagTarget, strategies: readonly StrategySeen[]): Companions {
  const found: StrategySeen[] = [];
  const refusals: FlagRefusal[] = [];
  for (const name of target.also) {
    const [strategy, ...others] = strategies.filter((each) => isNamed(each, name));
    if (strategy === undefined) {
      refusals.push({
        code: "companion-missing",
        message: `also: there is no strategy ${JSON.stringify(name)}`,
      });
    } else if (others.length > 0) {
      const message = `also: several strategies are called ${JSON.stringify(name)}: ${list([strategy, ...others])}`;
      refusals.push({ code: "companion-ambiguous", message });
    } else if (!found.includes(strategy)) {
      found.push(strategy);
    }
  }
  return { strategies: found, refusals };
}

type Choice =
  | { readonly kind: "one"; readonly strategy: StrategySeen; readonly candidates: readonly StrategySeen[] }
  | { readonly kind: "none"; readonly refusal: FlagRefusal; readonly candidates: readonly StrategySeen[] };

function chooseStrategy(
  target: FlagTarget,
  strategies: readonly StrategySeen[],
  companions: readonly StrategySeen[],
): Choice {
  const { strategy: name } = target;
  const others = strategies.filter((strategy) => !companions.includes(strategy));
  const candidates =
    name === null
      ? others.filter((strategy) => !strategy.disabled && isGradual(strategy))
      : others.filter((strategy) => isNamed(strategy, name));
  const wanted = name === null ? "enabled flexibleRollout strategy" : `strategy ${JSON.stringify(name)}`;
  const [first, ...more] = candidates;
  if (first === undefined) {
    const message = `there is no ${wanted} beside the companions; the environment has ${list(strategies)}`;
    return { kind: "none", refusal: { code: "strategy-missing", message }, candidates };
  }
  if (more.length > 0) {
    const message = `there is more than one ${wanted}: ${list(candidates)}; name one in flag.strategy`;
    return { kind: "none", refusal: { code: "strategy-ambiguous", message }, candidates };
  }
  return { kind: "one", strategy: first, candidates };
}

/** The strategy a ramp on this target would drive; null when it is missing or ambiguous. */
export function strategyOf(target: FlagTarget, seen: FlagSeen): StrategySeen | null {
  const choice = chooseStrategy(target, seen.strategies, companionsOf(target, seen.strategies).strategies);
  return choice.kind === "one" ? choice.strategy : null;
}

/** Strategies are alternatives to each other: one that nobody named can serve whom the ramp does not. */
function foreignRefusals(
  strategies: readonly StrategySeen[],
  known: readonly StrategySeen[],
): readonly FlagRefusal[] {
  return strategies
    .filter((strategy) => !strategy.disabled && !known.includes(strategy))
    .map((strategy) => ({
      code: "foreign-strategy",
      message: `strategy ${described(strategy)} is enabled and is neither ours nor named in flag.also`,
    }));
}

function strategyRefusals(target: FlagTarget, strategy: StrategySeen): readonly FlagRefusal[] {
  const refusals: FlagRefusal[] = [];
  if (!isGradual(strategy)) {
    const message = `strategy ${described(strategy)} is ${strategy.kind}; only flexibleRollout has a percent`;
    refusals.push({ code: "not-gradual", message });
  }
  if (strategy.disabled) {
    refusals.push({ code: "strategy-disabled", message: `strategy ${described(strategy)} is disabled` });
  }
  if (strategy.milestoneId !== null) {
    const message = `strategy ${described(strategy)} belongs to a release plan, which moves the percent itself`;
    refusals.push({ code: "release-plan", message });
  }
  // SDKs read a missing stickiness as "default".
  const stickiness = strategy.stickiness ?? "default";
  if (stickiness === "random") {
    const message =
      "stickiness is random: the same user would be in and out of the exposed share at each request";
    refusals.push({ code: "stickiness-random", message });
  } else if (target.stickiness !== null && stickiness !== target.stickiness) {
    const message = `stickiness is ${stickiness}, the gate asks for ${target.stickiness}`;
    refusals.push({ code: "stickiness-differs", message });
  }
  return refusals;
}

function percentRefusals(
  strategy: StrategySeen,
  percent: Percent | null,
  wanted: Percent,
): readonly FlagRefusal[] {
  if (percent === null) {
    const message = `rollout is ${JSON.stringify(strategy.rollout)}, not a whole percent from 0 to 100`;
    return [{ code: "rollout-unreadable", message }];
  }
  if (percent === wanted) return [];
  return [{ code: "percent-differs", message: `the flag stands at ${percent}%, not at ${wanted}%` }];
}

function isGradual(strategy: StrategySeen): boolean {
  return strategy.kind === "flexibleRollout";
}

function isNamed(strategy: StrategySeen, name: string): boolean {
  return strategy.id === name || splitTitle(strategy.title).text === name;
}

function list(strategies: readonly StrategySeen[]): string {
  return strategies.length === 0 ? "none at all" : strategies.map(described).join(", ");
}

function described(strategy: StrategySeen): string {
  const { text } = splitTitle(strategy.title);
  return `${text === "" ? strategy.kind : JSON.stringify(text)} (${strategy.id})`;
}
