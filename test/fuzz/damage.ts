import * as fc from "fast-check";

/** What a file of gates has become by slips of the hand, merges that went wrong, cut transfers and hostile hands. */
export type Damage = (bytes: Uint8Array) => Uint8Array;

const place = fc.nat(1_000_000);
const HOSTILE = [
  "\t",
  "- ",
  ": ",
  "'",
  '"',
  "{",
  "]",
  "%",
  "|",
  "&a [*a]",
  "*a",
  "!!js/function x",
  "<<: {}",
  "__proto__: {}",
  "? ",
  "---\n",
  "...\n",
  "name: beside\n",
  "\u0000",
  "\u0085",
  "\u2028",
  "\u202E",
  "\uFEFF",
  "\r",
];
const VALUES = [
  "",
  "~",
  "null",
  "true",
  "no",
  "-0",
  "0777",
  "0x1F",
  "1e3",
  ".inf",
  ".nan",
  "33.333",
  "101%",
  "-5%",
  "12345678901234567890",
  "1:30",
  "2026-02-30",
  "[]",
  "{}",
  "''",
  "$name",
  "above above 1%",
  "sum(rate(x[5m]))",
  "((((((((((",
  "x".repeat(5_000),
];

const ofBytes: fc.Arbitrary<Damage> = fc.oneof(
  fc
    .record({ at: place, byte: fc.nat(255) })
    .map(({ at, byte }) => edited((bytes, to) => (bytes[to(at)] = byte))),
  fc
    .record({ at: place, many: fc.nat(400) })
    .map(({ at, many }) => edited((bytes, to) => bytes.splice(to(at), many))),
  fc
    .record({ at: place, many: fc.nat(200), from: place })
    .map(({ at, many, from }) =>
      edited((bytes, to) => bytes.splice(to(at), 0, ...bytes.slice(to(from), to(from) + many))),
    ),
  place.map((at) => edited((bytes, to) => bytes.splice(to(at)))),
);

const ofLines: fc.Arbitrary<Damage> = fc.oneof(
  place.map((at) => inLines((lines, to) => lines.splice(to(at), 1))),
  place.map((at) => inLines((lines, to) => lines.splice(to(at), 0, lines[to(at)] ?? ""))),
  fc
    .record({ at: place, from: place })
    .map(({ at, from }) => inLines((lines, to) => lines.splice(to(at), 0, ...lines.splice(to(from), 3)))),
  fc
    .record({ at: place, by: fc.integer({ min: -4, max: 4 }) })
    .map(({ at, by }) => inLines((lines, to) => (lines[to(at)] = indented(lines[to(at)] ?? "", by)))),
  fc
    .record({ at: place, value: fc.constantFrom(...VALUES) })
    .map(({ at, value }) =>
      inLines((lines, to) => (lines[to(at)] = (lines[to(at)] ?? "").replace(/:.*$/, () => `: ${value}`))),
    ),
  fc
    .record({ at: place, column: fc.nat(60), text: fc.constantFrom(...HOSTILE) })
    .map(({ at, column, text }) =>
      inLines((lines, to) => {
        const line = lines[to(at)] ?? "";
        lines[to(at)] = line.slice(0, column) + text + line.slice(column);
      }),
    ),
);

/** One to five of them, one after another. */
export const damage: fc.Arbitrary<Damage> = fc
  .array(fc.oneof(ofBytes, ofLines), { minLength: 1, maxLength: 5 })
  .map((all) => (bytes) => all.reduce((left, each) => each(left), bytes));

/** `to` brings any number into the length of what there is. */
type Edit<T> = (parts: T[], to: (at: number) => number) => unknown;

function edited(edit: Edit<number>): Damage {
  return (given) => {
    const bytes = [...given];
    edit(bytes, (at) => at % Math.max(1, bytes.length));
    return Uint8Array.from(bytes);
  };
}

function inLines(edit: Edit<string>): Damage {
  return (given) => {
    const lines = new TextDecoder().decode(given).split("\n");
    edit(lines, (at) => at % Math.max(1, lines.length));
    return new TextEncoder().encode(lines.join("\n"));
  };
}

function indented(line: string, by: number): string {
  return by < 0 ? line.replace(new RegExp(`^ {0,${-by}}`), "") : " ".repeat(by) + line;
}
