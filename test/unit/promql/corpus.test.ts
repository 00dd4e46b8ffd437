import { parser } from "@prometheus-io/lezer-promql";
import { describe, expect, it } from "vitest";

import { topExpression } from "../../../src/promql/expression.ts";
import { CALLED_NAMES } from "../../../src/promql/functions.ts";
import { parse, type QuerySpan } from "../../../src/promql/parse.ts";
import { checkTypes } from "../../../src/promql/type-check.ts";
import { ACCEPTED, readDifferences, REFUSED } from "../../support/query-corpus.ts";

/** What our check has against a query, as it stands in a file: syntax first, then kinds. */
function objections(query: string): readonly QuerySpan[] {
  const parsed = parse(query);
  if (!parsed.ok) return [parsed.fault];
  const top = topExpression(parsed.tree);
  return top === null ? [{ from: 0, to: 0 }] : checkTypes(top, query).faults;
}

describe("the corpus of queries", () => {
  it("is read as it is sorted", () => {
    expect(ACCEPTED.filter((query) => objections(query).length > 0)).toEqual([]);
    expect(REFUSED.filter((query) => objections(query).length === 0)).toEqual([]);
  });

  it("gets each objection within the text", () => {
    for (const query of REFUSED) {
      for (const { from, to } of objections(query)) {
        expect(from, query).toBeGreaterThanOrEqual(0);
        expect(to, query).toBeGreaterThanOrEqual(from);
        expect(to, query).toBeLessThanOrEqual(query.length);
      }
    }
  });

  it("has 400 queries and more, 120 of them wrong, and none twice", () => {
    const all = [...ACCEPTED, ...REFUSED];
    expect(all.length).toBeGreaterThan(400);
    expect(REFUSED.length).toBeGreaterThan(120);
    expect(new Set(all).size).toBe(all.length);
    const elsewhere = readDifferences().filter(({ query }) => !all.includes(query));
    expect(elsewhere).toEqual([]);
  });

  it("calls every function and aggregation there is", () => {
    const called = new Set(ACCEPTED.flatMap((query) => query.match(/\b\w+(?=\s*(?:by \(\w*\) )?\()/g) ?? []));
    expect(CALLED_NAMES.filter((name) => !called.has(name))).toEqual([]);
  });

  it("has every kind of node that the grammar knows", () => {
    const seen = new Set<string>();
    for (const query of ACCEPTED) parser.parse(query).iterate({ enter: ({ name }) => void seen.add(name) });
    const known = parser.nodeSet.types.map(({ name }) => name).filter((name) => name !== "");
    // A text with an error in it is none of these, and a metric's name alone is another grammar.
    expect(known.filter((name) => !seen.has(name))).toEqual(["⚠", "MetricName"]);
    expect(seen.size).toBeGreaterThan(40);
  });
});
