import { describe, expect, it } from "vitest";
import type { Signal } from "../../../src/domain/gate.ts";
import { MINUTE, SECOND } from "../../../src/domain/instant.ts";
import { settleOf } from "../../../src/domain/settle.ts";
import { aSignal } from "../../support/builders.ts";

const PROPAGATION = 45 * SECOND;
const SCRAPE = 15 * SECOND;

describe("settle", () => {
  it.each<[string, Partial<Signal>, number]>([
    ["is the time until SDKs have seen the change and two scrapes, when the data is quick", {}, 75 * SECOND],
    ["covers the window of the query", { windowMs: 5 * MINUTE }, 5 * MINUTE],
    ["covers two periods when they are longer", { windowMs: 5 * MINUTE, periodMs: 3 * MINUTE }, 6 * MINUTE],
    ["keeps the window when two periods are shorter", { windowMs: 7 * MINUTE, periodMs: MINUTE }, 7 * MINUTE],
    ["adds the lag", { lagMs: 2 * MINUTE, windowMs: 5 * MINUTE }, 7 * MINUTE],
    ["is as declared", { settleMs: 10 * MINUTE, windowMs: 60 * MINUTE }, 10 * MINUTE],
    ["is never declared shorter than propagation", { settleMs: 5 * SECOND }, PROPAGATION],
  ])("%s", (_, fields, settleMs) => {
    expect(settleOf(aSignal(fields), PROPAGATION, SCRAPE)).toBe(settleMs);
  });
});
