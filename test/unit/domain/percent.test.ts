import { describe, expect, it } from "vitest";
import { parseRollout } from "../../../src/domain/percent.ts";

describe("the rollout parameter", () => {
  it.each([
    ["0", 0],
    ["1", 1],
    ["9", 9],
    ["10", 10],
    ["99", 99],
    ["100", 100],
  ])("%j is a percent", (text, percent) => {
    expect(parseRollout(text)).toBe(percent);
  });

  it.each(["", "-5", "12.5", "abc", "101", "1000", "007", "00", " 5", "5 ", "5\n", "5%", "1e1", "0x5", "٥"])(
    "%j is no whole percent, though the server stores it",
    (text) => {
      expect(parseRollout(text)).toBeNull();
    },
  );
});
