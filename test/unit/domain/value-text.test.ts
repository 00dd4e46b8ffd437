import { describe, expect, it } from "vitest";
import type { Unit } from "../../../src/domain/gate.ts";
import { formatValue } from "../../../src/domain/value-text.ts";

describe("a value as people read it", () => {
  it.each<[Unit, number, string]>([
    ["ratio", 0, "0%"],
    ["ratio", 0.0021, "0.21%"],
    ["ratio", 1, "100%"],
    ["ratio", 1 / 3, "33.33%"],
    ["seconds", 90, "1m30s"],
    ["seconds", 0.25, "250ms"],
    ["seconds", -90, "-1m30s"],
    ["seconds", 0, "0s"],
    ["count", 12, "12"],
    ["count", 1_000_000, "1000000"],
    ["none", 2.50004, "2.5"],
    ["none", -0.25, "-0.25"],
  ])("%s %d is %s", (unit, value, text) => {
    expect(formatValue({ unit }, value)).toBe(text);
  });
});
