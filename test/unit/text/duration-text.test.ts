import { describe, expect, test } from "vitest";
import { DAY, HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { durationText, parseDuration } from "../../../src/text/duration-text.ts";

describe("a duration as Prometheus writes it", () => {
  test.each([
    ["1y", 365 * DAY],
    ["2w", 14 * DAY],
    ["3d", 3 * DAY],
    ["4h", 4 * HOUR],
    ["5m", 5 * MINUTE],
    ["6s", 6 * SECOND],
    ["7ms", 7],
    ["0s", 0],
    ["1h30m", HOUR + 30 * MINUTE],
    ["1d2h3m4s5ms", DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND + 5],
  ])("%s is %d ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test.each(["", " ", "5", "m", "1.5h", "-1m", "1m1h", "1m 1s", "1M", "1h30", "5min", "1m1m", "x1m", "1mx"])(
    "%j is none",
    (text) => {
      expect(parseDuration(text)).toBeNull();
    },
  );

  test("a time longer than milliseconds can count is none", () => {
    expect(parseDuration("999999999y")).toBeNull();
  });
});

describe("milliseconds written out", () => {
  test.each([
    [0, "0s"],
    [7, "7ms"],
    [90 * SECOND, "1m30s"],
    [14 * DAY, "14d"],
    [DAY + 2 * HOUR + 3 * MINUTE + 4 * SECOND + 5, "1d2h3m4s5ms"],
  ])("%d ms are %s, and read as the same again", (ms, text) => {
    expect(durationText(ms)).toBe(text);
    expect(parseDuration(text)).toBe(ms);
  });
});
