import { beforeEach, describe, expect, it } from "vitest";

import type { Flags } from "../../../../src/control/ports.ts";
import type { FlagObservation } from "../../../../src/domain/flag.ts";
import { placedGates } from "../../../../src/gatefile/placed-gates.ts";
import { lintOnline, type OnlineLint } from "../../../../src/trial/online/lint-online.ts";
import type { Catalogue, FlagServers, MetricMeta } from "../../../../src/trial/ports.ts";
import { anAlertRule } from "../../../support/builders.ts";
import { createFakeFlags } from "../../../support/fake-flags.ts";
import { manualClock } from "../../../support/manual-clock.ts";
import { createScriptedHistory, type ScriptedHistory } from "../../../support/scripted-history.ts";
import { createScriptedMetrics, type ScriptedMetrics } from "../../../support/scripted-metrics.ts";
import { createSeriesCatalogue } from "../../../support/series-catalogue.ts";
import { DEFAULTS } from "../../gatefile/defaults.ts";

const NOW = Date.UTC(2026, 2, 3, 10);

let metrics: ScriptedMetrics;
let history: ScriptedHistory;

beforeEach(() => {
  metrics = createScriptedMetrics();
  history = createScriptedHistory();
});

const SERIES = [
  { __name__: "erp_calls_total", result: "ok", shop: "se" },
  { __name__: "erp_calls_total", result: "error", shop: "dk" },
  { __name__: "erp_backlog", shop: "se" },
];

function gateFile(query: string, flag = "order-export"): string {
  return `schema: gate/v1
name: order-export
owner: team-orders
flag: ${flag}
signals:
  - name: one
    query: '${query}'
    unit: count
    halt: above 5
`;
}

type World = {
  readonly series?: Partial<Catalogue>;
  readonly types?: readonly MetricMeta[];
  readonly seen?: FlagObservation;
  readonly fields?: Awaited<ReturnType<FlagServers["stickyFields"]>>;
};

async function lint(text: string, world: World = {}): Promise<OnlineLint> {
  const catalogue = createSeriesCatalogue(SERIES, {
    metadata: async () => ({ kind: "known", metrics: world.types ?? [] }),
    ...world.series,
  });
  const servers: FlagServers = {
    about: async () => ({ kind: "unreachable", detail: "not asked" }),
    token: async () => ({ kind: "unreachable", detail: "not asked" }),
    served: async () => ({ kind: "no-token" }),
    stickyFields: async () => world.fields ?? { kind: "told", fields: ["orderId"] },
  };
  const { seen } = world;
  const { flags: fake } = createFakeFlags(manualClock(NOW));
  const flags: Flags = seen === undefined ? fake : { ...fake, observe: async () => seen };
  const gates = placedGates([{ path: "gate.yaml", text }], DEFAULTS);
  expect(gates).toHaveLength(1);
  const unleash = seen === undefined ? null : { flags, servers };
  return lintOnline(gates, { metrics, catalogue, history, unleash }, NOW);
}

/** Each problem with the stretch of the file it points at. */
async function found(text: string, world: World = {}): Promise<readonly (readonly string[])[]> {
  const { problems, unseen } = await lint(text, world);
  expect(unseen).toEqual([]);
  return problems.map(({ code, severity, line, column, length, message, suggestion }) => {
    const at = (text.split("\n")[line - 1] ?? "").slice(column - 1, column - 1 + length);
    return [`${severity} ${code}`, at, message, suggestion ?? ""];
  });
}

const meta = (name: string, type: string): MetricMeta => ({ name, type, help: "", unit: "" });
const ABSENT: FlagObservation = { kind: "absent", what: "flag" };

describe("series that are there", () => {
  it("leave nothing to say", async () => {
    expect(await found(gateFile('sum(erp_backlog{shop="se"})'))).toEqual([]);
  });
});

describe("series that are not", () => {
  it("are an error where the metric has none at all, with the name that was meant", async () => {
    const world = { types: [meta("erp_backlog", "gauge")] };
    expect(await found(gateFile("sum(erp_backlgo)"), world)).toEqual([
      ["error R311", "erp_backlgo", "there is no series `erp_backlgo`", "did you mean `erp_backlog`?"],
    ]);
  });

  it("are a warning at the value that no series has, with those there are", async () => {
    expect(await found(gateFile('sum(increase(erp_calls_total{result="err"}[5m]))'))).toEqual([
      ["warning R311", "err", "`result` of `erp_calls_total` is never `err`", "there is `ok`, `error`"],
    ]);
  });

  it("are a warning at a label that no series has", async () => {
    expect(await found(gateFile('sum(erp_backlog{shopp="se"})'))).toEqual([
      ["warning R311", "shopp", "no series of `erp_backlog` has the label `shopp`", "did you mean `shop`?"],
    ]);
  });

  it("are a warning where only the labels together have none", async () => {
    const selector = 'erp_calls_total{result="ok", shop="dk"}';
    const [only] = await found(gateFile(`sum(rate(${selector}[5m]))`));
    expect(only?.slice(0, 3)).toEqual(["warning R311", selector, `no series fits \`${selector}\` now`]);
  });
});

describe("what targets and answers say", () => {
  it("is an error where a counter function stands on a gauge", async () => {
    const world = { types: [meta("erp_backlog", "gauge")] };
    const [only] = await found(gateFile("sum(increase(erp_backlog[5m]))"), world);
    expect(only?.slice(0, 2)).toEqual(["error R310", "erp_backlog"]);
  });

  it("is a warning where the query answers several series now", async () => {
    metrics.set("erp_backlog", {
      kind: "unknown",
      reason: "many-series",
      detail: "3 series match; one is needed",
    });
    const [only] = await found(gateFile("erp_backlog"));
    expect(only?.slice(0, 3)).toEqual(["warning R306", "erp_backlog", "3 series match; one is needed"]);
  });

  it("is an error where Prometheus refuses the query", async () => {
    metrics.set("sum(erp_backlog)", { kind: "unknown", reason: "http-400", detail: "parse error" });
    const [only] = await found(gateFile("sum(erp_backlog)"));
    expect(only?.slice(0, 3)).toEqual([
      "error R301",
      "sum(erp_backlog)",
      "Prometheus refuses the query: parse error",
    ]);
  });

  it("is a warning where nothing tells how old the data is", async () => {
    metrics.setFreshness("sum(erp_backlog)", {
      kind: "unknown",
      reason: "bad-answer",
      detail: "no rule records it",
    });
    const [only] = await found(gateFile("sum(erp_backlog)"));
    expect(only?.slice(0, 3)).toEqual(["warning R314", "sum(erp_backlog)", "no rule records it"]);
  });
});

function watching(query: string): string {
  const alive = `  - { name: alive, query: '${query}', unit: ratio, advance: at least 100% }\n`;
  return gateFile("sum(erp_backlog)") + alive;
}

describe("a job with several targets", () => {
  const SERIES_OF_TWO = ["a", "b"].flatMap((instance) => [
    { __name__: "erp_calls_total", job: "erp", instance },
    { __name__: "erp_backlog", job: "erp", instance },
    { __name__: "up", job: "erp", instance },
    { __name__: "up", job: "wms", instance },
  ]);
  const world = { series: createSeriesCatalogue(SERIES_OF_TWO) };

  it("is told once, where it is read first, with what watches it", async () => {
    const text = `${gateFile("sum(erp_backlog)")}  - { name: two, query: sum(erp_calls_total), unit: count, halt: above 5 }\n`;
    expect(await found(text, world)).toEqual([
      [
        "hint R315",
        "erp_backlog",
        "it comes from 2 targets of the job `erp`: if one is dead, the others still answer",
        'watch them all: `{ use: exporters-up, with: { job: "erp" } }`',
      ],
    ]);
  });

  it("is well where some signal reads whether they are up, and not where it reads that of others", async () => {
    expect(await found(watching('avg(up{job="erp"})'), world)).toEqual([]);
    const others = await found(watching('avg(up{job="wms"})'), world);
    expect(others.map(([code]) => code)).toEqual(["hint R315"]);
  });

  it("with one target, or of a recorded series, is nothing to say", async () => {
    const one = SERIES_OF_TWO.filter(({ instance }) => instance === "a");
    const recorded = [{ __name__: "erp_backlog", job: "erp" }, { __name__: "erp_backlog" }];
    for (const series of [one, recorded])
      expect(await found(gateFile("sum(erp_backlog)"), { series: createSeriesCatalogue(series) })).toEqual(
        [],
      );
  });
});

function guarded(match: string): string {
  return `${gateFile("sum(erp_backlog)")}alerts: ['${match}']\n`;
}

describe("a guard", () => {
  const world = {
    series: { allAlertRules: async () => ({ kind: "known", rules: [anAlertRule()] }) as const },
  };

  it("with a rule behind it is nothing to say", async () => {
    metrics.setAlertRules(() => ({ kind: "known", rules: [anAlertRule()] }));
    expect(await found(guarded("CheckoutErrors"), world)).toEqual([]);
  });

  it("by a name that no rule has is an error, with the name that was meant", async () => {
    metrics.setAlertRules(() => ({ kind: "known", rules: [] }));
    expect(await found(guarded("CheckoutError"), world)).toEqual([
      [
        "error R316",
        "'CheckoutError'",
        "no alerting rule matches `CheckoutError`",
        "did you mean `CheckoutErrors`?",
      ],
    ]);
  });

  it("by labels that no rule has now is a warning: series may bring them", async () => {
    metrics.setAlertRules(() => ({ kind: "known", rules: [] }));
    const [only] = await found(guarded('{service="chekout"}'), world);
    expect(only?.[0]).toBe("warning R316");
    const [named] = await found(guarded('{alertname="CheckoutErrors", shop="se"}'), world);
    expect(named?.[0]).toBe("warning R316");
  });

  it("of a source that does not tell its rules is not seen", async () => {
    metrics.setAlertRules(() => ({ kind: "unknown", reason: "http-503", detail: "down" }));
    expect((await lint(guarded("CheckoutErrors"), world)).unseen).toContain("main: down (http-503)");
  });
});

describe("the flag", () => {
  it("that is not there is an error", async () => {
    const [only] = await found(gateFile("sum(erp_backlog)"), { seen: ABSENT });
    expect(only?.slice(0, 3)).toEqual([
      "error R129",
      "order-export",
      "main has no flag `order-export` in the project `default`",
    ]);
  });

  it("that sticks to a field nobody knows is an error at that field", async () => {
    const text = gateFile("sum(erp_backlog)", "{ unleash: order-export, stickiness: orderID }");
    const problems = await found(text, { seen: ABSENT });
    expect(problems.find(([code]) => code === "error R112")?.slice(1)).toEqual([
      "orderID",
      "main knows no context field `orderID` that may be used for stickiness",
      "did you mean `orderId`?",
    ]);
  });

  it("may stick to a field that was made for it, or that every server has", async () => {
    for (const field of ["orderId", "userId"]) {
      const text = gateFile("sum(erp_backlog)", `{ unleash: order-export, stickiness: ${field} }`);
      const codes = (await found(text, { seen: ABSENT })).map(([code]) => code);
      expect(codes).toEqual(["error R129"]);
    }
  });

  it("is not asked about where nobody names an Unleash", async () => {
    expect(await found(gateFile("sum(erp_backlog)"))).toEqual([]);
  });
});

const dark = async () => ({ kind: "unknown", reason: "unreachable", detail: "connection refused" }) as const;

describe("who does not answer", () => {
  it("is told once each, and nothing is concluded from it", async () => {
    metrics.fail("unreachable");
    const text = gateFile("sum(erp_backlgo)", "{ unleash: order-export, stickiness: orderID }");
    const { problems, unseen } = await lint(text, {
      series: { seriesOf: dark, metadata: dark },
      seen: { kind: "unreadable", detail: "timed out" },
      fields: { kind: "unreachable", detail: "timed out" },
    });
    expect(problems).toEqual([]);
    expect(unseen).toContain("main: connection refused (unreachable)");
    expect(unseen).toContain("main: timed out");
    expect(new Set(unseen).size).toBe(unseen.length);
  });
});

describe("what the past says", () => {
  const PROVING = `schema: gate/v1
name: order-export
owner: team-orders
flag: order-export
steps: [{ to: 1%, prove: 3% }, { to: 100% }]
signals:
  - name: outcomes
    counts: { bad: 'bad_total{out="bad"}', total: bad_total }
    cohorts: { candidate: v="on", control: v="off" }
    advance: at most 1pp over control
  - { name: backlog, query: sum(erp_backlog), halt: above 5 }
`;

  it("is a warning at a proof that would take too long, and at a signal that would have stopped ramps", async () => {
    history.set('sum(increase(bad_total{v="off"}[1h]))', () => 10);
    history.set("sum(erp_backlog)", () => 9);
    const { problems, unseen } = await lint(PROVING);
    expect(unseen).toEqual([]);
    const told = problems.filter(({ code }) => code === "R205" || code === "R211");
    expect(told.map(({ code, severity, line, column }) => [code, severity, line, column])).toEqual([
      ["R205", "warning", 5, 26],
      ["R211", "warning", 11, 29],
    ]);
  });

  it("is no problem where it cannot be read, and that is told", async () => {
    history.fail("timeout");
    const { problems, unseen } = await lint(PROVING);
    expect(problems.filter(({ code }) => code === "R205" || code === "R211")).toEqual([]);
    expect(unseen).toEqual([
      "main: scripted timeout (timeout)",
      "outcomes cannot be counted: timeout: scripted timeout",
    ]);
  });
});
