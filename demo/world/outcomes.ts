import type { ShopContext } from "./shop-context.ts";
import { rows } from "./rows.ts";

export const OUTCOMES = ["ok", "error", "stuck", "missing", "mismatch", "duplicate"] as const;

/**
 * Settles once and for all how each order fared, exposed or not, by looking for it in the ERP.
 * Everyone is judged at the same age: if good news were told sooner than bad, a young cohort would look healthy.
 */
export function createOutcomes(context: ShopContext): (now: number) => void {
  const { config, db, names } = context;
  const ageMs = context.ms(config.times.outcomeAfter);
  const due = db.prepare(
    "SELECT COALESCE(max(id), :after) AS last FROM order_exposure WHERE id > :after AND decided_at <= :before",
  );
  const judge = db.prepare(JUDGE);
  let after =
    rows<{ last: number }>(
      db.prepare(
        `SELECT COALESCE(max(e.id), 0) AS last FROM order_exposure e JOIN exposure_outcome o USING (order_ref, flag)`,
      ),
    )[0]?.last ?? 0;

  return (now) => {
    const last = rows<{ last: number }>(due, { after, before: now - ageMs })[0]?.last ?? after;
    if (last === after) return;
    const { id, entity } = names.omsToErp;
    judge.run({ after, last, integration: id, entity, now });
    after = last;
  };
}

const JUDGE = `
INSERT OR IGNORE INTO exposure_outcome (order_ref, flag, variant, integration, entity, outcome, at)
SELECT e.order_ref, e.flag, e.variant, :integration, :entity,
  CASE
    WHEN o.state = 'export_failed' THEN 'error'
    WHEN (SELECT count(*) FROM erp_order p WHERE p.external_ref = e.order_ref) > 1 THEN 'duplicate'
    WHEN EXISTS (SELECT 1 FROM erp_order p WHERE p.external_ref = e.order_ref AND p.amount_minor <> o.amount_minor)
      THEN 'mismatch'
    WHEN o.state IN ('paid', 'exporting') THEN 'stuck'
    WHEN NOT EXISTS (SELECT 1 FROM erp_order p WHERE p.external_ref = e.order_ref) THEN 'missing'
    ELSE 'ok'
  END,
  :now
FROM order_exposure e LEFT JOIN oms_order o ON o.ref = e.order_ref
WHERE e.id > :after AND e.id <= :last
ORDER BY e.id`;
