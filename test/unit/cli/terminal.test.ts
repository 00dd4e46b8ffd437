import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LEAST, alignColumns, displayWidth, fitColumn, shorten } from "../../../src/cli/columns.ts";
import { EXIT, exitOfProblem } from "../../../src/cli/exit-codes.ts";
import { createLocalTime } from "../../../src/cli/local-time.ts";
import { safeJson, shown } from "../../../src/cli/shown.ts";
import { PROBLEMS, problemBody } from "../../../src/api/problem.ts";
import type { ProblemCode } from "../../../src/api/problem.ts";
import { DAY } from "../../../src/domain/instant.ts";
import { NOON } from "../../support/fake-controller.ts";

describe("texts for a terminal", () => {
  test("hold no character that moves a cursor or hides one, whatever a server sends", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
        for (const printed of textsIn(shown({ value, text }))) {
          expect(printed).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
        }
      }),
    );
  });

  test("are as JSON what they were, with the dangerous characters escaped", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: "binary" }), (value, text) => {
        const printed = safeJson({ value, text });
        expect(JSON.parse(printed)).toEqual(JSON.parse(JSON.stringify({ value, text })));
        expect(printed).not.toMatch(/[\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
      }),
    );
  });

  test("are cut to fit, never in the middle of a character", () => {
    expect(shorten("◐◐◐◐", 3)).toBe("◐◐…");
    expect(shorten("🙂🙂🙂", 2)).toBe("🙂…");
    expect(shorten("abc", 3)).toBe("abc");
  });

  test("stand in columns, icons of double width included", () => {
    const lines = alignColumns([
      [{ text: "✋ halted" }, { text: "x" }],
      [{ text: "◐ proving" }, { text: "y", paint: (text) => `<${text}>` }],
    ]);
    expect(lines).toEqual(["✋ halted  x", "◐ proving  <y>"]);
    expect(displayWidth("✋ halted")).toBe(displayWidth("◐ proving"));
  });
});

describe("columns", () => {
  test("are not moved by the last cell of a row, however long", () => {
    const long = { text: "a sentence that goes on" };
    expect(
      alignColumns([
        [{ text: "a" }, long],
        [{ text: "bb" }, { text: "c" }, { text: "d" }],
      ]),
    ).toEqual(["a   a sentence that goes on", "bb  c  d"]);
  });

  test("fit the terminal by shortening one of them", () => {
    const rows = [
      [{ text: "WHEN" }, { text: "WHY" }],
      [{ text: "11 Feb 11:42" }, { text: "because of something that takes many words to tell" }],
    ];
    for (const columns of [80, 40]) {
      const lines = alignColumns(fitColumn(rows, 1, columns));
      expect(Math.max(...lines.map(displayWidth))).toBe(Math.min(columns, 64));
    }
    const [, narrow = ""] = alignColumns(fitColumn(rows, 1, 10));
    expect(displayWidth(narrow)).toBe(14 + LEAST);
  });
});

describe("times", () => {
  const time = createLocalTime("America/New_York", NOON);

  test("are in the user's zone", () => {
    expect(time.heading(NOON)).toBe("Tue 3 Mar 05:42 GMT-5");
    expect(createLocalTime("UTC", NOON).heading(NOON)).toBe("Tue 3 Mar 10:42 UTC");
    expect(time.exact(NOON + 5_000)).toBe("05:42:05");
  });

  test("name the day only when it is another one, and the date when it is far", () => {
    expect(time.short(NOON)).toBe("05:42");
    expect(time.short(NOON + DAY)).toBe("Wed 05:42");
    expect(time.short(NOON - DAY)).toBe("Mon 05:42");
    expect(time.short(NOON + 20 * DAY)).toBe("23 Mar 06:42");
    // The same hour-distance is another day in another zone.
    expect(createLocalTime("Asia/Tokyo", NOON).short(NOON + 5 * 3_600_000)).toBe("Wed 00:42");
  });
});

describe("exit codes", () => {
  test("of a refusal are never 0, and 6 whenever nothing is known about the gate", () => {
    for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
      const exit = exitOfProblem(problemBody(code, "x"));
      expect(exit).not.toBe(EXIT.done);
      if (PROBLEMS[code].status >= 500) expect(exit).toBe(EXIT.blind);
      if ([401, 403].includes(PROBLEMS[code].status)) expect(exit).toBe(EXIT.usage);
    }
  });

  test("of a problem that this version does not know follow its status", () => {
    const unknown = { ...problemBody("invalid", "x"), code: "new-code" };
    expect(exitOfProblem({ ...unknown, status: 503 })).toBe(EXIT.blind);
    expect(exitOfProblem({ ...unknown, status: 409 })).toBe(EXIT.usage);
  });
});

/** Every text of a tree, keys included. */
function textsIn(tree: unknown): readonly string[] {
  if (typeof tree === "string") return [tree];
  if (typeof tree !== "object" || tree === null) return [];
  return Object.entries(tree).flatMap(([key, value]) => [key, ...textsIn(value)]);
}
