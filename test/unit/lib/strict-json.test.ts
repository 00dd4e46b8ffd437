import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseStrictJson } from "../../../src/lib/strict-json.ts";

describe("strict JSON", () => {
  it("reads whatever JSON.parse reads when no name repeats", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom(undefined, 1), (value, indent) => {
        const text = JSON.stringify(value, undefined, indent);
        expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
      }),
    );
  });

  it.each([
    '{"status":"error","status":"success"}',
    '{"a":{"b":1,"c":{},"b":2}}',
    '[1,{"a":1 , "a" :2}]',
    '{"a":1,"\\u0061":2}',
    '{"":1,"":2}',
    '{"__proto__":1,"__proto__":2}',
  ])("refuses a name given twice: %s", (text) => {
    expect(parseStrictJson(text)).toEqual({ ok: false, problem: "names a field twice" });
  });

  it.each([
    '{"a":{"a":{"a":1}}}',
    '[{"a":1},{"a":2}]',
    '{"a":"a","b":"a"}',
    '{"a":"\\"a\\":","b":["a","a"]}',
  ])("is content with the same word in different places: %s", (text) => {
    expect(parseStrictJson(text).ok).toBe(true);
  });

  it.each(["", "{", '{"a":1', "NaN", "{'a':1}", "<html></html>", '{"a":1}x', "\u{feff}{}"])(
    "refuses what is not JSON: %j",
    (text) => {
      expect(parseStrictJson(text)).toEqual({ ok: false, problem: "is not JSON" });
    },
  );

  it.each([
    ["deep nesting", `${"[".repeat(400_000)}${"]".repeat(400_000)}`],
    ["deep objects", `${'{"a":'.repeat(150_000)}1${"}".repeat(150_000)}`],
    ["a long string of escapes", `"${"\\n".repeat(400_000)}"`],
    ["many keys", `{${Array.from({ length: 70_000 }, (_, n) => `"k${n}":0`).join(",")}}`],
    [
      "many keys before a long gap",
      `{${Array.from({ length: 100 }, (_, n) => `"k${n}"${" ".repeat(9_000)}:0`).join(",")}}`,
    ],
  ])("reads %s of a megabyte to its end", (_what, text) => {
    expect(parseStrictJson(text).ok).toBe(true);
  });
});
