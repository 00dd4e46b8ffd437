import { every } from "./schedule.ts";
import type { ShopContext } from "./shop-context.ts";
import { rows } from "./rows.ts";

/**
 * A robot customer: finds something in stock, orders it, and asks whether the order would reach the OMS.
 * It leaves no order behind, so it never moves the numbers of real ones.
 */
export function createJourney(context: ShopContext): (now: number) => void {
  const { config, db, faults, names } = context;
  const isTime = every(context.ms(config.times.journeyPeriod));
  const limitMs = context.ms(config.times.journeyLimit);
  const shelf = db.prepare(
    "SELECT sku FROM shop_stock JOIN shop_product USING (sku) WHERE quantity > 0 AND price_minor > 0 LIMIT 1",
  );
  const oldest = db.prepare(
    `SELECT min(due_at) AS dueAt FROM edge_message
     WHERE integration = :integration AND stage = 'queue' AND stage <> 'done'`,
  );
  const insert = db.prepare(
    "INSERT INTO journey_run (journey, success, at) VALUES (:journey, :success, :now)",
  );

  const reachesOms = (now: number): boolean => {
    if (faults.hits("lostWebhooks", `journey ${now}`)) return false;
    const dueAt =
      rows<{ dueAt: number | null }>(oldest, { integration: names.shopToOms.id })[0]?.dueAt ?? now;
    return now - dueAt <= limitMs;
  };

  return (now) => {
    if (!isTime(now)) return;
    const success = rows(shelf)[0] !== undefined && reachesOms(now);
    insert.run({ journey: names.journey, success: success ? 1 : 0, now });
  };
}
