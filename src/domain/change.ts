import type { Instant } from "./instant.ts";
import type { Percent } from "./percent.ts";

/** A version of a service went out; told by CI. It cannot be taken back from here, so it is named, never undone. */
export type Deploy = {
  readonly kind: "deploy";
  readonly id: string;
  readonly at: Instant;
  readonly service: string;
  readonly version: string;
  /** Who told it: `person:<name>` or `machine:<name>`. */
  readonly by: string;
  /** Where the deploy can be looked at; null when not told. */
  readonly url: string | null;
};

/** The exposure of a gate's flag changed, by whomever. */
export type ExposureChange = {
  readonly kind: "exposure";
  readonly id: string;
  readonly at: Instant;
  readonly gate: string;
  readonly flag: string;
  readonly environment: string;
  /** Null: not known before. */
  readonly from: Percent | null;
  readonly to: Percent;
  /** Of whom both are percents, in words. Absent: of everybody. */
  readonly audience?: string;
  /** `rampart` for our own writes, else the name in Unleash's event log; null when the log does not say. */
  readonly by: string | null;
  readonly reason: string;
  readonly decision: string;
  /** When it was read back; for our own writes that is the verification. */
  readonly verifiedAt: Instant;
};

/** A person said that a source is worked on, or that it no longer is. */
export type MaintenanceChange = {
  readonly kind: "maintenance";
  readonly id: string;
  readonly at: Instant;
  readonly source: string;
  readonly event: "begun" | "ended";
  /** When it ends by itself; of one that was ended, when that was. */
  readonly until: Instant;
  /** `person:<name>`. */
  readonly by: string;
  readonly reason: string;
};

/** Anything that may explain a degradation. All of them together are the ledger. */
export type Change = Deploy | ExposureChange | MaintenanceChange;

/** What a deploy of the gate's own service does to a ramp: settle anew, begin the step anew, or stand in the record alone. */
export type OnDeploy = "settle" | "restart-step" | "note";

/** The last deploy that a gate took notice of. */
export type DeployNoted = {
  readonly id: string;
  readonly at: Instant;
  readonly service: string;
  readonly version: string;
  readonly by: string;
  readonly effect: OnDeploy;
};
