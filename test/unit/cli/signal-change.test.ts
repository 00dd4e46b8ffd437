import { describe, expect, test } from "vitest";
import type { EvidenceBody } from "../../../src/api/signal.ts";
import { evidenceBody } from "../../../src/api/signal.ts";
import { createLocalTime } from "../../../src/cli/local-time.ts";
import { whatWouldChange } from "../../../src/cli/signal-change.ts";
import { HOUR } from "../../../src/domain/instant.ts";
import type { VerdictCode } from "../../../src/domain/verdict.ts";
import { aLimit } from "../../support/builders.ts";
import { judgement, NOON, signal } from "../../support/fake-controller.ts";

const TIME = createLocalTime("UTC", NOON);
const DECLARED = signal({ advance: aLimit("at most 1%") });

function said(
  code: VerdictCode,
  over: Parameters<typeof judgement>[0] = {},
  isDeclared = true,
): EvidenceBody {
  const origin = { signals: [DECLARED], sourceUrls: {}, at: NOON };
  return evidenceBody(judgement({ code, limit: null, ...over }), origin, isDeclared);
}

describe("what would change what a signal says", () => {
  test.each<readonly [VerdictCode, string]>([
    ["good", "waits once it is not at most 1%"],
    ["between", "good again when it is at most 1%"],
    ["breached", "good again when it is at most 1%; what it has stopped goes on when a person says so"],
    ["missing", "a fresh sample"],
    ["dark", "an answer of its source"],
    ["settling", "time: it settles"],
    ["window", "the end of the window"],
    ["short", "more samples, at this exposure"],
    ["no-baseline", "something to compare with: a control, or the same a week before"],
    ["not-applicable", "somebody in each cohort"],
  ])("%s: %s", (code, line) => {
    expect(whatWouldChange(said(code), TIME)).toBe(line);
  });

  test.each<readonly [VerdictCode, string]>([
    ["missing", "a fresh sample; without one it stops the ramp at 12:42"],
    ["settling", "time: it is believed from 12:42 on"],
    ["window", "the end of the window at 12:42"],
  ])("%s at a known time: %s", (code, line) => {
    expect(whatWouldChange(said(code, { until: NOON + 2 * HOUR }), TIME)).toBe(line);
  });

  test("under another definition only the limit that decided is known", () => {
    const limit = "above 2%";
    expect(said("breached", { limit }, false).limits).toBeUndefined();
    expect(whatWouldChange(said("breached", { limit }, false), TIME)).toContain(
      "good again when above 2% is no longer true",
    );
    expect(whatWouldChange(said("between", {}, false), TIME)).toBe("good again when its value changes");
    expect(whatWouldChange(said("good", {}, false), TIME)).toBe("missing data");
  });
});
