import type { PassFacts } from "./draft.ts";
import { GREATEST_SKEW } from "./growth.ts";
import type { GateRecord, LastPass } from "./record.ts";

/**
 * Whether this pass reads a wrong clock: one that Prometheus contradicts or, while no source answers, one that was wrong
 * before or has gone back.
 */
export function isAstray(lastPass: LastPass | null, { now, clockSkewMs }: PassFacts): boolean {
  if (clockSkewMs !== null) return Math.abs(clockSkewMs) > GREATEST_SKEW;
  return lastPass !== null && (lastPass.astray || now < lastPass.at);
}

/**
 * What was noted by a wrong clock has no known age once the clock is right again: an hour ahead of it every reading would
 * have settled at once, an hour behind none would for that hour. So readings settle anew from here.
 */
export function settleAnew(record: GateRecord, facts: PassFacts): GateRecord {
  const { lastPass, exposure } = record;
  if (lastPass === null || !lastPass.astray || isAstray(lastPass, facts)) return record;
  return { ...record, exposure: { ...exposure, changedAt: facts.now } };
}
