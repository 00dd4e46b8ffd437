import { expect, test } from "vitest";
import { gateSummary } from "../../../src/api/gate-body.ts";
import { statusBody } from "../../../src/api/status.ts";
import { createLocalTime } from "../../../src/cli/local-time.ts";
import { answerLine, nextOf, reach } from "../../../src/cli/words.ts";
import { NOON, gateView, statusAnswer } from "../../support/fake-controller.ts";

const URL = "https://rampart.example.com";
const STEP = { index: 0, of: 3, next: 100, nextAudience: "segment staff" };

const shown = (set: number | null, audience?: string) =>
  reach({ set, ...(audience === undefined ? {} : { audience }) });

test("how far a flag reaches is a percent of everybody, or of the segment that a step has put in", () => {
  const staff = "segment staff";
  expect([shown(25), shown(null), shown(null, staff), shown(0, staff)]).toEqual(["25%", "-", "-", "0%"]);
  expect([shown(50, staff), shown(100, staff)]).toEqual(["50% of segment staff", "segment staff"]);
});

test.each([
  [true, /^now → segment staff$/, "open: erp-order-export-v2 may go to segment staff"],
  [false, / → segment staff$/, "closed: erp-order-export-v2 may not go to segment staff yet"],
])("what comes next is named by its segment, and never by 100%% (open: %s)", (open, next, line) => {
  const status = statusAnswer({ open, step: STEP });
  const summary = gateSummary(gateView({ status }), { publicUrl: URL, sourceUrls: {} });
  expect(nextOf(summary, createLocalTime("UTC", NOON))).toMatch(next);
  expect(answerLine(statusBody(status, { signals: [], sourceUrls: {} }, URL))).toBe(line);
});
