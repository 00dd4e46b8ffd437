import { expect, test } from "vitest";
import { maintenanceOf } from "../../../src/backtest/known-spans.ts";
import { HOUR } from "../../../src/domain/instant.ts";
import { stoodStill } from "../../../src/domain/maintenance.ts";
import { aGate, aGuard, aSignal, NOON } from "../../support/builders.ts";

const hours = (from: number, to: number) => ({
  name: `${from} to ${to}`,
  from: NOON + from * HOUR,
  to: NOON + to * HOUR,
});

test("known spans are maintenance of every source of the gate", () => {
  const gate = aGate({ signals: [aSignal()], alerts: [aGuard({ source: "eu" })] });
  const all = maintenanceOf(gate, [hours(0, 1)]);
  expect(all.map(({ source }) => source)).toEqual(["main", "eu"]);
});

test("spans that overlap, or lie within another, count their time once", () => {
  const all = maintenanceOf(aGate(), [hours(2, 5), hours(0, 3), hours(3, 4), hours(7, 8)]);
  expect(stoodStill(all, "main", NOON - HOUR, NOON + 10 * HOUR)).toBe(6 * HOUR);
  expect(all.map(({ id }) => id)).toEqual(["0 to 3", "2 to 5", "7 to 8"]);
});
