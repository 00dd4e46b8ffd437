import { nodesNamed } from "../promql/expression.ts";
import { parse } from "../promql/parse.ts";
import { escapeInString } from "../promql/string-literal.ts";
import type { Parameter } from "./parameters.ts";
import type { Complain } from "./problem-list.ts";
import type { Span } from "./source.ts";
import type { Text } from "./text.ts";

export const MAX_REGEX_LENGTH = 200;

const REFERENCE = /\$([A-Za-z_]\w*)/g;

/** Complains about parameters that nobody declared, and about those that stand where a value is not escaped. */
export function checkReferences(query: Text, declared: readonly Parameter[], complain: Complain): boolean {
  const inside = labelValues(query.text);
  let sound = true;
  for (const match of query.text.matchAll(REFERENCE)) {
    const [from, to] = [match.index, match.index + match[0].length];
    const at = query.spanOf(from, to);
    if (!inside.some((value) => value.from < from && to < value.to)) {
      sound = false;
      complain({
        code: "R152",
        at,
        message: `\`${match[0]}\` stands outside the string of a label matcher`,
        suggestion: `write it as a label's value, e.g. \`{${match[1]}="${match[0]}"}\``,
      });
    } else if (!declared.some((each) => each.name === match[1])) {
      sound = false;
      complain({
        code: "R150",
        at,
        message: `\`${match[0]}\` is not a parameter of this signal`,
        suggestion: "declare it under `params:` of a library signal",
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

/** The strings of the query that are compared with a label, in order. */
function labelValues(text: string): LabelValue[] {
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

/** As long as the text, so that positions agree, and a query even where a parameter stands outside a string. */
function withoutReferences(text: string): string {
  return text.replaceAll(REFERENCE, (reference) => "x".repeat(reference.length));
}

/** The query with the values in place of `$name`; null when one cannot stand there. */
export function substitute(
  query: Text,
  values: ReadonlyMap<string, string>,
  at: Span,
  complain: Complain,
): string | null {
  const parts: string[] = [];
  let copied = 0;
  let usable = true;
  const inside = labelValues(query.text);
  for (const match of query.text.matchAll(REFERENCE)) {
    const place = inside.find((each) => each.from < match.index && match.index < each.to);
    const value = values.get(match[1] ?? "");
    if (place === undefined || value === undefined) return null;
    const escaped = escapeInString(value, place.quote);
    if (escaped === null || (place.isRegex && value.length > MAX_REGEX_LENGTH)) {
      usable = false;
      const message =
        escaped === null
          ? `the value of \`${match[1]}\` contains a backtick and stands between backticks`
          : `the value of \`${match[1]}\` is a regular expression of ${value.length} characters; at most ${MAX_REGEX_LENGTH} are accepted`;
      complain({ code: "R153", at, message });
    }
    parts.push(query.text.slice(copied, match.index), escaped ?? "");
    copied = match.index + match[0].length;
  }
  return usable ? parts.join("") + query.text.slice(copied) : null;
}
