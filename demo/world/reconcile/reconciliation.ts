import type { Integration } from "../names.ts";
import type { ShopContext } from "../shop-context.ts";

/** Entities created in [from, watermark) are judged, as the tables stand now. Milliseconds. */
export type Window = { readonly from: number; readonly watermark: number };

export type Findings = {
  readonly checked: number;
  /** Every kind the comparison knows, zeros included. */
  readonly mismatched: Readonly<Record<string, number>>;
  /** Money in source and target; null where no money is compared. */
  readonly money: { readonly differenceMinor: number; readonly grossMinor: number } | null;
};

/** A comparison of two systems' tables. */
export type Comparison = {
  readonly integration: Integration;
  readonly kinds: readonly string[];
  compare(window: Window): Findings;
};

/** Returns the job that runs all comparisons and books each as a run of its own. */
export function createReconciliation(
  context: ShopContext,
  comparisons: readonly Comparison[],
): (now: number) => void {
  const { db } = context;
  const { grace, reconciliationWindow } = context.config.times;
  const insertRun = db.prepare(
    `INSERT INTO reconciliation_run
       (integration, entity, window_from, watermark, checked, difference_minor, gross_minor, finished_at)
     VALUES (:integration, :entity, :from, :watermark, :checked, :difference, :gross, :now)`,
  );
  const insertFinding = db.prepare(
    "INSERT INTO reconciliation_finding (run_id, kind, mismatched) VALUES (:run, :kind, :mismatched)",
  );

  const book = ({ integration }: Comparison, window: Window, findings: Findings, now: number): void => {
    const { lastInsertRowid: run } = insertRun.run({
      integration: integration.id,
      entity: integration.entity,
      ...window,
      checked: findings.checked,
      difference: findings.money?.differenceMinor ?? null,
      gross: findings.money?.grossMinor ?? null,
      now,
    });
    for (const [kind, mismatched] of Object.entries(findings.mismatched)) {
      insertFinding.run({ run, kind, mismatched });
    }
  };

  return (now) => {
    const watermark = Math.round(now - context.ms(grace));
    const window = { from: Math.round(watermark - context.ms(reconciliationWindow)), watermark };
    for (const comparison of comparisons) book(comparison, window, comparison.compare(window), now);
  };
}
