import type { GateRecord } from "./record.ts";

/** What an earlier run put behind the team's own groupId. */
const OF_A_RUN = /~run_\w+$/;

/**
 * A groupId that no run has had. Unleash spreads users over buckets by `groupId:userId`, so another one puts other users into
 * the lowest buckets, which every ramp reaches first. A strategy without a groupId goes by the name of its flag.
 */
export function nextCohort(groupId: string | null, flag: string, run: string): string {
  return `${(groupId ?? flag).replace(OF_A_RUN, "")}~${run}`;
}

/** Whether the strategy has yet to get the groupId that its run wants. */
export function lacksCohort({ run, flag }: Pick<GateRecord, "run" | "flag">): boolean {
  const cohort = run?.cohort ?? null;
  return cohort !== null && flag?.groupId !== cohort;
}
