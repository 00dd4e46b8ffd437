import type { Millis } from "../domain/instant.ts";
import { nodesNamed } from "../promql/expression.ts";
import { parse } from "../promql/parse.ts";
import { keepsLabel } from "./kept-label.ts";
import { mayMatch, parseSelector, selectorAt, withMatchers, type Matcher } from "./matchers.ts";
import type { RecordingRule, RecordingRules } from "./recording-rules.ts";

/** A selector whose newest sample tells how fresh a query is. */
export type FollowedSelector = {
  readonly selector: string;
  /** For a recorded series: how often its rule runs. Null: the scrape interval counts. */
  readonly ruleIntervalMs: Millis | null;
};

export type Followed =
  | { readonly ok: true; readonly selectors: readonly FollowedSelector[] }
  | { readonly ok: false; readonly problem: string };

const DEEPEST = 8;
const MOST_SELECTORS = 40;

/**
 * Every selector behind one selector. A scraped series is behind itself. A recorded one is written by a rule, and is
 * young as long as that rule runs, however old what it is made of: so the rule's own selectors are followed as well,
 * down to scraped series. It stands in the list itself too, since a range over it still answers when its rule has died.
 *
 * Conditions on the recorded series go down to the selectors of its rule, so that one dead integration does not hide
 * behind the living ones that the same rule records; but only on labels that the rule keeps, because on any other
 * they would match nothing. A rule that reads its own earlier result is not followed in a circle.
 */
export function follow(selector: string, rules: RecordingRules): Followed {
  const found = new Map<string, FollowedSelector>();
  const problem = walk(selector, rules, [], found);
  return problem === null ? { ok: true, selectors: [...found.values()] } : { ok: false, problem };
}

/** Adds to `found`; returns what stands in the way, or null. */
function walk(
  text: string,
  rules: RecordingRules,
  behind: readonly string[],
  found: Map<string, FollowedSelector>,
): string | null {
  const selector = parseSelector(text);
  if (selector === null) return `${text} is not a selector`;
  if (selector.name === null)
    return describesRecorded(selector.matchers)
      ? `${text} may match recorded series`
      : keep(text, null, found);

  const writtenBy = rules.get(selector.name) ?? [];
  if (writtenBy.length === 0) {
    // By convention only recorded series have a colon; this one is recorded where we cannot look.
    return selector.name.includes(":")
      ? `no rule of this source records ${selector.name}`
      : keep(text, null, found);
  }
  if (behind.includes(selector.name)) return null;
  if (behind.length >= DEEPEST)
    return `the rules behind ${behind[0] ?? text} are nested more than ${DEEPEST} deep`;

  const fitting = writtenBy.filter((rule) => mayWrite(rule, selector.matchers));
  if (fitting.length === 0) return `no rule that records ${selector.name} can write ${text}`;
  const own = keep(text, longestInterval(fitting), found);
  if (own !== null) return own;
  for (const rule of fitting) {
    const problem = walkRule(
      rule,
      selector.name,
      selector.matchers,
      rules,
      [...behind, selector.name],
      found,
    );
    if (problem !== null) return problem;
  }
  return null;
}

function walkRule(
  rule: RecordingRule,
  name: string,
  matchers: readonly Matcher[],
  rules: RecordingRules,
  behind: readonly string[],
  found: Map<string, FollowedSelector>,
): string | null {
  const parsed = parse(rule.expression);
  if (!parsed.ok) return `the rule that records ${name} cannot be read: ${parsed.fault.message}`;
  const selectors = nodesNamed(parsed.tree, "VectorSelector");
  const others = selectors.filter((node) => selectorAt(node, rule.expression).name !== name);
  if (others.length === 0) return `the rule that records ${name} reads no other series`;

  const open = matchers.filter(
    (each) => each.label !== "__name__" && !Object.hasOwn(rule.labels, each.label),
  );
  for (const node of others) {
    const carried = open.filter((each) => keepsLabel(node, each.label, rule.expression));
    const problem = walk(withMatchers(node, rule.expression, carried), rules, behind, found);
    if (problem !== null) return problem;
  }
  return null;
}

function keep(
  selector: string,
  ruleIntervalMs: Millis | null,
  found: Map<string, FollowedSelector>,
): string | null {
  if (!found.has(selector) && found.size >= MOST_SELECTORS)
    return `more than ${MOST_SELECTORS} selectors are behind it`;
  found.set(selector, { selector, ruleIntervalMs });
  return null;
}

function mayWrite(rule: RecordingRule, matchers: readonly Matcher[]): boolean {
  return matchers.every((each) => {
    const fixed = Object.hasOwn(rule.labels, each.label) ? rule.labels[each.label] : undefined;
    return fixed === undefined || mayMatch(each, fixed);
  });
}

function longestInterval(rules: readonly RecordingRule[]): Millis | null {
  const known = rules.map((rule) => rule.intervalMs).filter((each) => each !== null);
  return known.length === 0 ? null : Math.max(...known);
}

/** A pattern on the name that asks for a colon. */
function describesRecorded(matchers: readonly Matcher[]): boolean {
  return matchers.some(
    (each) => each.label === "__name__" && (each.value === null || each.value.includes(":")),
  );
}
