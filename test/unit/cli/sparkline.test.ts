import { expect, test } from "vitest";
import { sparkline } from "../../../src/cli/sparkline.ts";

test("each value has its height between nothing and the most", () => {
  expect(sparkline([0, 1, 2, 3, 4, 5, 6, 7], 8, "lower")).toBe("▁▂▃▄▅▆▇█");
});

test("of many values behind one character the worst is shown", () => {
  const day = Array.from({ length: 1_000 }, (_, index) => (index === 500 ? 100 : 1));
  expect(sparkline(day, 10, "lower")).toBe("▁▁▁▁▁█▁▁▁▁");
  const dip = Array.from({ length: 1_000 }, (_, index) => (index === 500 ? 0 : 100));
  expect(sparkline(dip, 10, "higher")).toBe("█████▁████");
});

test("what was not known is a gap, and a flat line lies at the bottom", () => {
  expect(sparkline([1, null, 1], 3, "lower")).toBe("█·█");
  expect(sparkline([0, 0, 0], 3, "lower")).toBe("▁▁▁");
  expect(sparkline([null, null], 2, "lower")).toBe("··");
  expect(sparkline([], 10, "lower")).toBe("·");
});

test("no line is wider than what it shows or than the room there is", () => {
  expect(sparkline([1, 2, 3], 80, "lower")).toHaveLength(3);
  expect(sparkline([1, 2, 3], 0, "lower")).toHaveLength(1);
});
