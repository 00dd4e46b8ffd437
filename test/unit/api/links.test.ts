import { expect, test } from "vitest";
import { graphUrl } from "../../../src/api/links.ts";

const UNTIL = Date.UTC(2026, 2, 3, 10, 42, 7);

test("a graph ends when it was looked at, and shows the query as it was sent", () => {
  const url = new URL(graphUrl("https://prometheus.example.com/prefix/", 'rate(a{b="c d"}[5m]) > 0', UNTIL));
  expect(url.origin + url.pathname).toBe("https://prometheus.example.com/prefix/graph");
  expect(Object.fromEntries(url.searchParams)).toEqual({
    "g0.expr": 'rate(a{b="c d"}[5m]) > 0',
    "g0.tab": "0",
    "g0.range_input": "1h",
    "g0.end_input": "2026-03-03 10:42:07",
  });
});

test("no address holds a user or a password", () => {
  const url = graphUrl("https://anna:secret@prometheus.example.com", "up", UNTIL);
  expect(url).toMatch(/^https:\/\/prometheus\.example\.com\/graph\?/);
  expect(url).not.toContain("secret");
});
