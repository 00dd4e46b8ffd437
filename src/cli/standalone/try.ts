import type { Instant, Millis } from "../../domain/instant.ts";
import type { LimitTexts } from "../../trial/given-limits.ts";
import type { Trial } from "../../trial/trial.ts";
import type { Places } from "./places.ts";

/** A query with limits, or an alert's name or matchers, to be tried on a source. */
export type TryRequest = {
  readonly query: string;
  readonly limits: LimitTexts;
  readonly places: Places;
  /** A name in the configuration; null: the only source. */
  readonly source: string | null;
  /** How far back the past is looked at. */
  readonly lastMs: Millis;
  /** Null: now. */
  readonly at: Instant | null;
};

export type TryOutcome =
  | { readonly kind: "tried"; readonly trial: Trial }
  /** It could not even be asked, and what to give instead. */
  | { readonly kind: "unusable"; readonly message: string };
