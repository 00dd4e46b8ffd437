import { readFileSync } from "node:fs";
import { join } from "node:path";

import { describe, expect, it } from "vitest";

import type { Gate, Signal } from "../../../src/domain/gate.ts";
import { HOUR, MINUTE, SECOND } from "../../../src/domain/instant.ts";
import type { Defaults } from "../../../src/gatefile/defaults.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { DEFAULTS, SMALLEST } from "./defaults.ts";

const LIBRARY = readFileSync(join(import.meta.dirname, "../../fixtures/library/signals.yaml"), "utf8");

function gateOf(text: string, defaults: Defaults = DEFAULTS): Gate {
  const files = [
    { path: "gate.yaml", text },
    { path: "library.yaml", text: LIBRARY },
  ];
  const { gates, problems } = parseFiles(files, defaults);
  const [only] = gates.values();
  if (only === undefined) throw new Error(JSON.stringify(problems, null, 2));
  return only.gate;
}

function codesOf(text: string, defaults: Defaults = DEFAULTS): readonly string[] {
  return parseFiles([{ path: "gate.yaml", text }], defaults).problems.map(({ code }) => code);
}

function signalOf(body: string, more = ""): Signal {
  const [first] = gateOf(`${SMALLEST.split("signals:")[0]}${more}signals:\n${body}`).signals;
  if (first === undefined) throw new Error("no signal");
  return first;
}

const withValues = (count: number): string => {
  const values = Array.from({ length: count }, (_, index) => `shop-${index}`).join(", ");
  return `${SMALLEST}steps: [{ segment: shops, values: [${values}] }, { to: 100% }]\n`;
};

describe("a step with values", () => {
  it("takes as many as Unleash does in one constraint, and not one more", () => {
    expect(gateOf(withValues(250)).steps[0]?.audience).toMatchObject({ kind: "values", label: "shops" });
    const { problems } = parseFiles([{ path: "gate.yaml", text: withValues(251) }], DEFAULTS);
    expect(problems).toMatchObject([
      { code: "R108", message: "`values` must be at most 250 values, not 251" },
    ]);
  });
});

describe("a rollback", () => {
  it("goes one step back where its limit says so, and is the plain sentence where it says 0%", () => {
    const query = "  - query: sum(backlog)\n";
    const back = signalOf(`${query}    rollback: { when: above 20 for 10m, to: previous }\n`);
    expect(back.rollback).toEqual({
      text: "above 20 for 10m",
      comparison: "above",
      value: 20,
      persistence: { kind: "time", ms: 10 * MINUTE },
      to: "previous",
    });
    const whole = signalOf(`${query}    rollback: above 20 for 10m\n`);
    expect(signalOf(`${query}    rollback: { when: above 20 for 10m, to: 0% }\n`)).toEqual(whole);
    expect(whole.rollback).not.toHaveProperty("to");
  });

  it("drains for three days unless the file says how long, and only where it says so", () => {
    const drains = (rollback: string): number | undefined =>
      gateOf(`${SMALLEST}rollback: ${rollback}\n`).drainMs;
    expect(drains("{ mode: drain }")).toBe(72 * HOUR);
    expect(drains("{ mode: drain, drainDeadline: 6h }")).toBe(6 * HOUR);
    expect(gateOf(`${SMALLEST}rollback: { mode: revert }\n`)).not.toHaveProperty("drainMs");
    expect(codesOf(`${SMALLEST}rollback: { mode: dry, drainDeadline: 6h }\n`)).toEqual(["R108"]);
  });
});

describe("the smallest gate", () => {
  it("gets every default the language promises", () => {
    const gate = gateOf(SMALLEST);
    expect(gate).toMatchObject({
      everyMs: 15 * SECOND,
      mode: null,
      bakeMs: 24 * HOUR,
      haltDeadlineMs: 2 * HOUR,
      cooldownMs: HOUR,
      drift: { raised: "halt", changed: "halt" },
      data: { missing: "wait", darkPageMs: 5 * MINUTE, darkHaltMs: 30 * MINUTE, darkRollbackMs: null },
      flag: {
        server: "main",
        project: "default",
        name: "new-checkout",
        environment: "production",
        strategy: null,
        stickiness: null,
        also: [],
        propagationMs: 45 * SECOND,
      },
    });
    expect(gate.steps.map(({ to, holdMs }) => [to, holdMs])).toEqual([
      [5, 30 * MINUTE],
      [25, 30 * MINUTE],
      [50, 30 * MINUTE],
      [100, 30 * MINUTE],
    ]);
  });

  it("understands its ratio as bad of total", () => {
    expect(gateOf(SMALLEST).signals).toEqual([
      {
        name: "checkout-errors-total",
        title: null,
        owner: null,
        runbook: null,
        source: "main",
        measure: {
          kind: "counts",
          query: "sum(rate(checkout_errors_total[5m])) / sum(rate(checkout_requests_total[5m]))",
          bad: "sum(increase(checkout_errors_total[5m]))",
          total: "sum(increase(checkout_requests_total[5m]))",
        },
        unit: "ratio",
        better: "lower",
        lagMs: 0,
        periodMs: null,
        windowMs: 5 * MINUTE,
        settleMs: null,
        samples: null,
        bad: null,
        floor: 1,
        minBad: 5,
        asOf: null,
        emptyIsZeroWitness: null,
        gates: ["advance", "deploy", "finish"],
        missing: { haltMs: 30 * MINUTE, rollbackMs: 2 * HOUR },
        advance: {
          text: "at most 0.5%",
          comparison: "at most",
          value: 0.005,
          persistence: { kind: "at-once" },
        },
        halt: null,
        rollback: {
          text: "above 2% for 2m",
          comparison: "above",
          value: 0.02,
          persistence: { kind: "time", ms: 2 * MINUTE },
        },
      },
    ]);
  });

  it("holds as long as its slowest signal for raises settles", () => {
    const slow = gateOf(SMALLEST.replace("    advance", "    lag: 1h\n    period: 20m\n    advance"));
    expect(slow.steps[0]?.holdMs).toBe(HOUR + 40 * MINUTE);
    const finishOnly = `  - name: ledger\n    query: sum(gap)\n    lag: 1d\n    gates: [finish]\n    advance: at most 3\n`;
    expect(gateOf(SMALLEST + finishOnly).steps[0]?.holdMs).toBe(30 * MINUTE);
  });

  it("ends its default steps where it says it stops", () => {
    expect(gateOf(`${SMALLEST}stopsAt: 30%\n`).steps.map(({ to }) => to)).toEqual([5, 25, 30]);
    expect(gateOf(`${SMALLEST}stopsAt: 25%\n`).steps.map(({ to }) => to)).toEqual([5, 25]);
  });

  it("needs what the configuration leaves open", () => {
    const open = { ...DEFAULTS, environment: null, server: null, source: null };
    expect(codesOf(SMALLEST, open)).toEqual(["R107", "R107", "R107"]);
    const said = SMALLEST.replace("flag: new-checkout", "flag: { unleash: a, environment: dev, server: eu }");
    expect(codesOf(`${said}source: eu\n`, open)).toEqual([]);
  });

  it("is JSON all through", () => {
    const gate = gateOf(
      readFileSync(join(import.meta.dirname, "../../fixtures/good/everything.yaml"), "utf8"),
    );
    expect(JSON.parse(JSON.stringify(gate))).toEqual(gate);
  });
});

describe("everything a gate may say", () => {
  const gate = gateOf(readFileSync(join(import.meta.dirname, "../../fixtures/good/everything.yaml"), "utf8"));

  it("reaches the flag, the steps and the policies", () => {
    expect(gate.flag).toEqual({
      server: "main",
      project: "shop",
      name: "order-export-v2",
      environment: "production",
      strategy: "Gradual rollout",
      stickiness: "orderId",
      also: ["QA and staff"],
      propagationMs: MINUTE,
    });
    const managers = {
      by: "release-managers",
      count: 2,
      notAuthor: true,
      expiresMs: 4 * HOUR,
      onReject: "pause",
    };
    const plain = { count: 1, notAuthor: false, expiresMs: 8 * HOUR, onReject: "rollback" };
    expect(gate.steps).toEqual([
      { to: 5, holdMs: 4 * HOUR, approve: [] },
      { to: 25, holdMs: 12 * HOUR, approve: [{ by: "release-managers", ...plain }] },
      { to: 50, holdMs: expect.any(Number), approve: [managers, { by: "erp-platform", ...plain }] },
    ]);
    expect(gate).toMatchObject({
      mode: "observe",
      everyMs: 30 * SECOND,
      bakeMs: 7 * 24 * HOUR,
      data: { missing: "halt", darkRollbackMs: 2 * HOUR },
      drift: { raised: "revert", changed: "rollback" },
      haltDeadlineMs: 4 * HOUR,
      cooldownMs: 24 * HOUR,
    });
  });

  it("takes a library signal's meaning, the gate's limits and the parameters", () => {
    expect(gate.signals[0]).toMatchObject({
      name: "orders-missing",
      owner: "order-integrations",
      measure: {
        kind: "plain",
        query: `sum(recon_mismatched{integration="oms \\"east\\"", kind="missing"})
  /
sum(recon_checked{integration="oms \\"east\\""} > 0)`,
      },
      samples: 'sum(recon_checked{integration="oms \\"east\\""})',
      asOf: 'max(recon_watermark_timestamp_seconds{integration="oms \\"east\\""})',
      floor: 20_000,
      settleMs: HOUR,
      gates: ["advance", "finish"],
      missing: { haltMs: HOUR, rollbackMs: null },
      halt: { value: 0.002, persistence: { kind: "runs", count: 1 } },
      rollback: { text: ">= 1%", comparison: "at least", value: 0.01 },
    });
  });

  it("inherits all suggested limits by stating none, and the gate's bounds for missing data", () => {
    expect(gate.signals[1]).toMatchObject({
      name: "price-outliers",
      measure: { kind: "counts" },
      advance: { value: 0.01 },
      halt: null,
      rollback: { value: 0.03 },
      missing: { haltMs: 20 * MINUTE, rollbackMs: HOUR },
    });
  });

  it("inherits none by stating one", () => {
    const one = signalOf("  - use: price-outliers\n    halt: above 5%\n");
    expect([one.advance, one.halt?.value, one.rollback]).toEqual([null, 0.05, null]);
  });

  it("does not take successes for bad outcomes where higher is better", () => {
    expect(gate.signals[4]).toMatchObject({
      better: "higher",
      unit: "ratio",
      measure: { kind: "plain" },
      samples: "sum(increase(checkouts_total[30m]))",
      windowMs: 30 * MINUTE,
    });
  });

  it("reads ages, counts and zeros in their own units", () => {
    expect(gate.signals[2]).toMatchObject({ advance: { value: 1_200 }, halt: { value: 5_400 }, windowMs: 0 });
    expect(gate.signals[3]).toMatchObject({
      emptyIsZeroWitness: "count(up)",
      advance: { comparison: "exactly", value: 0 },
    });
  });
});

describe("a signal's window", () => {
  it.each([
    ["sum(rate(a[10m]))", "", 10 * MINUTE],
    ["sum(increase(a[10m]))", "    unit: count\n", 0],
    ["max(a)", "", 0],
    ["min(min_over_time(a[10m]))", "", 0],
    ["sum(a:rate5m)", "    window: 5m\n", 5 * MINUTE],
  ])("of %s %s", (query, more, expected) => {
    expect(signalOf(`  - query: ${query}\n    halt: above 3\n${more}`).windowMs).toBe(expected);
  });
});

describe("a plain value's direction", () => {
  it.each([
    ["halt: above 3", "lower"],
    ["halt: below 3", "higher"],
    ["advance: at least 3", "higher"],
    ['halt: "< 3"', "higher"],
    ["advance: exactly 0", "lower"],
  ])("follows from %s", (limit, better) => {
    expect(signalOf(`  - query: sum(a)\n    ${limit}\n`).better).toBe(better);
  });
});

describe("a query given with its bad outcomes", () => {
  it("stays as it is written", () => {
    const signal = signalOf(
      "  - query: sum(rate(a[5m])) / sum(rate(b[5m]))\n    bad: sum(increase(a[1h]))\n    halt: above 3%\n",
    );
    expect(signal).toMatchObject({ measure: { kind: "plain" }, unit: "ratio", bad: "sum(increase(a[1h]))" });
  });
});

describe("parameters", () => {
  it("are escaped, so that no value can end its string", () => {
    const signal = signalOf(`  - use: price-outliers\n    with: { price_list: 'a"} or vector(1) #\\d' }\n`);
    expect(signal.measure.query).toContain('price_list=~"a\\"} or vector(1) #\\\\d"}');
  });

  it("leave `$` of regular expressions alone", () => {
    expect(signalOf(`  - query: sum(a{b=~"x$|y$"})\n    halt: above 3\n`).measure.query).toBe(
      'sum(a{b=~"x$|y$"})',
    );
  });
});
