import type { DeployNoted } from "./change.ts";
import type { Signal } from "./gate.ts";
import type { Instant, Millis } from "./instant.ts";
import type { GateRecord } from "./record.ts";

/**
 * How long after a change of exposure a reading of this signal still shows the past, whatever its value.
 * Never shorter than the time until SDKs have seen the change; where it is derived, two scrapes more.
 */
export function settleOf(signal: Signal, propagationMs: Millis, scrapeIntervalMs: Millis): Millis {
  if (signal.settleMs !== null) return Math.max(signal.settleMs, propagationMs);
  const ofTheData = signal.lagMs + Math.max(2 * (signal.periodMs ?? 0), signal.windowMs);
  return Math.max(ofTheData, propagationMs + 2 * scrapeIntervalMs);
}

/** From when readings have to settle: the last change of exposure, or the gate's own deploy where that came later. */
export function settlesSince({ exposure, deploy }: GateRecord): Instant | null {
  if (deploy === null || deploy.effect === "note") return exposure.changedAt;
  return Math.max(exposure.changedAt ?? deploy.at, deploy.at);
}

/** The deploy that readings settle from, where it is not the change of exposure. */
export function settlingDeploy(record: GateRecord): DeployNoted | null {
  const { deploy, exposure } = record;
  if (deploy === null || deploy.effect === "note") return null;
  return deploy.at > (exposure.changedAt ?? 0) ? deploy : null;
}

/** "checkout 4f2a91c was deployed". */
export function deployText({ service, version }: Pick<DeployNoted, "service" | "version">): string {
  return `${service} ${version} was deployed`;
}
