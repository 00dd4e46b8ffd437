import { type FollowedSelector as Found, follow } from "../prometheus/followed.ts";
import type { RecordingRule } from "../prometheus/recording-rules.ts";
import { selectors } from "../promql/selectors.ts";
import type { FollowSelectors, FollowedSelector, RuleGiven } from "../rehearsal/ports.ts";

/**
 * What the service looks at to tell how fresh a query is, found by its own code. A test that gives a recorded series itself,
 * and names no rule for it, gives it as if it were scraped.
 */
export const followSelectors: FollowSelectors = (query, given) => {
  const rules = Map.groupBy(given.map(ruleOf), ({ name }) => name);
  const everything = new Map<string, FollowedSelector>();
  const written = selectors(query);
  if (written.length === 0) return { ok: false, problem: "the query reads no series whose age could tell" };
  for (const selector of written) {
    const followed = follow(selector, rules);
    if (!followed.ok && !isGiven(selector, rules)) return followed;
    const found = followed.ok ? followed.selectors.map(followedOf) : [asScraped(selector)];
    for (const each of found)
      if (everything.get(each.selector)?.mayBeEmpty !== false) everything.set(each.selector, each);
  }
  return { ok: true, selectors: [...everything.values()] };
};

type NamedRule = RecordingRule & { readonly name: string };

function ruleOf({ record, expression, labels, intervalMs }: RuleGiven): NamedRule {
  return { name: record, expression, labels, intervalMs };
}

function isGiven(selector: string, rules: ReadonlyMap<string, readonly NamedRule[]>): boolean {
  const name = /^[A-Za-z_:][\w:]*/.exec(selector)?.[0];
  return name !== undefined && !rules.has(name);
}

function asScraped(selector: string): FollowedSelector {
  return { selector, ruleIntervalMs: null, mayBeEmpty: false };
}

function followedOf({ selector, origin, mayBeEmpty }: Found): FollowedSelector {
  return { selector, ruleIntervalMs: origin.kind === "recorded" ? origin.ruleIntervalMs : null, mayBeEmpty };
}
