import type { DatabaseSync } from "node:sqlite";

import { rows } from "../rows.ts";
import { EDGE_EXPECTATIONS } from "./edge-expectations.ts";
import { PRELUDE, type Expectation } from "./expectation.ts";
import { EXPOSURE_EXPECTATIONS } from "./exposure-expectations.ts";
import { parseExposition, seriesKey } from "./exposition.ts";
import { RECONCILIATION_EXPECTATIONS } from "./reconciliation-expectations.ts";
import { STATE_EXPECTATIONS } from "./state-expectations.ts";
import { STOREFRONT_EXPECTATIONS } from "./storefront-expectations.ts";

export type Discrepancy = {
  readonly series: string;
  /** Null when the tables know no such series, or the page does not have it. */
  readonly recomputed: number | null;
  readonly reported: number | null;
};

export type AuditResult = {
  readonly compared: number;
  /** Series whose rows were removed by hand: nothing is left to recompute them from. */
  readonly lost: readonly string[];
  readonly unreadable: readonly string[];
  readonly discrepancies: readonly Discrepancy[];
};

const EXPECTATIONS: readonly Expectation[] = [
  ...STOREFRONT_EXPECTATIONS,
  ...EDGE_EXPECTATIONS,
  ...STATE_EXPECTATIONS,
  ...EXPOSURE_EXPECTATIONS,
  ...RECONCILIATION_EXPECTATIONS,
];

/** Sums of money and of seconds are added up in another order here than there; a timestamp still shows 20 ms. */
const ABSOLUTE_TOLERANCE = 1e-6;
const RELATIVE_TOLERANCE = 1e-11;

/** Recomputes every series of a metrics page from the tables of a shop that stands still at `now`. */
export function audit(db: DatabaseSync, page: string, now: number): AuditResult {
  const { series: reported, unreadable } = parseExposition(page);
  const recomputed = new Map<string, number>();
  const lost = new Set<string>();
  for (const expectation of EXPECTATIONS) {
    const found = recompute(db, expectation, now);
    if (isLost(db, expectation)) for (const [key] of found) lost.add(key);
    else for (const [key, value] of found) recomputed.set(key, value);
  }
  const keys = new Set([...recomputed.keys(), ...reported.keys()]);
  const discrepancies = [...keys]
    .filter((key) => !lost.has(key))
    .map((series) => ({
      series,
      recomputed: recomputed.get(series) ?? null,
      reported: reported.get(series) ?? null,
    }))
    .filter((pair) => !agree(pair));
  return { compared: keys.size - lost.size, lost: [...lost], unreadable, discrepancies };
}

export function isClean({ compared, discrepancies, unreadable }: AuditResult): boolean {
  return compared > 0 && discrepancies.length === 0 && unreadable.length === 0;
}

function agree({ recomputed, reported }: Discrepancy): boolean {
  if (recomputed === null || reported === null) return false;
  return Math.abs(recomputed - reported) <= ABSOLUTE_TOLERANCE + RELATIVE_TOLERANCE * Math.abs(recomputed);
}

function recompute(db: DatabaseSync, { metric, sql }: Expectation, now: number): [string, number][] {
  const statement = db.prepare(PRELUDE + sql);
  return rows<Record<string, unknown>>(statement, { now }).map(({ value, ...labels }) => {
    const texts = Object.entries(labels).map(([label, text]) => [label, String(text)] as const);
    return [seriesKey(metric, Object.fromEntries(texts)), Number(value)];
  });
}

function isLost(db: DatabaseSync, { lostWhen }: Expectation): boolean {
  if (lostWhen === undefined) return false;
  return Object.values(db.prepare(lostWhen).get() ?? {}).includes(1);
}
