import { nodesNamed, topExpression } from "./expression.ts";
import { parse } from "./parse.ts";
import { stringValue } from "./string-literal.ts";

export type SeriesLabels =
  | { readonly ok: true; readonly labels: Readonly<Record<string, string>> }
  | { readonly ok: false; readonly from: number; readonly to: number; readonly message: string };

/** The labels of one series written as a selector with `=` alone: `http_requests_total{code="500"}`. With `__name__`. */
export function seriesLabels(text: string): SeriesLabels {
  const whole = { from: 0, to: text.length };
  const parsed = parse(text);
  if (!parsed.ok) return { ok: false, ...parsed.fault };
  const node = topExpression(parsed.tree);
  if (node?.name !== "VectorSelector")
    return { ok: false, ...whole, message: 'a series is a name with labels, such as `up{job="shop"}`' };
  const labels: Record<string, string> = {};
  const name = node.getChild("Identifier");
  if (name !== null) labels["__name__"] = text.slice(name.from, name.to);
  for (const matcher of nodesNamed(parsed.tree, "UnquotedLabelMatcher", "QuotedLabelMatcher")) {
    const label = matcher.getChild("LabelName") ?? matcher.getChild("QuotedLabelName");
    const operator = matcher.getChild("MatchOp");
    const value = matcher.getChild("StringLiteral");
    const written = label === null ? "" : text.slice(label.from, label.to);
    const key = /^["'`]/.test(written) ? stringValue(written) : written;
    const { from, to } = matcher;
    if (operator === null || value === null || text.slice(operator.from, operator.to) !== "=")
      return { ok: false, from, to, message: "a series has each label with one value: write `=`" };
    if (Object.hasOwn(labels, key))
      return { ok: false, from, to, message: `the label \`${key}\` is written twice` };
    labels[key] = stringValue(text.slice(value.from, value.to));
  }
  if (!/^[A-Za-z_:][\w:]*$/.test(labels["__name__"] ?? ""))
    return { ok: false, ...whole, message: "a series needs the name of a metric" };
  return { ok: true, labels };
}
