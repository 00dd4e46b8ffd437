import type { SyntaxNode } from "@lezer/common";
import type { Millis } from "../domain/instant.ts";
import { expressions, nodesNamed } from "../promql/expression.ts";
import { fillerOf } from "../promql/filler.ts";
import { parse } from "../promql/parse.ts";
import { keepsLabel } from "./kept-label.ts";
import {
  mayMatch,
  parseSelector,
  selectorAt,
  withMatchers,
  type Matcher,
  type Selector,
} from "./matchers.ts";
import type { RecordingRule, RecordingRules } from "./recording-rules.ts";

/** A selector whose newest sample tells how fresh a query is. */
export type FollowedSelector = {
  readonly selector: string;
  readonly origin:
    | { readonly kind: "scraped" }
    /** How often its rule runs; null when the source does not say. */
    | { readonly kind: "recorded"; readonly ruleIntervalMs: Millis | null };
  /** A rule says with `or vector(...)` what it means when this matches nothing, such as an error that never happened. */
  readonly mayBeEmpty: boolean;
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
 * they would match nothing. A rule that reads its own earlier result is not followed in a circle. A rule that reads
 * nothing at all, such as an objective, is as young as its own last run.
 *
 * What may be empty vouches for nothing: unless something scraped stands beside it that may not, all of it is needed.
 */
export function follow(selector: string, rules: RecordingRules): Followed {
  const found = new Map<string, FollowedSelector>();
  const problem = walk({ text: selector, mayBeEmpty: false }, rules, [], found);
  if (problem !== null) return { ok: false, problem };

  const selectors = [...found.values()];
  const isVouchedFor = selectors.some((each) => each.origin.kind === "scraped" && !each.mayBeEmpty);
  return {
    ok: true,
    selectors: isVouchedFor ? selectors : selectors.map((each) => ({ ...each, mayBeEmpty: false })),
  };
}

type Step = { readonly text: string; readonly mayBeEmpty: boolean };

/** Adds to `found`; returns what stands in the way, or null. */
function walk(
  step: Step,
  rules: RecordingRules,
  behind: readonly string[],
  found: Map<string, FollowedSelector>,
): string | null {
  const { text, mayBeEmpty } = step;
  const selector = parseSelector(text);
  if (selector === null) return `${text} is not a selector`;
  if (selector.name === null)
    return describesRecorded(selector.matchers)
      ? `${text} may match recorded series`
      : keep({ selector: text, origin: SCRAPED, mayBeEmpty }, found);

  const writtenBy = rules.get(selector.name) ?? [];
  if (writtenBy.length === 0) {
    // By convention only recorded series have a colon; this one is recorded where we cannot look.
    return selector.name.includes(":")
      ? `no rule of this source records ${selector.name}`
      : keep({ selector: text, origin: SCRAPED, mayBeEmpty }, found);
  }
  if (behind.includes(selector.name)) return null;
  if (behind.length >= DEEPEST)
    return `the rules behind ${behind[0] ?? text} are nested more than ${DEEPEST} deep`;

  const fitting = writtenBy.filter((rule) => mayWrite(rule, selector.matchers));
  if (fitting.length === 0) return `no rule that records ${selector.name} can write ${text}`;
  const origin = { kind: "recorded", ruleIntervalMs: longestInterval(fitting) } as const;
  const own = keep({ selector: text, origin, mayBeEmpty }, found);
  if (own !== null) return own;
  for (const rule of fitting) {
    const recorded = { name: selector.name, matchers: selector.matchers, mayBeEmpty };
    const problem = walkRule(rule, recorded, rules, [...behind, selector.name], found);
    if (problem !== null) return problem;
  }
  return null;
}

type Recorded = {
  readonly name: string;
  readonly matchers: readonly Matcher[];
  readonly mayBeEmpty: boolean;
};

function walkRule(
  rule: RecordingRule,
  { name, matchers, mayBeEmpty }: Recorded,
  rules: RecordingRules,
  behind: readonly string[],
  found: Map<string, FollowedSelector>,
): string | null {
  const parsed = parse(rule.expression);
  if (!parsed.ok) return `the rule that records ${name} cannot be read: ${parsed.fault.message}`;
  const selectors = nodesNamed(parsed.tree, "VectorSelector");
  if (selectors.length === 0) return null;
  const others = selectors.filter((node) => selectorAt(node, rule.expression).name !== name);
  if (others.length === 0) return `the rule that records ${name} reads no other series`;

  const open = matchers.filter(
    (each) => each.label !== "__name__" && !Object.hasOwn(rule.labels, each.label),
  );
  for (const node of others) {
    const carried = open.filter((each) => keepsLabel(node, each.label, rule.expression));
    const step = {
      text: withMatchers(node, rule.expression, carried),
      mayBeEmpty: mayBeEmpty || isFilled(node, rule.expression),
    };
    const problem = walk(step, rules, behind, found);
    if (problem !== null) return problem;
  }
  return null;
}

function keep(found: FollowedSelector, all: Map<string, FollowedSelector>): string | null {
  const known = all.get(found.selector);
  if (known === undefined && all.size >= MOST_SELECTORS)
    return `more than ${MOST_SELECTORS} selectors are behind it`;
  // Where it is needed in one place, it is needed.
  const mayBeEmpty = found.mayBeEmpty && known?.mayBeEmpty !== false;
  all.set(found.selector, { ...found, mayBeEmpty });
  return null;
}

const SCRAPED = { kind: "scraped" } as const;

function mayWrite(rule: RecordingRule, matchers: readonly Matcher[]): boolean {
  const onLabels = matchers.filter((each) => each.label !== "__name__");
  return onLabels.every((each) => {
    const fixed = Object.hasOwn(rule.labels, each.label) ? rule.labels[each.label] : undefined;
    return fixed === undefined ? mayCarry(rule, each) : mayMatch(each, fixed);
  });
}

/** No where every selector that brings the label has it with another value. */
function mayCarry(rule: RecordingRule, matcher: Matcher): boolean {
  const parsed = parse(rule.expression);
  if (!parsed.ok) return true;
  const brought = nodesNamed(parsed.tree, "VectorSelector")
    .filter((node) => keepsLabel(node, matcher.label, rule.expression))
    .map((node) => exactValue(selectorAt(node, rule.expression), matcher.label));
  return brought.length === 0 || brought.some((value) => value === null || mayMatch(matcher, value));
}

/** The value a selector demands of a label; null when it leaves that open. */
function exactValue({ matchers }: Selector, label: string): string | null {
  return matchers.find((each) => each.label === label && each.operator === "=")?.value ?? null;
}

/** Whether the rule says what an empty answer of this selector means: `sum(x) or vector(0)`. */
function isFilled(selector: SyntaxNode, text: string): boolean {
  for (let node = selector; node.parent !== null; node = node.parent) {
    const isLeft = expressions(node.parent)[0]?.from === node.from;
    if (isLeft && fillerOf(node.parent, text) !== null) return true;
  }
  return false;
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
