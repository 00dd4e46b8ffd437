import type { AlertRule } from "../domain/alert.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { Labels } from "../domain/matcher.ts";
import type { Unknown } from "../domain/reading.ts";

/** A stretch of time looked at in equal steps, both ends included. */
export type Span = { readonly from: Instant; readonly to: Instant; readonly stepMs: Millis };

export type Point = { readonly at: Instant; readonly value: number };

export type Series = { readonly labels: Labels; readonly points: readonly Point[] };

/** What a source said over a stretch of time. Never throws. */
export type History = {
  /** One range query. NaN and infinite values are kept: they say that there was no number. */
  range(
    source: string,
    query: string,
    span: Span,
  ): Promise<
    | { readonly kind: "known"; readonly series: readonly Series[]; readonly notes: readonly string[] }
    | Unknown
  >;
};

export type MetricMeta = {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly unit: string;
};

/** What a source has: its rules, series and targets. Never throws. */
export type Catalogue = {
  /** Every alerting rule with all its active alerts; freshness is not asked (known, with no selectors). */
  allAlertRules(
    source: string,
  ): Promise<{ readonly kind: "known"; readonly rules: readonly AlertRule[] } | Unknown>;
  /** Label sets of the series that match the selector now, at most `limit`. */
  seriesOf(
    source: string,
    selector: string,
    at: Instant,
    limit: number,
  ): Promise<{ readonly kind: "known"; readonly series: readonly Labels[] } | Unknown>;
  /** Types and help of metrics as their targets state them; one name, or all. */
  metadata(
    source: string,
    metric: string | null,
  ): Promise<{ readonly kind: "known"; readonly metrics: readonly MetricMeta[] } | Unknown>;
  /** Version and readiness of the server. */
  buildInfo(source: string): Promise<{ readonly kind: "known"; readonly version: string } | Unknown>;
  /** Scrape targets by health. */
  targets(source: string): Promise<
    | {
        readonly kind: "known";
        readonly targets: readonly {
          readonly job: string;
          readonly instance: string;
          readonly health: string;
          readonly scrapeIntervalMs: Millis | null;
        }[];
      }
    | Unknown
  >;
};

/** Why a server did not tell: it turned us down, or nothing of use came from it. */
export type NotTold =
  | { readonly kind: "refused"; readonly detail: string }
  | { readonly kind: "unreachable"; readonly detail: string };

/** What an Unleash server tells of itself and of our tokens. It is only ever asked, never told. Never throws. */
export type FlagServers = {
  /** Needs the admin token. */
  about(server: string): Promise<
    | {
        readonly kind: "told";
        /** Null: it does not say. */
        readonly version: string | null;
        /** Our clock minus the server's; null when its answer has no date. */
        readonly clockSkewMs: Millis | null;
      }
    | NotTold
  >;
  /** Whose the admin token is. */
  token(server: string): Promise<
    | {
        readonly kind: "told";
        /** `environment`: seeded through the server's own environment; it belongs to nobody. */
        readonly owner: "user" | "environment";
        /** When tokens of that user end, all of them: Unleash does not say which one asks. Null: it tells nothing. */
        readonly ends: readonly Instant[] | null;
      }
    | NotTold
  >;
  /** Context fields that a strategy may stick to, beside those that every server has. */
  stickyFields(
    server: string,
  ): Promise<{ readonly kind: "told"; readonly fields: readonly string[] } | NotTold>;
  /** What the backend token of the environment is answered. */
  served(
    server: string,
    environment: string,
  ): Promise<
    | {
        readonly kind: "told";
        /** The environment the token is for; null: the answer does not say. */
        readonly environment: string | null;
        readonly stopSwitch: "absent" | "off" | "on";
      }
    | { readonly kind: "no-token" }
    | NotTold
  >;
};
