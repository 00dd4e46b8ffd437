import { beforeEach, describe, expect, test } from "vitest";
import type { AlertRule } from "../../../src/domain/alert.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import { MINUTE } from "../../../src/domain/instant.ts";
import { type CheckPorts, checkGate } from "../../../src/trial/check-gate.ts";
import {
  aFlagSeen,
  aGate,
  aGuard,
  aLimit,
  aSignal,
  aStep,
  aStrategy,
  anActiveAlert,
  anAlertRule,
  NOON,
} from "../../support/builders.ts";
import { createScriptedHistory } from "../../support/scripted-history.ts";
import { createScriptedMetrics } from "../../support/scripted-metrics.ts";
import { createScriptedSilencers } from "../../support/scripted-silencers.ts";

const ERRORS = aSignal({ rollback: aLimit("above 5% for 2m") });

let metrics: ReturnType<typeof createScriptedMetrics>;
let history: ReturnType<typeof createScriptedHistory>;

beforeEach(() => {
  metrics = createScriptedMetrics();
  history = createScriptedHistory();
});

function check(
  gate: Partial<Gate> = {},
  purpose: "advance" | "deploy" | "finish" | null = null,
  flags: CheckPorts["flags"] = null,
) {
  const ports = { metrics, history, silencers: createScriptedSilencers(), flags };
  const asked = { gate: aGate({ signals: [ERRORS], ...gate }), hash: "sha256:aa", purpose, now: NOON };
  return checkGate(asked, ports);
}

/** A watch-only gate of one guard on these rules. */
function guarded(...rules: readonly AlertRule[]): Partial<Gate> {
  metrics.setAlertRules(() => ({ kind: "known", rules }));
  return { flag: null, steps: [], signals: [], alerts: [aGuard()] };
}

describe("signals", () => {
  test("that are good open the gate, whatever holds and approvals its steps ask for", async () => {
    metrics.set("errors", 0.001);
    const steps = [
      aStep({
        to: 100,
        holdMs: 30 * MINUTE,
        approve: [{ by: "all", count: 1, notAuthor: true, expiresMs: 1, onReject: "pause" }],
      }),
    ];
    expect(await check({ steps, mode: "observe" })).toMatchObject({
      for: "advance",
      open: true,
      exitCode: 0,
      state: "idle",
      step: { next: null },
    });
  });

  test("that breach now and breached for all of the `for` are a rollback", async () => {
    metrics.set("errors", 0.5);
    history.set("errors", () => 0.5);
    expect(await check()).toMatchObject({ open: false, exitCode: 4, verdict: "rollback" });
  });

  test("that breach since a minute only wait", async () => {
    metrics.set("errors", 0.5);
    history.set("errors", (at) => (at < NOON - MINUTE ? 0.001 : 0.5));
    const signals = [aSignal({ halt: null, rollback: aLimit("above 5% for 2m") })];
    expect(await check({ signals })).toMatchObject({ exitCode: 3, because: [{ code: "between" }] });
  });

  test("that breach while their past cannot be read cannot be seen", async () => {
    metrics.set("errors", 0.5);
    history.fail("timeout");
    const signals = [aSignal({ halt: null, rollback: aLimit("above 5% for 2m") })];
    for (const purpose of ["advance", "deploy"] as const) {
      expect(await check({ signals }, purpose)).toMatchObject({ open: false, exitCode: 6 });
    }
  });

  test("that do not answer cannot be seen, at once, whatever the gate says of missing data", async () => {
    const data = { ...aGate().data, missing: "rollback" as const };
    expect(await check({ data })).toMatchObject({ exitCode: 6, because: [{ code: "missing" }] });
  });

  test("whose data is old cannot be seen", async () => {
    metrics.set("errors", 0.001);
    metrics.newest("errors", NOON - 10 * MINUTE);
    expect(await check()).toMatchObject({ open: false, exitCode: 6 });
  });

  test("of a Prometheus that cannot be reached cannot be seen", async () => {
    metrics.fail("unreachable");
    history.fail("unreachable");
    expect(await check()).toMatchObject({ open: false, exitCode: 6 });
  });

  test("that gate no deploy do not close one", async () => {
    metrics.set("errors", 0.015);
    const signals = [aSignal({ gates: ["advance"] })];
    expect(await check({ signals }, "deploy")).toMatchObject({ open: true, exitCode: 0 });
    expect(await check({ signals }, "advance")).toMatchObject({ open: false, exitCode: 3 });
  });

  test("that gate the finish alone count when a finish is asked about", async () => {
    metrics.set("errors", 0.015);
    const signals = [aSignal({ gates: ["finish"] })];
    expect(await check({ signals }, "finish")).toMatchObject({ open: false, exitCode: 3 });
    metrics.set("errors", 0.001);
    expect(await check({ signals }, "finish")).toMatchObject({ open: true, exitCode: 0 });
  });

  test("cannot be believed while our clock and the source's differ", async () => {
    metrics.set("errors", 0.001);
    metrics.setClockSkew(MINUTE);
    expect(await check()).toMatchObject({ exitCode: 3, because: [{ kind: "health", code: "clock" }] });
  });
});

describe("alerts", () => {
  test("that are inactive and can see open a gate that only watches, which says what that is worth", async () => {
    expect(await check(guarded(anAlertRule()))).toMatchObject({
      for: "deploy",
      open: true,
      exitCode: 0,
      remarks: ["guards only: nothing proves health"],
    });
  });

  test.each([
    ["pending", 3],
    ["firing", 4],
  ] as const)("that are %s end with %s", async (state, exitCode) => {
    const rule = anAlertRule({ active: [anActiveAlert({ state })] });
    expect(await check(guarded(rule))).toMatchObject({ open: false, exitCode });
  });

  test("whose exporter is dead cannot be seen, although their rule is inactive and healthy", async () => {
    const freshness = {
      kind: "known" as const,
      selectors: [{ selector: "errors", newest: null, scrapeIntervalMs: 15_000 }],
    };
    expect(await check(guarded(anAlertRule({ freshness })))).toMatchObject({ open: false, exitCode: 6 });
  });

  test("that no rule makes cannot be seen", async () => {
    expect(await check(guarded())).toMatchObject({ open: false, exitCode: 6 });
  });
});

function flagAt(percent: number, more: Partial<CheckPorts["flags"] & object> = {}): CheckPorts["flags"] {
  return {
    observe: async () => aFlagSeen({ strategies: [aStrategy({ rollout: String(percent) })] }),
    preflight: async () => [],
    events: async () => [],
    write: () => Promise.reject(new Error("nothing is written")),
    switchOff: () => Promise.reject(new Error("nothing is written")),
    ownUserId: async () => null,
    segments: async () => null,
    ...more,
  };
}

const within = (rollout: string, segments = '[{"constraints":[],"id":7}]') =>
  flagAt(0, {
    observe: async () => aFlagSeen({ strategies: [aStrategy({ rollout, segments })] }),
    segments: async () => new Map([["staff", 7]]),
  });

describe("the flag", () => {
  const event = {
    id: 1,
    type: "feature-strategy-update",
    at: NOON - MINUTE,
    by: "colleague",
    byUserId: 7,
    environment: "production",
    strategyId: aStrategy().id,
    rolloutBefore: "5",
    rolloutAfter: "25",
    titleAfter: null,
  };

  test("says which step comes next", async () => {
    metrics.set("errors", 0.001);
    expect(await check({}, "advance", flagAt(25))).toMatchObject({
      open: true,
      exposure: { set: 25 },
      step: { index: 2, of: 3, next: 100 },
    });
  });

  const steps = [
    aStep({ to: 100, audience: { kind: "segment", name: "staff" } }),
    aStep({ to: 5 }),
    aStep({ to: 100 }),
  ];

  test.each([
    ["100", 1, undefined, 5],
    ["50", 0, "segment staff", 100],
  ])(
    "at %s% of a segment stands at step %i, and never at a percent of everybody",
    async (rollout, index, nextAudience, next) => {
      metrics.set("errors", 0.001);
      const answer = await check({ steps }, "advance", within(rollout));
      expect(answer.exposure).toMatchObject({ set: Number(rollout), audience: "segment staff" });
      expect(answer.step).toEqual({
        index,
        of: 3,
        next,
        ...(nextAudience === undefined ? {} : { nextAudience }),
      });
      expect(answer.remarks.join()).toContain("the strategy has constraints or segments of its own");
    },
  );

  test("with a segment of no step is told by that, before every step", async () => {
    metrics.set("errors", 0.001);
    const answer = await check({ steps }, "advance", within("100", '[{"constraints":[],"id":8}]'));
    expect(answer).toMatchObject({ exposure: { set: 100, audience: "segment 8" }, step: { index: 0 } });
  });

  test("that stands at a percent of everybody covers no step with a segment", async () => {
    metrics.set("errors", 0.001);
    const answer = await check({ steps }, "advance", within("5", "[]"));
    expect(answer.exposure).not.toHaveProperty("audience");
    expect(answer.step).toEqual({ index: 2, of: 3, next: 100 });
  });

  test("that rose a minute ago lets its signals settle", async () => {
    metrics.set("errors", 0.001);
    const signals = [aSignal({ settleMs: 10 * MINUTE })];
    const answer = await check({ signals }, "advance", flagAt(25, { events: async () => [event] }));
    expect(answer).toMatchObject({ open: false, exitCode: 3, because: [{ kind: "settle" }] });
  });

  test("of another environment changes nothing here", async () => {
    metrics.set("errors", 0.001);
    const signals = [aSignal({ settleMs: 10 * MINUTE })];
    const elsewhere = { ...event, environment: "development" };
    const answer = await check({ signals }, "advance", flagAt(25, { events: async () => [elsewhere] }));
    expect(answer).toMatchObject({ open: true });
  });

  test("that could not be driven is a remark, and so is a log that cannot be read", async () => {
    metrics.set("errors", 0.001);
    const refusal = { code: "no-right" as const, message: "this token may not update the strategy" };
    const flags = flagAt(25, { preflight: async () => [refusal], events: async () => null });
    const { open, remarks } = await check({}, "advance", flags);
    expect(open).toBe(true);
    expect(remarks).toEqual([
      "a ramp could not start: this token may not update the strategy (give the token's user that permission for this project and environment)",
      "when the flag last changed is not known: its event log cannot be read",
    ]);
  });

  test("that cannot be read closes what would raise it", async () => {
    metrics.set("errors", 0.001);
    const flags = flagAt(25, { observe: async () => ({ kind: "unreadable", detail: "refused" }) });
    expect(await check({}, "advance", flags)).toMatchObject({ open: false, exitCode: 6 });
  });

  test("that is switched off exposes nobody, whatever its percent", async () => {
    metrics.set("errors", 0.001);
    const seen = aFlagSeen({ environmentEnabled: false, strategies: [aStrategy({ rollout: "25" })] });
    expect(await check({}, "advance", flagAt(25, { observe: async () => seen }))).toMatchObject({
      exposure: { set: 0 },
      step: { index: 0, next: 5 },
    });
  });
});
