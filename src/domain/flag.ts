import type { Instant } from "./instant.ts";
import type { Percent } from "./percent.ts";

/** One strategy of the flag's environment as the admin API shows it. Structured parts are canonical JSON, compared whole. */
export type StrategySeen = {
  readonly id: string;
  readonly kind: string;
  readonly title: string | null;
  readonly disabled: boolean;
  /** The raw `rollout` parameter; null when the strategy has none. */
  readonly rollout: string | null;
  readonly groupId: string | null;
  readonly stickiness: string | null;
  readonly constraints: string;
  readonly segments: string;
  readonly variants: string;
  /** Set when the strategy belongs to a release plan of Unleash Enterprise. */
  readonly milestoneId: string | null;
};

/** The flag as the admin API shows it. */
export type FlagSeen = {
  readonly kind: "seen";
  readonly project: string;
  readonly archived: boolean;
  readonly environmentEnabled: boolean;
  readonly strategies: readonly StrategySeen[];
};

export type FlagObservation =
  | FlagSeen
  | { readonly kind: "absent"; readonly what: "flag" | "environment" }
  | { readonly kind: "unreadable"; readonly detail: string };

/** What an SDK of the environment evaluates: strategies by id, as far as its last synchronisation goes. */
export type ServedObservation =
  | {
      readonly kind: "seen";
      readonly enabled: boolean;
      readonly strategies: readonly {
        readonly id: string;
        readonly rollout: string | null;
      }[];
      /** When this client last synchronised. */
      readonly at: Instant;
    }
  | { readonly kind: "unknown"; readonly detail: string };

/** One entry of Unleash's event log about the flag, its strategies, or a segment it uses. */
export type FlagEvent = {
  readonly id: number;
  readonly type: string;
  readonly at: Instant;
  readonly by: string;
  /** Null where Unleash does not say. */
  readonly byUserId: number | null;
  readonly environment: string | null;
  readonly strategyId: string | null;
  readonly rolloutBefore: string | null;
  readonly rolloutAfter: string | null;
  readonly titleAfter: string | null;
  /** Whom the strategy can reach afterwards: canonical constraints, and ids of segments. Absent where Unleash does not say. */
  readonly reachAfter?: { readonly constraints: string; readonly segments: readonly number[] };
};

/** Where a flag is, as gates name it. */
export type FlagPlace = { readonly server: string; readonly name: string; readonly environment: string };

export function isSamePlace(a: FlagPlace, b: FlagPlace): boolean {
  return a.server === b.server && a.name === b.name && a.environment === b.environment;
}

/** An audience as it stands in a strategy: the one segment, or the one constraint `field IN values`. */
export type PinnedAudience =
  | { readonly kind: "segment"; readonly name: string; readonly id: number }
  | {
      readonly kind: "values";
      readonly label: string;
      readonly field: string;
      readonly values: readonly string[];
    };

/** What of the flag is compared on every pass; recorded at start and at every write or adoption of ours. */
export type FlagRecord = {
  /** Absent in what was recorded before it was kept. */
  readonly place?: FlagPlace;
  readonly strategyId: string;
  readonly project: string;
  readonly environmentEnabled: boolean;
  /** The team's own title text, without our bracket. */
  readonly titleText: string;
  /** The whole title as last written or adopted. */
  readonly title: string | null;
  readonly rollout: Percent;
  readonly groupId: string | null;
  readonly stickiness: string | null;
  readonly constraints: string;
  readonly segments: string;
  readonly variants: string;
  /** What a step of ours has put into `segments` or `constraints`. Absent: nothing. */
  readonly audience?: PinnedAudience;
  /** Named companions, pinned whole. */
  readonly companions: readonly StrategySeen[];
};
