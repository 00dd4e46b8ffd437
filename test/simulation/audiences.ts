import { constraintsText, segmentsText } from "../support/audience-texts.ts";
import type { Draw } from "./draw.ts";
import type { Audience } from "./engine.ts";
import type { Reach } from "./oracle/evidence.ts";
import type { GatePlan } from "./scenario.ts";

/** Whom a step of a plan is for, where it is not everybody. */
export type Whom = "staff" | "outlets" | "more outlets";

type Known = { readonly audience: Audience; readonly reach: Reach };

/** The segments that the flag server has: name and id. */
export const SEGMENTS = [["staff", 7]] as const;

/** The stickiness field of every strategy here. */
export const FIELD = "orderId";

const KNOWN: Readonly<Record<Whom, Known>> = {
  staff: {
    audience: { kind: "segment", name: "staff" },
    reach: {
      segments: segmentsText({ kind: "segment", name: "staff", id: 7 }),
      constraints: constraintsText(null),
    },
  },
  outlets: values("dk"),
  "more outlets": values("dk", "se"),
};

function values(...list: readonly string[]): Known {
  const named = { kind: "values", label: "outlets", values: list } as const;
  return {
    audience: named,
    reach: { segments: segmentsText(null), constraints: constraintsText({ ...named, field: FIELD }) },
  };
}

const LADDERS: readonly [readonly Whom[], ...(readonly Whom[])[]] = [
  ["staff"],
  ["outlets"],
  ["staff", "outlets"],
  ["outlets", "more outlets"],
];

/** Some gates reach chosen ones before any percent of everybody. Drawn apart, so that the gates stay as they are. */
export function withAudiences(plan: GatePlan, draw: Draw): GatePlan {
  if (!draw.chance(0.3)) return plan;
  const steps = draw.pick(LADDERS).map((whom) => ({
    to: 100,
    whom,
    holdMs: draw.int(0, 6) * plan.everyMs,
    approvers: draw.pick([0, 0, 0, 1]),
  }));
  return { ...plan, steps: [...steps, ...plan.steps] };
}

/** Of a step, in the gate. */
export function audienceIn(whom: Whom | undefined): { readonly audience?: Audience } {
  return whom === undefined ? {} : { audience: KNOWN[whom].audience };
}

/** Of a step, to the oracle. */
export function reachIn(whom: Whom | undefined): { readonly reach?: Reach } {
  return whom === undefined ? {} : { reach: KNOWN[whom].reach };
}

/** Whether any step of the plan is for chosen ones. */
export function choosesWhom({ steps }: GatePlan): boolean {
  return steps.some(({ whom }) => whom !== undefined);
}

/** Whether a strategy shows constraints or segments that are no step's of the plan, where steps name any. */
export function isForeignReach(plan: GatePlan, strategy: Reach): boolean {
  const reaches = plan.steps.flatMap(({ whom }) => (whom === undefined ? [] : [KNOWN[whom].reach, BARE]));
  return (
    reaches.length > 0 &&
    !reaches.some((own) => own.segments === strategy.segments && own.constraints === strategy.constraints)
  );
}

/** Nobody chosen: the strategy is for everybody. */
export const BARE: Reach = { segments: segmentsText(null), constraints: constraintsText(null) };
