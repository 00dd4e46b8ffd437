import { describe, expect, it } from "vitest";
import { DAY, HOUR, MINUTE, SECOND, formatMillis } from "../../../src/domain/instant.ts";

describe("a duration as people read it", () => {
  it.each([
    [0, "0s"],
    [-5 * SECOND, "0s"],
    [0.4, "0s"],
    [0.6, "1ms"],
    [999, "999ms"],
    [SECOND, "1s"],
    [45 * SECOND, "45s"],
    [45 * SECOND + 200, "45s"],
    [MINUTE, "1m"],
    [HOUR + 30 * MINUTE, "1h30m"],
    [HOUR + 30 * MINUTE + 59 * SECOND, "1h30m"],
    [DAY + HOUR + MINUTE + SECOND, "1d1h"],
    [DAY + 5 * SECOND, "1d5s"],
    [400 * DAY, "400d"],
  ])("%d ms is %s", (duration, text) => {
    expect(formatMillis(duration)).toBe(text);
  });
});
