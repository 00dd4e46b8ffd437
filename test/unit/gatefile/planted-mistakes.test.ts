import * as fc from "fast-check";
import { describe, expect, it } from "vitest";

import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS } from "./defaults.ts";

/** Lines of a file; `^` in front of a fault marks its column and is no part of the line. */
type Block = { readonly lines: readonly string[]; readonly code: string | null };

const mistake = (code: string, ...lines: string[]): Block => ({ lines, code });
const fine = (...lines: string[]): Block => ({ lines, code: null });

const GATE_MISTAKES: readonly Block[] = [
  mistake("R101", "^bogus: 1"),
  mistake("R113", "every: ^15"),
  mistake("R108", "mode: ^go"),
  mistake("R103", "^owner: somebody-else"),
  mistake("R104", "change: ^&a OMS-1"),
  mistake("R108", "touches: ^[]"),
  mistake("R108", "data: { missing: ^pass }"),
  mistake("R113", "rollback:", "  haltDeadline: 2h", "  cooldown: ^soon"),
  mistake("R120", "steps:", "  - to: 50%", "  - { hold: 2h, to: ^25% }", "  - to: 100%"),
];

const SIGNAL_MISTAKES: readonly Block[] = [
  mistake("R305", "  - query: sum(a1) or ^vector(0)", "    halt: above 3"),
  mistake(
    "R301",
    "  - query: |",
    "      # first",
    "      sum(a2)",
    "        + ^vektor(1)",
    "    halt: above 3",
  ),
  mistake("R302", '  - query: "sum(rate(^a3_total{x=\\"1\\"}))"', "    halt: above 3"),
  mistake("R203", "  - query: sum(rate(a4[5m])) / sum(rate(b4[5m]))", "    halt: above ^0.3 for 10m"),
  mistake("R101", "  - query: sum(a5)", "    ^halts: above 3", "    halt: above 3"),
  mistake("R144", "  - ^query: sum(a6)", "    lag: 1m"),
  mistake("R221", "  - { query: sum(a7), advance: at most 3 ^for 10m }"),
  mistake("R143", "  - use: ^nobody", "    halt: above 3"),
  mistake("R202", "  - query: sum(a8)", "    better: higher", "    halt: ^above 3"),
];

const PADDING = fc.constantFrom("", "# a comment: with { odd [ characters", "   ", "  # indented");
const VALID_SIGNAL = fc
  .integer({ min: 0, max: 999 })
  .map((n) =>
    fine(`  - name: fine-${n}`, "    query: >-", "      sum(up)", "      - 3", "    halt: above 3"),
  );

function withPadding(blocks: readonly Block[], padding: readonly string[]): Block[] {
  return blocks.flatMap((block, index) => {
    const line = padding[index % padding.length];
    return line === undefined ? [block] : [fine(line), block];
  });
}

const FILE = fc
  .record({
    gate: fc.shuffledSubarray([...GATE_MISTAKES], { minLength: 1, maxLength: 4 }),
    signals: fc.shuffledSubarray([...SIGNAL_MISTAKES], { minLength: 4, maxLength: 4 }),
    valid: fc.uniqueArray(VALID_SIGNAL, { maxLength: 6, selector: ({ lines }) => lines[0] }),
    padding: fc.array(PADDING, { minLength: 1, maxLength: 7 }),
    order: fc.infiniteStream(fc.nat(1_000)),
  })
  .map(({ gate, signals, valid, padding, order }) => {
    const shuffled = <T>(items: readonly T[]): T[] =>
      items
        .map((item) => [order.next().value ?? 0, item] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, item]) => item);
    // Five in all: what the gate level does not have, the signals make up for.
    const planted = signals.slice(0, 5 - gate.length);
    const list = withPadding(
      shuffled([...planted, ...valid, fine("  - { query: sum(up), halt: above 3 }")]),
      padding,
    );
    const rest = withPadding(
      shuffled([...gate, fine("title: A title"), fine("runbook: https://runbooks.example.com/x")]),
      padding,
    );
    const [before, after] = [rest.slice(0, rest.length / 2), rest.slice(rest.length / 2)];
    const head = [fine("schema: gate/v1"), fine("name: planted"), fine("owner: team"), fine("flag: planted")];
    return [...head, ...before, fine("signals:"), ...list, ...after];
  });

describe("five different mistakes anywhere in a file", () => {
  it("are five problems at the right lines and columns", () => {
    fc.assert(
      fc.property(FILE, (blocks) => {
        const expected: string[] = [];
        const lines: string[] = [];
        for (const { lines: own, code } of blocks) {
          for (const marked of own) {
            const column = marked.indexOf("^");
            lines.push(marked.replace("^", ""));
            if (code !== null && column !== -1) expected.push(`${lines.length}:${column + 1} ${code}`);
          }
        }
        const { problems } = parseFiles([{ path: "planted.yaml", text: `${lines.join("\n")}\n` }], DEFAULTS);
        expect(expected).toHaveLength(5);
        expect(problems.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });
});
