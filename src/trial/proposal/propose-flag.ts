import type { Flags } from "../../control/ports.ts";
import type { FlagSeen, StrategySeen } from "../../domain/flag.ts";
import type { FlagTarget } from "../../domain/gate.ts";
import { wayOut } from "../../domain/way-out.ts";
import { type Percent, parseRollout } from "../../domain/percent.ts";
import { preflight } from "../../domain/preflight.ts";
import { splitTitle } from "../../domain/token.ts";

/** Which flag a gate is to drive. */
export type FlagAsked = {
  readonly server: string;
  readonly name: string;
  readonly environment: string;
  /** Id or title; null: the only one. */
  readonly strategy: string | null;
};

export type ProposedFlag =
  | {
      readonly kind: "found";
      readonly target: FlagTarget;
      /** Where the strategy stands; null when what it says is no whole percent. */
      readonly percent: Percent | null;
      /** What would refuse a start today, and what else is worth knowing. */
      readonly remarks: readonly string[];
    }
  /** Several strategies could be meant; choose one of these. */
  | { readonly kind: "needs-strategy"; readonly choices: readonly string[] }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "blind"; readonly message: string };

/** Reads the flag as it stands and says what a gate has to know to drive it. */
export async function proposeFlag(flags: Flags, asked: FlagAsked): Promise<ProposedFlag> {
  const asTarget: FlagTarget = {
    ...asked,
    project: "default",
    stickiness: null,
    also: [],
    propagationMs: 0,
  };
  const seen = await flags.observe(asTarget);
  if (seen.kind === "unreadable") {
    return { kind: "blind", message: `flag ${asked.name} cannot be read: ${seen.detail}` };
  }
  if (seen.kind === "absent") {
    const message =
      seen.what === "flag"
        ? `Unleash has no flag ${asked.name}; make it there first, or leave --flag out for a gate that only watches`
        : `flag ${asked.name} has no environment ${asked.environment}; name another with --environment`;
    return { kind: "refused", message };
  }
  const choice = choose(seen, asked);
  if (choice.kind !== "one") return choice;
  return await describe(flags, asTarget, seen, choice.strategy);
}

type Choice = { readonly kind: "one"; readonly strategy: StrategySeen } | ProposedFlag;

function choose(seen: FlagSeen, { name, environment, strategy }: FlagAsked): Choice {
  const gradual = seen.strategies.filter((each) => each.kind === "flexibleRollout" && !each.disabled);
  const candidates =
    strategy === null
      ? gradual
      : gradual.filter((each) => each.id === strategy || titleOf(each) === strategy);
  const [only, ...others] = candidates;
  if (only !== undefined && others.length === 0) return { kind: "one", strategy: only };
  if (candidates.length > 1 || (gradual.length > 0 && only === undefined)) {
    return {
      kind: "needs-strategy",
      choices: gradual.map((each) => nameOf(each, seen.strategies)),
    };
  }
  const message =
    `flag ${name} has no enabled gradual rollout (flexibleRollout) in ${environment}; ` +
    "add one at 0% in Unleash, or leave --flag out for a gate that only watches";
  return { kind: "refused", message };
}

async function describe(
  flags: Flags,
  asTarget: FlagTarget,
  seen: FlagSeen,
  strategy: StrategySeen,
): Promise<ProposedFlag> {
  const others = seen.strategies.filter((each) => !each.disabled && each.id !== strategy.id);
  const isOneOfMany = others.some(({ kind }) => kind === "flexibleRollout");
  const stickiness = strategy.stickiness ?? "default";
  const isSticky = stickiness !== "default" && stickiness !== "random";
  const target: FlagTarget = {
    ...asTarget,
    project: seen.project,
    strategy: isOneOfMany ? nameOf(strategy, seen.strategies) : null,
    stickiness: isSticky ? stickiness : null,
    also: others.map((each) => nameOf(each, seen.strategies)),
  };
  const percent = parseRollout(strategy.rollout ?? "");
  const today = preflight(target, seen, percent);
  const server = await flags.preflight(target);
  const refusals = [...(today.kind === "refused" ? today.refusals : []), ...server];
  return {
    kind: "found",
    target,
    percent,
    remarks: [
      ...refusals.map(({ code, message }) => `a start would be refused today: ${message} (${wayOut(code)})`),
      ...(stickiness === "default" ? [STICKS_BY_DEFAULT] : []),
    ],
  };
}

const STICKS_BY_DEFAULT =
  "its stickiness is `default`, which is random for everyone without user or session; better name a field in Unleash";

/** As a gate names the strategy: by the team's own title where that tells it apart, else by id. */
function nameOf(strategy: StrategySeen, all: readonly StrategySeen[]): string {
  const title = titleOf(strategy);
  const isUnique = title !== "" && all.filter((each) => titleOf(each) === title).length === 1;
  return isUnique ? title : strategy.id;
}

function titleOf({ title }: StrategySeen): string {
  return splitTitle(title).text;
}
