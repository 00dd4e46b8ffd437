import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { inComment, yamlText } from "../../../../src/trial/proposal/yaml-text.ts";

test.each(["team-checkout", "Share of requests (all)", "gates/a.yaml"])("%s needs no quotes", (text) => {
  expect(yamlText(text)).toBe(text);
});

test("whatever the text is, YAML reads it back as it was", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.constantFrom("yes", "null", "1e3", "- a", "a: b", "# c", "'", "\n")),
      (text) => {
        expect(parse(`key: ${yamlText(text)}\n`)).toEqual({ key: text });
      },
    ),
  );
});

test("a comment stays on its line and hides nothing", () => {
  expect(inComment("one\n- two\u202e")).toBe("one - two·");
});
