import { expect, it } from "vitest";
import { skewFrom } from "../../../src/lib/clock-skew.ts";

const SECOND = Date.UTC(2026, 2, 4, 10, 0, 0);
const HEADER = new Date(SECOND).toUTCString();

it.each([
  ["the same second", SECOND + 200, SECOND + 220, 0],
  ["a request that began before the second it was answered in", SECOND - 100, SECOND + 50, 0],
  ["our clock ahead by ten minutes", SECOND + 600_000, SECOND + 600_050, 599_001],
  ["our clock behind by ten minutes", SECOND - 600_050, SECOND - 600_000, -600_000],
  ["a slow answer that proves little", SECOND - 4_000, SECOND + 3_000, 0],
])("%s", (_what, sentAt, receivedAt, skew) => {
  expect(skewFrom(HEADER, sentAt, receivedAt)).toBe(skew);
});

it.each([undefined, "", "yesterday"])("proves nothing by the header %j", (header) => {
  expect(skewFrom(header, SECOND, SECOND)).toBeNull();
});
