import type { Deploy, DeployNoted } from "./change.ts";
import type { Gate } from "./gate.ts";
import { because } from "./because.ts";
import { HOUR, type Instant, type Millis, formatMillis } from "./instant.ts";
import type { GateJudgement } from "./judge.ts";
import type { GateRecord } from "./record.ts";
import { dropProof } from "./proof.ts";
import { deployText, settlingDeploy } from "./settle.ts";
import { standingOf, voidApprovals } from "./transition.ts";
import type { Because, BecauseKind } from "./verdict.ts";

/** A degradation this soon after a deploy makes it a suspect, or within the longest settle of the gate if that is longer. */
const LEAST_LOOK_BACK: Millis = 1 * HOUR;

/** Takes notice of the newest deploy of the gate's own service; the same record when there is none that is new. */
export function noteDeploy<R extends GateRecord>(gate: Gate, record: R, newest: Deploy | null): R {
  const known = record.deploy;
  if (newest === null || newest.id === known?.id || newest.at < (known?.at ?? 0)) return record;
  const { id, at, service, version, by } = newest;
  const deploy: DeployNoted = { id, at, service, version, by, effect: gate.onDeploy };
  const noted = { ...record, deploy };
  if (gate.onDeploy !== "restart-step" || standingOf(record.ramp) === null) return noted;
  return { ...dropProof(noted, at), holdMs: 0, bakeMs: 0, run: voidApprovals(record.run) };
}

/** Reasons that time will open, with the deploy that set their clock back. */
export function namingDeploy(
  record: GateRecord,
  reasons: readonly Because[],
  now: Instant,
): readonly Because[] {
  const deploy = settlingDeploy(record);
  if (deploy === null) return reasons;
  const ago = `${deployText(deploy)} ${formatMillis(Math.max(0, now - deploy.at))} ago`;
  const restarted: readonly BecauseKind[] =
    deploy.effect === "restart-step" ? ["settle", "hold"] : ["settle"];
  return reasons.map((reason) =>
    restarted.includes(reason.kind) ? { ...reason, message: `${reason.message}; ${ago}` } : reason,
  );
}

/** The deploy as a suspect, when what is judged now went wrong soon after it. It cannot be taken back here, so it is named. */
export function suspectBecause(
  record: GateRecord,
  judgement: GateJudgement,
  now: Instant,
): readonly Because[] {
  const { deploy } = record;
  if (deploy === null || deploy.at > now) return [];
  const lookBack = Math.max(LEAST_LOOK_BACK, ...judgement.signals.map(({ settleMs }) => settleMs));
  if (now - deploy.at > lookBack) return [];
  return [
    because("state", "suspect", `suspect: ${deployText(deploy)} ${formatMillis(now - deploy.at)} before`),
  ];
}
