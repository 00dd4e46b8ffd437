import { describe, expect, it } from "vitest";
import { holds } from "../../../src/domain/limit.ts";
import { aLimit } from "../../support/builders.ts";

describe("a comparison", () => {
  it.each([
    ["at most 5", true, true, false],
    ["at least 5", false, true, true],
    ["above 5", false, false, true],
    ["below 5", true, false, false],
    ["exactly 5", false, true, false],
  ])("%s holds of 4: %s, of 5: %s, of 6: %s", (text, of4, of5, of6) => {
    const limit = aLimit(text);

    expect([4, 5, 6].map((value) => holds(limit, value))).toEqual([of4, of5, of6]);
  });
});
