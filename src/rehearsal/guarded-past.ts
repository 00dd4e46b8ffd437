import type { AlertRule, AlertRules } from "../domain/alert.ts";
import type { Gate } from "../domain/gate.ts";
import type { Instant } from "../domain/instant.ts";
import type { Matcher } from "../domain/matcher.ts";
import type { Answer, Freshness, Unknown } from "../domain/reading.ts";
import { matches } from "../matchers/matchers.ts";
import type { AlertPast } from "./alert-past.ts";
import type { AlertRuleGiven, RuleSight, SeeRule } from "./ports.ts";

export type GuardedPastOf = {
  readonly alerts: readonly AlertRuleGiven[];
  readonly see: SeeRule;
  /** What a rule said, found out once. */
  readonly past: (rule: AlertRuleGiven) => Promise<AlertPast | Unknown>;
  readonly ask: (query: string, at: Instant) => Promise<Answer>;
  /** Of these selectors. */
  readonly freshness: (selectors: readonly string[], at: Instant) => Promise<Freshness>;
};

/** Series stay in view for so long after their last sample, as in the service. */
const REMEMBERED = "3h";

/** The alerting rules behind a guard at an instant of a case, as the service finds them. */
export function createGuardedPast(of: GuardedPastOf) {
  async function isThere(selectors: readonly string[], at: Instant): Promise<boolean | Unknown> {
    const found = await Promise.all(selectors.map((selector) => of.ask(presenceOf(selector), at)));
    if (found.some((answer) => answer.kind === "value" && answer.value > 0)) return true;
    return found.find((answer) => answer.kind === "unknown") ?? false;
  }

  async function isBehind({ isOutside, anyOfEach }: RuleSight, at: Instant): Promise<boolean | Unknown> {
    if (isOutside) return false;
    const found = await Promise.all(anyOfEach.map((selectors) => isThere(selectors, at)));
    return !found.includes(false) && (found.find((each) => typeof each === "object") ?? true);
  }

  /** Null: it is not behind the guard. */
  async function guarded(
    rule: AlertRuleGiven,
    guard: readonly Matcher[],
    at: Instant,
  ): Promise<AlertRule | Unknown | null> {
    const sight = of.see(rule, guard);
    const past = await of.past(rule);
    const said = "kind" in past ? [] : past.activeAt(at);
    const active = said.filter(({ labels }) => matches(guard, labels));
    const behind = active.length > 0 || (await isBehind(sight, at));
    if (behind === false) return null;
    if (rule.untestable !== null) return cannotBeTested(rule, rule.untestable);
    if ("kind" in past) return cannotBeTested(rule, past.detail);
    return {
      name: rule.alert,
      group: rule.group,
      labels: rule.labels,
      query: rule.expression,
      health: "ok",
      lastError: null,
      lastEvaluation: past.evaluatedAt(at),
      intervalMs: rule.intervalMs,
      forMs: rule.forMs,
      active,
      freshness: behind === true ? await freshnessOf(sight, at) : behind,
    };
  }

  async function freshnessOf({ reads }: RuleSight, at: Instant): Promise<Freshness> {
    if (reads.ok) return of.freshness(reads.selectors, at);
    return { kind: "unknown", reason: "bad-answer", detail: reads.problem };
  }

  return {
    async alertRules(guard: readonly Matcher[], at: Instant): Promise<AlertRules> {
      const all = await Promise.all(of.alerts.map((rule) => guarded(rule, guard, at)));
      const rules: AlertRule[] = [];
      for (const each of all) {
        if (each === null) continue;
        if ("kind" in each) return each;
        rules.push(each);
      }
      return { kind: "known", rules };
    },
    /** What will be asked about the guards of a gate, besides the freshness of what their rules read. */
    asked(gate: Gate): { readonly queries: readonly string[]; readonly followed: readonly string[] } {
      const sights = gate.alerts.flatMap(({ matchers }) => of.alerts.map((rule) => of.see(rule, matchers)));
      const open = sights.flatMap(({ anyOfEach }) => anyOfEach.flat().map(presenceOf));
      const witnesses = gate.alerts.flatMap(({ witness }) => (witness === null ? [] : [witness]));
      return {
        queries: [...new Set([...open, ...witnesses])],
        followed: [...new Set(sights.flatMap(({ reads }) => (reads.ok ? reads.selectors : [])))],
      };
    },
  };
}

function presenceOf(selector: string): string {
  return `count(present_over_time(${selector}[${REMEMBERED}]))`;
}

function cannotBeTested({ alert }: AlertRuleGiven, why: string): Unknown {
  return { kind: "unknown", reason: "bad-answer", detail: `the rule ${alert} cannot be tested: ${why}` };
}
