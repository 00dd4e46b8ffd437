import { describe, expect, test } from "vitest";
import { nearestName } from "../../../src/text/nearest-name.ts";

const KEYS = ["advance", "halt", "rollback", "name", "query", "unit"];

describe("the name a person meant", () => {
  test.each([
    ["advace", "advance"],
    ["advnace", "advance"],
    ["rolback", "rollback"],
    ["rollbackk", "rollback"],
    ["Halt", "halt"],
    ["qurey", "query"],
    ["units", "unit"],
  ])("%s is %s", (written, meant) => {
    expect(nearestName(written, KEYS)).toBe(meant);
  });

  test.each(["owner", "x", "", "completely-different", "haltrollback"])("%j is none of them", (written) => {
    expect(nearestName(written, KEYS)).toBeNull();
  });

  test("of two equally near names the one that begins alike is meant", () => {
    expect(nearestName("hold", ["bold", "hole"])).toBe("hole");
    expect(nearestName("hold", ["hole", "bold"])).toBe("hole");
  });

  test("a text longer than any name is not measured", () => {
    expect(nearestName("a".repeat(65), ["a".repeat(65)])).toBeNull();
    expect(nearestName("a".repeat(64), ["a".repeat(64)])).toBe("a".repeat(64));
  });

  test("with nothing known nothing is near", () => {
    expect(nearestName("halt", [])).toBeNull();
  });
});
