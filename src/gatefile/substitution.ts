import { nodesNamed } from "../promql/expression.ts";
import { parse } from "../promql/parse.ts";
import { compileRegex } from "../promql/regex.ts";
import { escapeInString, stringValue } from "../promql/string-literal.ts";
import type { Parameter } from "./parameters.ts";
import type { Complain } from "./problem-list.ts";
import type { Span } from "./source.ts";
import { replaced, type Replacement, type Text } from "./text.ts";

export const MAX_REGEX_LENGTH = 200;

const REFERENCE = /\$([A-Za-z_]\w*)/g;

/** A text that is a `$name` and nothing else. */
export const WHOLE_REFERENCE = /^\$([A-Za-z_]\w*)$/;

/** A `$name` in a text. */
export type Reference = { readonly name: string; readonly from: number; readonly to: number };

export function referencesIn(text: string): Reference[] {
  return [...text.matchAll(REFERENCE)].map((match) => ({
    name: match[1] ?? "",
    from: match.index,
    to: match.index + match[0].length,
  }));
}

/** Variables as dashboards write them: `${service}`, `${service:regex}`. */
function bracedIn(text: string): Reference[] {
  return [...text.matchAll(/\$\{([A-Za-z_]\w*)(?::\w+)?\}/g)].map((match) => ({
    name: match[1] ?? "",
    from: match.index,
    to: match.index + match[0].length,
  }));
}

/** What a text is: it tells where its label values are. */
export type Language = "query" | "matchers";

/** Complains about parameters that nobody declared, and about those that stand where a value is not escaped. */
export function checkReferences(
  text: Text,
  language: Language,
  declared: readonly Parameter[],
  complain: Complain,
): boolean {
  const inside = labelValues(text.text, language);
  let sound = true;
  for (const { name, from, to } of bracedIn(text.text)) {
    if (!inside.some((value) => value.from < from && to < value.to)) continue;
    sound = false;
    complain({
      code: "R150",
      at: text.spanOf(from, to),
      message: `\`${text.text.slice(from, to)}\` is not put in: a parameter is written without braces`,
      suggestion: `write \`$${name}\`, declared under \`params:\`, or the value itself`,
    });
  }
  for (const { name, from, to } of referencesIn(text.text)) {
    const at = text.spanOf(from, to);
    if (!inside.some((value) => value.from < from && to < value.to)) {
      sound = false;
      const elsewhere = /^(?:__|interval$|rate_interval$)/.test(name);
      complain({
        code: "R152",
        at,
        message: `\`$${name}\` stands outside the string of a label matcher`,
        suggestion: elsewhere
          ? "dashboards put it in; write it out, e.g. `[5m]`"
          : `write it as a label's value, e.g. \`{${name}="$${name}"}\``,
      });
    } else if (!declared.some((each) => each.name === name)) {
      sound = false;
      complain({
        code: "R150",
        at,
        message: `\`$${name}\` is not a parameter that is declared`,
        suggestion: "declare it under `params:` of the library signal or the profile",
      });
    }
  }
  return sound;
}

type LabelValue = {
  readonly from: number;
  readonly to: number;
  readonly quote: string;
  readonly isRegex: boolean;
};

function labelValues(text: string, language: Language): LabelValue[] {
  return language === "query" ? valuesOfQuery(text) : valuesOfMatchers(text);
}

/** The strings of the query that are compared with a label, in order. */
function valuesOfQuery(text: string): LabelValue[] {
  // A query with faults still has its strings, and those are all that is asked for.
  return nodesNamed(
    parse(withoutReferences(text)).tree,
    "UnquotedLabelMatcher",
    "QuotedLabelMatcher",
  ).flatMap((matcher) => {
    const literal = matcher.getChild("StringLiteral");
    const operator = matcher.getChild("MatchOp");
    if (literal === null || operator === null) return [];
    const isRegex = text.slice(operator.from, operator.to).includes("~");
    return [{ from: literal.from, to: literal.to, quote: text[literal.from] ?? '"', isRegex }];
  });
}

/** The quoted values in matchers of alerts, in order. */
function valuesOfMatchers(text: string): LabelValue[] {
  return [...text.matchAll(/(=~|!~|!=|=)\s*("(?:[^"\\]|\\.)*")/g)].map((match) => {
    const [whole, operator = "", literal = ""] = match;
    const to = match.index + whole.length;
    return { from: to - literal.length, to, quote: '"', isRegex: operator.includes("~") };
  });
}

/** As long as the text, so that positions agree, and a query even where a parameter stands outside a string. */
function withoutReferences(text: string): string {
  return text.replaceAll(REFERENCE, (reference) => "x".repeat(reference.length));
}

/** The text with the values in place of `$name`, each escaped for its string; null when one cannot stand there. */
export function substitute(
  text: Text,
  language: Language,
  values: ReadonlyMap<string, string>,
  at: Span,
  complain: Complain,
): Text | null {
  const replacements: Replacement[] = [];
  let usable = true;
  const inside = labelValues(text.text, language);
  for (const { name, from, to } of referencesIn(text.text)) {
    const place = inside.find((each) => each.from < from && from < each.to);
    const value = values.get(name);
    if (place === undefined || value === undefined) return null;
    const escaped = escapeInString(value, place.quote);
    if (escaped === null || (place.isRegex && value.length > MAX_REGEX_LENGTH)) {
      usable = false;
      const message =
        escaped === null
          ? `the value of \`${name}\` contains a backtick and stands between backticks`
          : `the value of \`${name}\` is a regular expression of ${value.length} characters; at most ${MAX_REGEX_LENGTH} are accepted`;
      complain({ code: "R153", at, message });
    }
    replacements.push({ from, to, by: escaped ?? "" });
  }
  // What matchers of alerts have in their patterns is checked where they are read.
  const areSound = language === "matchers" || arePatterns(text.text, inside, replacements, at, complain);
  if (!usable || !areSound) return null;
  return replaced(text, replacements);
}

/** R153: a value may break the pattern that it stands in, and Prometheus would refuse the query each time. */
function arePatterns(
  text: string,
  inside: readonly LabelValue[],
  replacements: readonly Replacement[],
  at: Span,
  complain: Complain,
): boolean {
  const problems = inside.flatMap((place) => {
    const own = replacements.filter(({ from }) => place.from < from && from < place.to);
    if (!place.isRegex || own.length === 0) return [];
    const parts = own.map(({ from, by }, index) => text.slice(own[index - 1]?.to ?? place.from, from) + by);
    const pattern = stringValue(parts.join("") + text.slice(own.at(-1)?.to ?? place.to, place.to));
    const regex = compileRegex(pattern);
    return regex.ok
      ? []
      : [{ names: own.map(({ from, to }) => text.slice(from + 1, to)), problem: regex.problem }];
  });
  for (const { names, problem } of problems) {
    complain({
      code: "R153",
      at,
      message: `the value of \`${names.join("` and `")}\` makes no regular expression of RE2: ${problem}`,
    });
  }
  return problems.length === 0;
}
