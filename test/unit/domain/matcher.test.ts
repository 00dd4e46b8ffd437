import { expect, test } from "vitest";
import { type Matcher, mayMatch } from "../../../src/domain/matcher.ts";

const labels = { service: "checkout", severity: "page" };

test.each<[Matcher["operator"], string, boolean]>([
  ["=", "checkout", true],
  ["=", "cart", false],
  ["!=", "checkout", false],
  ["!=", "cart", true],
  ["=~", "cart", true],
  ["!~", "checkout", true],
])("service%s%j may match: %s", (operator, value, expected) => {
  expect(mayMatch([{ label: "service", operator, value }], labels)).toBe(expected);
});

test("an absent label is empty, and an inherited name is absent", () => {
  expect(mayMatch([{ label: "team", operator: "=", value: "" }], labels)).toBe(true);
  expect(mayMatch([{ label: "team", operator: "!=", value: "" }], labels)).toBe(false);
  expect(mayMatch([{ label: "constructor", operator: "=", value: "" }], labels)).toBe(true);
});

test("all matchers have to be satisfied", () => {
  const matchers: Matcher[] = [
    { label: "service", operator: "=", value: "checkout" },
    { label: "severity", operator: "=", value: "critical" },
  ];
  expect(mayMatch(matchers, labels)).toBe(false);
  expect(mayMatch([], labels)).toBe(true);
});
