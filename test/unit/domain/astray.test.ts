import { describe, expect, test } from "vitest";
import { isAstray, settleAnew } from "../../../src/domain/astray.ts";
import { HOUR, SECOND } from "../../../src/domain/instant.ts";
import { NOON, aLastPass, aRecord, anExposure, passFacts } from "../../support/builders.ts";

describe("a clock is astray", () => {
  test.each([
    [5_000, false],
    [5_001, true],
    [-5_001, true],
  ])("when Prometheus contradicts it by more than 5 s: %s ms", (clockSkewMs, expected) => {
    expect(isAstray(aLastPass({ astray: !expected }), passFacts({ clockSkewMs }))).toBe(expected);
  });

  test.each([
    { what: "nothing came before", lastPass: null, expected: false },
    { what: "it was right before", lastPass: aLastPass(), expected: false },
    { what: "it was wrong before", lastPass: aLastPass({ astray: true }), expected: true },
    { what: "it has gone back", lastPass: aLastPass({ at: NOON + SECOND }), expected: true },
  ])("while no source answers: $what, $expected", ({ lastPass, expected }) => {
    expect(isAstray(lastPass, passFacts({ clockSkewMs: null }))).toBe(expected);
  });
});

describe("readings settle anew", () => {
  const exposure = anExposure({ changedAt: NOON - HOUR });

  test("from the pass at which the clock is right again", () => {
    const record = aRecord({ exposure, lastPass: aLastPass({ astray: true }) });
    expect(settleAnew(record, passFacts({ clockSkewMs: 0 })).exposure).toEqual({
      ...exposure,
      changedAt: NOON,
    });
  });

  test.each([
    { what: "it was right before", lastPass: aLastPass(), clockSkewMs: 0 },
    { what: "nothing came before", lastPass: null, clockSkewMs: 0 },
    { what: "it is still wrong", lastPass: aLastPass({ astray: true }), clockSkewMs: HOUR },
    { what: "nothing has shown that it is right", lastPass: aLastPass({ astray: true }), clockSkewMs: null },
  ])("never while $what", ({ lastPass, clockSkewMs }) => {
    const record = aRecord({ exposure, lastPass });
    expect(settleAnew(record, passFacts({ clockSkewMs }))).toBe(record);
  });
});
