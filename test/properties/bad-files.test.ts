import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseFiles } from "../../src/gatefile/parse-files.ts";
import { DEFAULTS, SMALLEST } from "../unit/gatefile/defaults.ts";

const NAMES = ["good-order", "good-price", "good-stock", "good-tax"];

function textOf(name: string): string {
  return SMALLEST.replaceAll("new-checkout", name);
}

const good = NAMES.map((name) => ({ path: `${name}.yaml`, text: textOf(name) }));
const BASE = textOf("victim");

const place = fc.nat(BASE.length);
const hostile = fc.constantFrom(
  "bogus: 1\n",
  "\t",
  "- ",
  "&a [*a]",
  "!!js/function ",
  "<<: {}\n",
  "'",
  '"',
  "{",
  "]",
  "%",
  ": ",
  "\u0000",
  "\u2028",
  "name: victim\n",
  "flag: { unleash: [] }\n",
);

/** One edit of a text, as a slip of the hand, a merge that went wrong or a cut transfer makes it. */
const edit = fc.oneof(
  fc.record({ at: place, to: place }).map(({ at, to }) => (text: string) => {
    const [from, end] = at < to ? [at, to] : [to, at];
    return text.slice(0, from) + text.slice(end);
  }),
  fc.record({ at: place, more: fc.oneof(hostile, fc.string({ unit: "binary", maxLength: 8 })) }).map(
    ({ at, more }) =>
      (text: string) =>
        text.slice(0, at) + more + text.slice(at),
  ),
  place.map((at) => (text: string) => text.slice(0, at)),
  fc.constant((text: string) => text + text),
);

const badFiles = fc.array(
  fc
    .array(edit, { minLength: 1, maxLength: 5 })
    .map((edits) => edits.reduce((text, each) => each(text), BASE)),
  { minLength: 1, maxLength: 4 },
);

test("whatever is wrong with some files, the others give the same gates to the letter", () => {
  const alone = [...parseFiles(good, DEFAULTS).gates];
  expect(alone.map(([name]) => name)).toEqual(NAMES);
  let broken = 0;
  fc.assert(
    fc.property(badFiles, fc.nat(good.length), (texts, at) => {
      const bad = texts.map((text, index) => ({ path: `bad-${index}.yaml`, text }));
      const parsed = parseFiles([...good.slice(0, at), ...bad, ...good.slice(at)], DEFAULTS);
      broken += parsed.broken.length;
      expect([...parsed.gates].filter(([name]) => NAMES.includes(name))).toEqual(alone);
      expect(parsed.problems.filter(({ file }) => !file.startsWith("bad-"))).toEqual([]);
    }),
    { numRuns: 60 },
  );
  // Most edits break a file; else this would say nothing.
  expect(broken).toBeGreaterThan(40);
});
