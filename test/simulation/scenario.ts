import {
  aCounts,
  aDemand,
  aFlagTarget,
  aGate,
  aGuard,
  aLimit,
  aPromiseDemand,
  aSignal,
  aStep,
} from "../support/builders.ts";
import { type Whom, audienceIn, reachIn } from "./audiences.ts";
import type { Draw } from "./draw.ts";
import { type Gate, type Limit, MINUTE, type Millis, SECOND } from "./engine.ts";
import type { DefinitionFact } from "./oracle/evidence.ts";
import { SCRAPE_INTERVAL } from "./peers/intervals.ts";
import { queryOf } from "./peers/queries.ts";

/** A gate in plain numbers, from which its definition and what the oracle is told of it are both made. */
export type GatePlan = {
  readonly name: string;
  readonly everyMs: Millis;
  readonly steps: readonly {
    readonly to: number;
    /** Absent: everybody. */
    readonly whom?: Whom;
    readonly holdMs: Millis;
    readonly approvers: number;
  }[];
  readonly bakeMs: Millis;
  /** How long a breach lasts before it halts or rolls back. */
  readonly lastsMs: Millis;
  readonly counts: boolean;
  readonly guard: boolean;
  readonly service: boolean;
  readonly onDeploy: Gate["onDeploy"];
  readonly missing: "wait" | "halt";
  readonly darkRollsBack: boolean;
  readonly drift: Gate["drift"];
  readonly onReject: "rollback" | "pause";
  readonly authorKnown: boolean;
  readonly haltDeadlineMs: Millis;
  readonly cooldownMs: Millis;
  /** Whether the second signal takes exposure one step back where the first one rolls back. */
  readonly stepsBack: boolean;
  /** What somebody of the group promises once, for one step or for all; null: nothing. */
  readonly promise: { readonly step: number | null; readonly expiresMs: Millis | null } | null;
  /** How long the signals are watched before anybody is exposed; null: no shadow step. */
  readonly shadowMs: Millis | null;
  /** Whether a restart reaches other users first. */
  readonly rotates: boolean;
  /** Null: nobody waits for those on the new path. */
  readonly drainMs: Millis | null;
};

/** How long SDKs take to see a change. */
const PROPAGATION: Millis = 45 * SECOND;

/** Settle of every signal here: propagation and two scrapes, for none of them looks back over a window. */
const SETTLE: Millis = PROPAGATION + 2 * SCRAPE_INTERVAL;
const APPROVAL_EXPIRES: Millis = 12 * MINUTE;
const MISSING = { haltMs: 4 * MINUTE, rollbackMs: 8 * MINUTE };
const DARK_PAGES_AFTER: Millis = 2 * MINUTE;
const DARK_ROLLS_BACK_AFTER: Millis = 8 * MINUTE;
export const GROUP = "release-leads";
export const PROMISE = "the limit is raised";
export const AUTHOR = "author";

const LADDERS: readonly [readonly number[], ...(readonly number[])[]] = [
  [5, 25, 100],
  [1, 10, 50, 100],
  [10, 100],
  [5, 50],
  [20, 40, 60, 100],
];

/** What every gate has comes from one draw, what only some have from another, so that more of these keeps the gates as they are. */
export function drawPlans(draw: Draw, extras: Draw): readonly GatePlan[] {
  return Array.from({ length: draw.int(1, 3) }, (_, index) => {
    const plain = drawPlan(`gate-${index + 1}`, draw);
    return { ...plain, ...drawExtras(plain, extras) };
  });
}

type Extras = Pick<GatePlan, "stepsBack" | "counts" | "drainMs" | "promise" | "shadowMs" | "rotates">;

function drawExtras({ counts, everyMs }: Pick<GatePlan, "counts" | "everyMs">, draw: Draw): Extras {
  const stepsBack = draw.chance(0.35);
  return {
    stepsBack,
    counts: counts || stepsBack,
    drainMs: draw.chance(0.3) ? draw.int(1, 5) * MINUTE : null,
    promise: draw.chance(0.25)
      ? { step: draw.pick([null, 1, 2]), expiresMs: draw.pick([null, null, 10 * MINUTE]) }
      : null,
    shadowMs: draw.chance(0.2) ? draw.int(1, 8) * everyMs : null,
    rotates: draw.chance(0.3),
  };
}

function drawPlan(name: string, draw: Draw): Omit<GatePlan, Exclude<keyof Extras, "counts">> {
  const everyMs = draw.pick([15 * SECOND, 15 * SECOND, 30 * SECOND]);
  const steps = draw.pick(LADDERS).map((to) => ({
    to,
    // Some last longer than most outages, so that downtime could pass for hold.
    holdMs: (draw.chance(0.2) ? draw.int(8, 16) : draw.int(0, 6)) * everyMs,
    approvers: draw.pick([0, 0, 0, 1, 2]),
  }));
  return {
    name,
    everyMs,
    steps,
    bakeMs: draw.int(2, 10) * everyMs,
    lastsMs: draw.pick([0, 0, 60 * SECOND]),
    counts: draw.chance(0.5),
    guard: draw.chance(0.5),
    service: draw.chance(0.6),
    onDeploy: draw.pick(["settle", "settle", "restart-step", "note"]),
    missing: draw.pick(["wait", "wait", "halt"]),
    darkRollsBack: draw.chance(0.3),
    drift: {
      raised: draw.pick(["halt", "halt", "revert"]),
      changed: draw.pick(["halt", "halt", "rollback"]),
    },
    onReject: draw.pick(["rollback", "pause"]),
    authorKnown: draw.chance(0.85),
    haltDeadlineMs: draw.int(4, 10) * MINUTE,
    cooldownMs: draw.int(1, 4) * MINUTE,
  };
}

/** The same gate as somebody changed it: other times, another percent, other people to ask, or other signals. */
export function changedPlan(plan: GatePlan, draw: Draw): GatePlan {
  switch (draw.pick(["times", "times", "percents", "approvers", "signals"] as const)) {
    case "times":
      return {
        ...plan,
        steps: plan.steps.map((step) => ({ ...step, holdMs: draw.int(0, 8) * plan.everyMs })),
        bakeMs: draw.int(2, 12) * plan.everyMs,
      };
    case "percents":
      return {
        ...plan,
        steps: plan.steps.map((step) => (step.to === 100 ? step : { ...step, to: step.to + 1 })),
      };
    case "approvers":
      return { ...plan, steps: plan.steps.map((step) => ({ ...step, approvers: draw.int(0, 2) })) };
    case "signals":
      return { ...plan, counts: !plan.counts, lastsMs: 60 * SECOND };
  }
}

/** The shadow step, where there is one, before those that expose somebody. */
function stepsOf({ steps, shadowMs }: GatePlan): GatePlan["steps"] {
  return shadowMs === null ? steps : [{ to: 0, holdMs: shadowMs, approvers: 0 }, ...steps];
}

export function gateOf(plan: GatePlan): Gate {
  return aGate({
    name: plan.name,
    everyMs: plan.everyMs,
    flag: aFlagTarget({ name: flagOf(plan), propagationMs: PROPAGATION }),
    steps: stepsOf(plan).map(({ to, whom, holdMs, approvers }) =>
      aStep({
        to,
        holdMs,
        ...audienceIn(whom),
        approve:
          approvers === 0
            ? []
            : [
                aDemand({
                  by: GROUP,
                  count: approvers,
                  expiresMs: APPROVAL_EXPIRES,
                  onReject: plan.onReject,
                }),
              ],
      }),
    ),
    bakeMs: plan.bakeMs,
    promises: plan.promise === null ? [] : [aPromiseDemand({ ...plan.promise, by: GROUP, says: PROMISE })],
    signals: signalsOf(plan),
    alerts: plan.guard
      ? [
          aGuard({
            match: `{service="${plan.name}"}`,
            matchers: [{ label: "service", operator: "=", value: plan.name }],
            missing: MISSING,
          }),
        ]
      : [],
    service: plan.service ? plan.name : null,
    onDeploy: plan.onDeploy,
    data: {
      missing: plan.missing,
      darkPageMs: DARK_PAGES_AFTER,
      darkHaltMs: 4 * MINUTE,
      darkRollbackMs: plan.darkRollsBack ? DARK_ROLLS_BACK_AFTER : null,
    },
    drift: plan.drift,
    haltDeadlineMs: plan.haltDeadlineMs,
    cooldownMs: plan.cooldownMs,
    rotateCohort: plan.rotates ? true : null,
    ...(plan.drainMs === null ? {} : { drainMs: plan.drainMs }),
  });
}

function signalsOf(plan: GatePlan): Gate["signals"] {
  const lasts = plan.lastsMs === 0 ? "" : ` for ${plan.lastsMs / SECOND}s`;
  const limits = {
    advance: aLimit("at most 1%"),
    halt: aLimit(`above 2%${lasts}`),
    rollback: aLimit(`above 5%${lasts}`),
    missing: MISSING,
  };
  const errors = aSignal({
    ...limits,
    name: "errors",
    measure: { kind: "plain", query: queryOf({ gate: plan.name, signal: "errors", part: "value" }) },
  });
  if (!plan.counts) return [errors];
  const orders = { gate: plan.name, signal: "orders" } as const;
  const [bad, total] = [queryOf({ ...orders, part: "bad" }), queryOf({ ...orders, part: "total" })];
  const measure = { kind: "counts", query: `${bad} / ${total}`, bad, total } as const;
  const rollback: Limit = plan.stepsBack ? { ...limits.rollback, to: "previous" } : limits.rollback;
  return [errors, aCounts({ ...limits, rollback, name: "orders", measure })];
}

export function flagOf(plan: Pick<GatePlan, "name">): string {
  return `flag-of-${plan.name}`;
}

/** What the oracle is told of the definition that stands from this instant on. */
export function factOf(plan: GatePlan, from: number): DefinitionFact {
  return {
    gate: plan.name,
    flag: flagOf(plan),
    from,
    everyMs: plan.everyMs,
    steps: stepsOf(plan).map(({ whom, ...step }) => ({
      ...step,
      ...reachIn(whom),
      group: GROUP,
      expiresMs: APPROVAL_EXPIRES,
    })),
    bakeMs: plan.bakeMs,
    settleMs: SETTLE,
    lastsMs: plan.lastsMs,
    deploySettles: plan.service && plan.onDeploy !== "note",
    signals: plan.counts ? ["errors", "orders"] : ["errors"],
    stepping: plan.counts && plan.stepsBack ? ["orders"] : [],
    guards: plan.guard ? ["guard"] : [],
    authors: plan.authorKnown ? [AUTHOR] : null,
    haltDeadlineMs: plan.haltDeadlineMs,
    rejectsTo: plan.onReject,
    drainMs: plan.drainMs,
    rotates: plan.rotates,
    promise: plan.promise === null ? null : { ...plan.promise, group: GROUP },
    missingRollbackMs: MISSING.rollbackMs,
    darkPageMs: DARK_PAGES_AFTER,
    darkRollbackMs: plan.darkRollsBack ? DARK_ROLLS_BACK_AFTER : null,
  };
}
