import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatToken, sameToken, splitTitle, titleWith } from "../../../src/domain/token.ts";
import { aToken } from "../../support/builders.ts";

const TOKEN = aToken({ step: 3, of: 5, store: "k3f", epoch: 7, sequence: 12 });

describe("the token in a strategy's title", () => {
  it("follows the team's own text", () => {
    expect(titleWith("Gradual rollout", TOKEN)).toBe("Gradual rollout [rampart 3/5 #k3f.7.12]");
  });

  it("stands alone where the team wrote no title", () => {
    expect(titleWith("", TOKEN)).toBe("[rampart 3/5 #k3f.7.12]");
    expect(formatToken(TOKEN)).toBe("[rampart 3/5 #k3f.7.12]");
  });

  it.each([
    ["Gradual rollout [rampart 3/5 #k3f.7.12]", "Gradual rollout", TOKEN],
    ["[rampart 3/5 #k3f.7.12]", "", TOKEN],
    ["two\nlines [rampart 3/5 #k3f.7.12]", "two\nlines", TOKEN],
    [
      "old [rampart 1/5 #k3f.7.2] [rampart 10/12 #a9z.10.4711]",
      "old [rampart 1/5 #k3f.7.2]",
      aToken({ step: 10, of: 12, store: "a9z", epoch: 10, sequence: 4711 }),
    ],
  ])("is read back from %j", (title, text, token) => {
    expect(splitTitle(title)).toEqual({ text, token });
  });

  it.each([
    "Gradual rollout",
    "[rampart 3/5 #k3f.7.12] and more",
    "[rampart 3/5 #K3F.7.12]",
    "[rampart 3/5 #k3fa.7.12]",
    "[rampart 3/5 #k3.7.12]",
    "[rampart x/5 #k3f.7.12]",
    "[rampart 3/ #k3f.7.12]",
    "[rampart 3/5 #k3f..12]",
    "[rampart 3/5 #k3f.7.x]",
    "[rampart 3/5 #k3f-7.12]",
    "[rampart 3/5 #k3f.7.12",
    "rampart 3/5 #k3f.7.12]",
  ])("is not found in %j, which is all text", (title) => {
    expect(splitTitle(title)).toEqual({ text: title, token: null });
  });

  it("is absent where there is no title at all", () => {
    expect(splitTitle(null)).toEqual({ text: "", token: null });
  });

  it("comes back whole with any text a team may write", () => {
    const number = fc.nat();
    const token = fc.record({
      step: number,
      of: number,
      store: fc.stringMatching(/^[a-z0-9]{3}$/),
      epoch: number,
      sequence: number,
    });
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), token, (text, written) => {
        expect(splitTitle(titleWith(text, written))).toEqual({ text, token: written });
      }),
    );
  });
});

describe("two tokens", () => {
  it.each([
    ["another step of the same write", { step: 1, of: 2 }, true],
    ["another store", { store: "zzz" }, false],
    ["another epoch", { epoch: 8 }, false],
    ["another sequence", { sequence: 13 }, false],
  ])("with %s are the same: %s", (_, fields, same) => {
    expect(sameToken(TOKEN, { ...TOKEN, ...fields })).toBe(same);
  });

  it("are the same when both are absent, and differ when one is", () => {
    expect(sameToken(null, null)).toBe(true);
    expect(sameToken(TOKEN, null)).toBe(false);
    expect(sameToken(null, TOKEN)).toBe(false);
  });
});
