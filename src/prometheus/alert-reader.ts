import type { AlertRule, AlertRules } from "../domain/alert.ts";
import { SECOND, type Instant, type Millis } from "../domain/instant.ts";
import type { Matcher } from "../domain/matcher.ts";
import type { Freshness, Unknown } from "../domain/reading.ts";
import { createShelf } from "../lib/shelf.ts";
import { matches } from "../matchers/matchers.ts";
import { alertingRulesOf, type WrittenAlertRule } from "./alerting-rules.ts";
import type { ExistingSeries } from "./existing-series.ts";
import { createExpressionReader } from "./expression-reader.ts";
import type { FreshnessReader } from "./freshness.ts";
import { standingOf, type Standing } from "./guarded-rule.ts";
import { sliceOf } from "./matchers.ts";
import { neededSelectors } from "./needed-selectors.ts";
import { unknown } from "./reply.ts";
import type { Source } from "./source.ts";

/** Passes of the same second share one reading of the rules. */
const SHARED_MS = SECOND;
const RULES_KEPT_MS = 10 * SECOND;
const MOST_READINGS_KEPT = 20;

/** The rules behind a guard, as of an instant. */
export type AlertReader = (guard: readonly Matcher[], at: Instant, deadline: Millis) => Promise<AlertRules>;

export function createAlertReader(
  source: Source,
  freshness: FreshnessReader,
  existing: ExistingSeries,
  elapsed: () => Millis,
): AlertReader {
  const shelf = createShelf<readonly WrittenAlertRule[] | Unknown>(MOST_READINGS_KEPT, elapsed);
  const read = createExpressionReader();

  const rulesAt = (at: Instant, deadline: Millis): Promise<readonly WrittenAlertRule[] | Unknown> =>
    shelf.take(
      String(Math.floor(at / SHARED_MS)),
      async () => {
        const opened = await source.get("rules", { type: "alert" }, deadline);
        return opened.kind === "success" ? alertingRulesOf(opened, source.quote) : opened;
      },
      () => RULES_KEPT_MS,
    );

  async function isBehind(standing: Standing, at: Instant, deadline: Millis): Promise<boolean | Unknown> {
    if (standing.kind !== "open") return standing.kind === "behind";
    const found = await Promise.all(standing.anyOfEach.map((selectors) => existing(selectors, at, deadline)));
    return !found.includes(false) && (found.find((each) => typeof each === "object") ?? true);
  }

  async function freshnessOf(
    rule: WrittenAlertRule,
    standing: Standing,
    at: Instant,
    deadline: Millis,
  ): Promise<Freshness> {
    const reading = read(rule.query);
    if (!reading.ok) return unknown("bad-answer", reading.problem);
    const selectors = neededSelectors(reading.expression).map((node) =>
      standing.kind === "outside" ? sliceOf(node, rule.query) : standing.narrow(node),
    );
    const distinct = new Set(selectors.filter((each) => each !== null));
    return await freshness.ofSelectors([...distinct], at, deadline);
  }

  /** Null: it is not behind the guard. */
  async function guarded(
    rule: WrittenAlertRule,
    guard: readonly Matcher[],
    at: Instant,
    deadline: Millis,
  ): Promise<AlertRule | null> {
    const active = rule.active.filter(({ labels }) => matches(guard, labels));
    const reading = read(rule.query);
    const standing = standingOf(rule, reading.ok ? reading.expression : null, guard);
    const behind = active.length > 0 || (await isBehind(standing, at, deadline));
    if (behind === false) return null;
    // That nobody can tell whether it is behind the guard is no reason to leave it out.
    if (behind !== true) return { ...rule, active, freshness: behind };
    return { ...rule, active, freshness: await freshnessOf(rule, standing, at, deadline) };
  }

  return async (guard, at, deadline) => {
    const rules = await rulesAt(at, deadline);
    if ("kind" in rules) return rules;
    const all = await Promise.all(rules.map((rule) => guarded(rule, guard, at, deadline)));
    return { kind: "known", rules: all.filter((rule) => rule !== null) };
  };
}
