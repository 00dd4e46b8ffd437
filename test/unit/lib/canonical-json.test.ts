import { expect, test } from "vitest";
import { canonicalJson } from "../../../src/lib/canonical-json.ts";

test("is the same text in whatever order the members were put together", () => {
  const text = canonicalJson({ b: [{ d: 1, c: "x" }, null], a: { z: true, y: 0.1 } });
  expect(text).toBe('{"a":{"y":0.1,"z":true},"b":[{"c":"x","d":1},null]}');
  expect(canonicalJson({ a: { y: 0.1, z: true }, b: [{ c: "x", d: 1 }, null] })).toBe(text);
});

test("keeps null and empty lists, and leaves out what is undefined", () => {
  expect(canonicalJson({ a: null, b: [], c: undefined })).toBe('{"a":null,"b":[]}');
});

test("leaves out what it is told to, wherever it stands", () => {
  expect(canonicalJson({ a: null, b: { c: null, d: 1 } }, (member) => member === null)).toBe('{"b":{"d":1}}');
});

test("writes a number that JSON has no word for as null", () => {
  expect(canonicalJson([Number.NaN, Infinity])).toBe("[null,null]");
});
