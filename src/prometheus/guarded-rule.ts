import type { SyntaxNode } from "@lezer/common";
import type { Labels, Matcher } from "../domain/matcher.ts";
import { matches } from "../matchers/matchers.ts";
import { escapeInString } from "../promql/string-literal.ts";
import { originOf, type Expression, type LabelOrigin } from "./label-origin.ts";
import { selectorAt, withMatchers, type Matcher as WrittenMatcher } from "./matchers.ts";

/** What can be said about a rule and a guard without looking at any series. */
export type Standing =
  /** None of its alerts can satisfy the guard, or nothing but an alert itself could tell. */
  | { readonly kind: "outside" }
  /** Its labels or its expression name what the guard asks for. */
  | { readonly kind: "behind"; readonly narrow: Narrow }
  /** It is behind the guard once each of these lists has a selector with series. */
  | { readonly kind: "open"; readonly anyOfEach: readonly (readonly string[])[]; readonly narrow: Narrow };

/** A selector of the expression with the guard's conditions; null where it can have no series behind the guard. */
export type Narrow = (selector: SyntaxNode) => string | null;

type SeriesOrigin = Extract<LabelOrigin, { kind: "series" }>;

/** Conditions on a label that the series bring, under the name it has there. */
type Condition = { readonly origin: SeriesOrigin; readonly matchers: readonly Matcher[] };

/** What conditions are to a selector: contradicted by it, met by a value it names, or for its series to tell. */
type Fit = "never" | "named" | "open";

/** `expression` null: it cannot be read. */
export function standingOf(
  rule: { readonly name: string; readonly labels: Labels },
  expression: Expression | null,
  guard: readonly Matcher[],
): Standing {
  const conditions: Condition[] = [];
  for (const [label, asked] of Map.groupBy(guard, (matcher) => matcher.label)) {
    const origin = originOf(label, rule, expression);
    if (origin.kind === "computed") return { kind: "outside" };
    if (origin.kind === "series") {
      conditions.push({ origin, matchers: asked.map((each) => ({ ...each, label: origin.label })) });
    } else if (!matches(asked, { [label]: origin.value })) return { kind: "outside" };
  }
  return expression === null
    ? { kind: "behind", narrow: () => null }
    : standingOfSeries(conditions, expression.text);
}

function standingOfSeries(conditions: readonly Condition[], text: string): Standing {
  const narrow: Narrow = (node) => narrowed(node, conditions, text);
  const fits = conditions.map((condition) => ({ condition, fit: fitOfAll(condition, text) }));
  if (fits.some(({ fit }) => fit === "never")) return { kind: "outside" };
  const open = fits.filter(({ fit }) => fit === "open").map(({ condition }) => condition);
  if (open.length === 0) return { kind: "behind", narrow };
  const anyOfEach = open.map(({ origin }) => origin.selectors.map(narrow).filter((each) => each !== null));
  return { kind: "open", anyOfEach, narrow };
}

function fitOfAll({ origin, matchers }: Condition, text: string): Fit {
  const fits: readonly Fit[] = [
    ...origin.selectors.map((node) => fitOf(node, matchers, origin.label, text)),
    ...origin.fixed.map((value) => (matches(matchers, { [origin.label]: value }) ? "named" : "never")),
  ];
  const isNever = origin.isEither
    ? fits.every((fit) => fit === "never")
    : fits.some((fit) => fit === "never");
  if (isNever) return "never";
  return fits.includes("named") ? "named" : "open";
}

function fitOf(node: SyntaxNode, wanted: readonly Matcher[], label: string, text: string): Fit {
  const own = selectorAt(node, text)
    .matchers.filter((each) => each.label === label)
    .flatMap(comparable);
  const named = own.map(valuesNamed).find((values) => values !== null);
  if (named !== undefined && named !== null)
    return named.some((value) => matches([...own, ...wanted], { [label]: value })) ? "named" : "never";
  const exact = wanted.find((each) => each.operator === "=");
  return exact === undefined || matches([...own, ...wanted], { [label]: exact.value }) ? "open" : "never";
}

/** The values that a matcher lists: one, or several with `|` between them. Null where it describes them instead. */
function valuesNamed({ operator, value }: Matcher): readonly string[] | null {
  if (operator === "=") return [value];
  return operator === "=~" && !/[\\^$.*+?()[\]{}]/.test(value) ? value.split("|") : null;
}

function narrowed(node: SyntaxNode, conditions: readonly Condition[], text: string): string | null {
  const own = conditions.filter(({ origin }) => origin.selectors.some((each) => each.from === node.from));
  const isContradicted = own.some(
    ({ origin, matchers }) => fitOf(node, matchers, origin.label, text) === "never",
  );
  if (isContradicted) return null;
  return withMatchers(
    node,
    text,
    own.flatMap(({ matchers }) => matchers.map(inPromQL)),
  );
}

function inPromQL({ label, operator, value }: Matcher): WrittenMatcher {
  const name = /^[A-Za-z_]\w*$/.test(label) ? label : quoted(label);
  return { label, operator, value, text: `${name}${operator}${quoted(value)}` };
}

function quoted(value: string): string {
  return `"${escapeInString(value, '"') ?? ""}"`;
}

/** Nothing where only Prometheus can compare. */
function comparable({ label, operator, value }: WrittenMatcher): readonly Matcher[] {
  if (value === null) return [];
  const known = (["=", "!=", "=~", "!~"] as const).find((each) => each === operator);
  return known === undefined ? [] : [{ label, operator: known, value }];
}
