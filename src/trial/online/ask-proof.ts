import type { Gate } from "../../domain/gate.ts";
import { DAY, type Instant, MINUTE, type Millis, formatMillis } from "../../domain/instant.ts";
import { planFor } from "../plan/plan-gate.ts";
import type { Wait } from "../plan/plan.ts";
import { proofOf } from "../plan/proof.ts";
import { trafficOf } from "../plan/traffic.ts";
import type { History } from "../ports.ts";
import type { OnlineFault, Told } from "./told.ts";

/** A ramp that waits longer than this for one step is not watched by anybody any more. */
const LONGEST: Millis = 30 * DAY;

export type ProofTold = Omit<Told, "faults"> & {
  readonly faults: readonly (OnlineFault & { readonly step: number })[];
};

/** R205: whether each step can be proven in reasonable time by the outcomes there are. */
export async function askProof(gate: Gate, history: History, now: Instant): Promise<ProofTold> {
  if (!gate.steps.some(({ prove }) => prove !== undefined)) return { faults: [], unseen: [] };
  const traffic = await trafficOf(gate, history, now);
  const halts = { kind: "unknown", why: "not asked" } as const;
  const { steps } = planFor({ gate, scrapeIntervalMs: MINUTE, now }, { traffic, halts });
  if (traffic.kind === "unknown" && traffic.isUnseen) return { faults: [], unseen: [traffic.why] };
  const faults = gate.steps.flatMap(({ prove }, step) => {
    const perHour = steps[step]?.perHour;
    if (prove === undefined || perHour === undefined) return [];
    const why = tooLong(proofOf(gate, prove, traffic, perHour, MINUTE).wait);
    if (why === null) return [];
    const message = `\`${prove.text}\` ${why}`;
    const suggestion = "prove less at this step, or reach more with it";
    return [{ code: "R205", part: "", step, message, suggestion } as const];
  });
  return { faults, unseen: [] };
}

function tooLong(wait: Wait): string | null {
  switch (wait.kind) {
    case "known":
      return wait.ms > LONGEST
        ? `takes ${formatMillis(wait.ms)} at the traffic of the last day, though nothing were bad`
        : null;
    case "never":
      return `can never be excluded: ${wait.why}`;
    case "unknown":
      return null;
  }
}
