import type { Backtest, Stop } from "../../../src/backtest/report.ts";
import type { BacktestOutcome, BacktestRequest } from "../../../src/cli/standalone/backtest.ts";
import { DAY, HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { aLimit, aSignal, NOON } from "../../support/builders.ts";
import type { Scripts } from "../scripted-standalone.ts";

const SPREAD = { min: 0.001, p1: 0.001, p5: 0.001, p50: 0.002, p95: 0.003, p99: 0.05, max: 0.062 };
const FROM = NOON - 30 * DAY;

const HALT: Stop = {
  from: FROM + 2 * HOUR,
  to: FROM + 2 * HOUR + 12 * MINUTE,
  verdict: "halt",
  by: ["errors"],
  message: "6.2%, halt above 1% for 5m",
  known: null,
};
const COVERED: Stop = {
  ...HALT,
  from: FROM + DAY,
  to: FROM + DAY,
  verdict: "rollback",
  known: "erp-maintenance",
};

const SHOP: Backtest = {
  gate: "shop",
  hash: "sha256:aa",
  span: { from: FROM, to: NOON - MINUTE, stepMs: MINUTE },
  askedFrom: FROM,
  looks: 43_200,
  queries: 24,
  signals: [
    {
      signal: aSignal({ name: "errors", halt: aLimit("above 1% for 5m") }),
      shares: { good: 0.961, wait: 0.022, halt: 0.0105, rollback: 0.0035, missing: 0.003 },
      stops: [HALT, COVERED],
      spread: SPREAD,
      suggestion: {
        limit: "halt",
        is: "above 1% for 5m",
        percentile: 99.5,
        value: 0.062,
        better: "above 7.5% for 5m",
        passesRollback: false,
      },
      notes: [
        "1 of 2 stops is covered by erp-maintenance",
        "p99.5 is 6.2%: consider `halt: above 7.5% for 5m`",
      ],
      values: Float64Array.of(0.001, 0.002),
    },
    {
      signal: aSignal({ name: "bad-outcomes" }),
      shares: { good: 0, wait: 0, halt: 0, rollback: 0, missing: 1 },
      stops: [],
      spread: null,
      suggestion: null,
      notes: ["no cohort data in this period (flag was off)"],
      values: Float64Array.of(Number.NaN, Number.NaN),
    },
  ],
  guards: [
    {
      guard: '{service="shop"}',
      shares: { good: 1, wait: 0, halt: 0, rollback: 0, missing: 0 },
      stops: [],
      notes: [],
    },
  ],
  stops: [HALT, COVERED],
  placebos: {
    ramps: [
      {
        startedAt: FROM,
        outcome: "halted",
        endedAt: FROM + 2 * HOUR,
        step: 2,
        why: "errors: 6.2%, halt above 1% for 5m",
        known: null,
      },
      {
        startedAt: FROM + 7 * HOUR,
        outcome: "finished",
        endedAt: FROM + 34 * HOUR,
        step: 4,
        why: null,
        known: null,
      },
      {
        startedAt: FROM + 14 * HOUR,
        outcome: "rolled-back",
        endedAt: FROM + DAY,
        step: 3,
        why: "errors: 6.2%",
        known: "erp-maintenance",
      },
    ],
    spacingMs: 7 * HOUR,
    shortestMs: 26 * HOUR,
    without: ["bad-outcomes"],
    none: null,
  },
};

export const REPLAYED: BacktestOutcome = { kind: "done", backtest: SHOP };

export const BACKTEST_OUTCOMES: Scripts<BacktestRequest, BacktestOutcome> = {
  shop: () => REPLAYED,
  quiet: () => ({
    kind: "done",
    backtest: {
      ...SHOP,
      askedFrom: FROM - 15 * DAY,
      stops: [],
      placebos: { ...SHOP.placebos, ramps: [], none: "the gate drives no flag" },
    },
  }),
  hostile: () => ({
    kind: "done",
    backtest: {
      ...SHOP,
      stops: [{ ...HALT, by: ["errors\u202e"] }],
      placebos: { ...SHOP.placebos, ramps: [] },
    },
  }),
  dark: () => ({
    kind: "blind",
    message: "the past of default cannot be read: unreachable: connection refused\n  asked: up\n  is it up?",
  }),
  told: ({ tell }) => {
    tell("asking", 1, 3);
    tell("asking", 1, 3);
    tell("ramps", 1, 2);
    return { kind: "unusable", message: "there is no gate" };
  },
  faulty: () => ({
    kind: "faulty",
    problems: [
      {
        file: "gates/shop.yaml",
        line: 2,
        column: 1,
        length: 4,
        code: "R101",
        severity: "error",
        message: "unknown key `hodl`",
        suggestion: "hold",
      },
    ],
    texts: new Map([["gates/shop.yaml", "schema: gate/v1\nhodl: 5m\n"]]),
  }),
  nowhere: () => ({ kind: "unusable", message: "there is no gate and no file `shop` in gates" }),
};
