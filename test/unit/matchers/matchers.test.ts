import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Matcher } from "../../../src/domain/matcher.ts";
import { matches, parseMatchers } from "../../../src/matchers/matchers.ts";

describe("the text of matchers", () => {
  it.each<[string, readonly string[]]>([
    ['{service="checkout"}', ["service = checkout"]],
    ['service="checkout"', ["service = checkout"]],
    [
      ' { service = "checkout" , severity =~ "page|critical" , } ',
      ["service = checkout", "severity =~ page|critical"],
    ],
    ['{a!="1",b!~"2.*"}', ["a != 1", "b !~ 2.*"]],
    ["{a=b c, d=~e.f}", ["a = b c", "d =~ e.f"]],
    ["a=", ["a = "]],
    ['{a="1", a!="2"}', ["a = 1", "a != 2"]],
    ['{"service.name"="checkout"}', ["service.name = checkout"]],
    ['{"größe"="x"}', ["größe = x"]],
    ['a="b,}c"', ["a = b,}c"]],
    ['a="say \\"hi\\", \\\\ or \\n"', ['a = say "hi", \\ or \n']],
    ['a=~"10\\.0\\.\\d+"', ["a =~ 10\\.0\\.\\d+"]],
    ["HighErrorRate", ["alertname = HighErrorRate"]],
    ["  shop:HighErrorRate ", ["alertname = shop:HighErrorRate"]],
  ])("%s is read", (text, expected) => {
    const read = parseMatchers(text);
    expect(
      read.ok ? read.matchers.map((each) => `${each.label} ${each.operator} ${each.value}`) : read,
    ).toEqual(expected);
  });

  it.each<[string, number, string]>([
    ["", 0, "no matcher would match every alert; name a label or an alert"],
    ["{}", 0, "no matcher would match every alert; name a label or an alert"],
    ["{ }", 0, "no matcher would match every alert; name a label or an alert"],
    ["High Error Rate", 5, "expected =, !=, =~ or !~ after `High`"],
    ["{HighErrorRate}", 14, "expected =, !=, =~ or !~ after `HighErrorRate`"],
    ['{service=="a"}', 8, "equal is written with a single ="],
    ['{service=a"b"}', 10, "a quote can only stand at the begin and the end of a value"],
    ['{a="b"', 6, "the brace is not closed"],
    ['a="b"}', 5, "there is no opening brace"],
    ['{a="b"}}', 6, "`}` cannot stand here; matchers are separated by commas"],
    ['{a="b}', 3, "this quote is not closed"],
    ['{a="b" c="d"}', 7, "`c` cannot stand here; matchers are separated by commas"],
    [
      '{a="b",,c="d"}',
      7,
      "expected a label's name; one with other characters than a-z, 0-9, _ and : needs quotes",
    ],
    ['{service.name="a"}', 8, "expected =, !=, =~ or !~ after `service`"],
    ['{""="a"}', 1, "a label's name cannot be empty"],
    ['{a=~"("}', 4, "the pattern is not RE2: missing closing ): `(`"],
    ['{a="1", b!~"(?=x)"}', 11, "the pattern is not RE2: invalid or unsupported Perl syntax: `(?=`"],
    ['{a=~"(x)\\1"}', 4, "the pattern is not RE2: invalid escape sequence: `\\1`"],
    [`a=~${"x".repeat(201)}`, 3, "the pattern has 201 characters; at most 200 are read"],
  ])("%s is refused, and where", (text, at, problem) => {
    expect(parseMatchers(text)).toEqual({ ok: false, at, problem });
  });

  it("never fails in another way, whatever it is", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(...'{}"\\,=~! ab\n'.split("")) })),
        (text) => {
          const read = parseMatchers(text);
          expect(read.ok ? read.matchers.length > 0 : read.at <= text.length).toBe(true);
        },
      ),
    );
  });

  it("written out with quotes means the same again", () => {
    fc.assert(
      fc.property(fc.array(anyMatcher(), { minLength: 1, maxLength: 4 }), (matchers) => {
        expect(parseMatchers(`{${matchers.map(written).join(", ")}}`)).toEqual({ ok: true, matchers });
      }),
    );
  });
});

describe("matching", () => {
  const labels = { service: "checkout", severity: "critical", empty: "" };

  it.each([
    ['{service="checkout"}', true],
    ['{service="check"}', false],
    ['{service="checkout",severity="warning"}', false],
    ['{service!="cart"}', true],
    ['{service=~"check"}', false],
    ['{service=~"check.*"}', true],
    ['{service=~"cart|checkout"}', true],
    ['{service=~"(?i)CHECKOUT"}', true],
    ['{service!~"cart|checkout"}', false],
    ['{team=""}', true],
    ['{team!=""}', false],
    ['{team=~".*"}', true],
    ['{team=~".+"}', false],
    ['{team!~"blue"}', true],
    ['{empty=""}', true],
    ['{constructor=""}', true],
    ['{toString=~".+"}', false],
  ])("%s: %s", (text, expected) => {
    const read = parseMatchers(text);
    expect(read.ok && matches(read.matchers, labels)).toBe(expected);
  });

  it("takes a pattern that cannot be evaluated for satisfied by nothing", () => {
    for (const value of ["(", "x".repeat(201)]) {
      expect(matches([{ label: "a", operator: "=~", value }], { a: value })).toBe(false);
      expect(matches([{ label: "a", operator: "!~", value }], { a: "other" })).toBe(false);
    }
  });

  it("holds all of them together, each by what its operator says", () => {
    const value = fc.constantFrom("", "a", "b", "ab");
    const matcher = fc.record({
      label: fc.constantFrom("x", "y"),
      operator: fc.constantFrom("=", "!=", "=~", "!~"),
      value,
    } as const);
    fc.assert(
      fc.property(
        fc.array(matcher, { maxLength: 4 }),
        fc.dictionary(fc.constantFrom("x", "y"), value),
        (all, own) => {
          // None of these values has a character with a meaning of its own in a pattern.
          const obvious = all.every((each) => {
            const isEqual = (own[each.label] ?? "") === each.value;
            return each.operator.startsWith("!") ? !isEqual : isEqual;
          });
          expect(matches(all, own)).toBe(obvious);
        },
      ),
    );
  });

  it("is not held up by a pattern that a backtracking engine would never finish", () => {
    const value = `${"a".repeat(200)}!`;
    // 2^200 ways to split the run of a's: this test would not end if each were tried.
    expect(matches([{ label: "a", operator: "=~", value: "(a+)+" }], { a: value })).toBe(false);
    expect(matches([{ label: "a", operator: "!~", value: "(a|a)*b" }], { a: value })).toBe(true);
  });

  it("is right about more patterns than it keeps", () => {
    const numbers = Array.from({ length: 1_200 }, (_, n) => String(n));
    for (const n of [...numbers, ...numbers]) {
      expect(matches([{ label: "a", operator: "=~", value: `x${n}` }], { a: `x${n}` })).toBe(true);
    }
  });
});

function anyMatcher(): fc.Arbitrary<Matcher> {
  const text = fc.string({
    unit: fc.constantFrom("a", "b", '"', "\\", "n", "\n", ",", "}", "{", " ", "=", "~", "ü"),
  });
  const label = fc.oneof(
    fc.constantFrom("a", "b_c"),
    fc.string({ minLength: 1, unit: fc.constantFrom("a", ".", '"', "\\") }),
  );
  return fc.oneof(
    fc
      .record({ label, operator: fc.constantFrom("=", "!=") } as const)
      .chain((own) => text.map((value) => ({ ...own, value }))),
    fc
      .record({ label, operator: fc.constantFrom("=~", "!~") } as const)
      .chain((own) =>
        fc.constantFrom("", "a|b", "x.*", "\\d+", '"', "[,}]").map((value) => ({ ...own, value })),
      ),
  );
}

function written({ label, operator, value }: Matcher): string {
  return `${quoted(label)}${operator}${quoted(value)}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`;
}
