import { beforeEach, describe, expect, it, test } from "vitest";
import type { AlertRule } from "../../../src/domain/alert.ts";
import type { Gate } from "../../../src/domain/gate.ts";
import type { Labels } from "../../../src/domain/matcher.ts";
import { parseFiles } from "../../../src/gatefile/parse-files.ts";
import { matches } from "../../../src/matchers/matchers.ts";
import { type GateProposal, type ProposalAsked, proposeGate } from "../../../src/trial/propose-gate.ts";
import { anActiveAlert, anAlertRule, NOON } from "../../support/builders.ts";
import { fakeStrategy } from "../../support/fake-flag-edits.ts";
import { createFakeFlags, type FakeFlags } from "../../support/fake-flags.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { createScriptedHistory, type ScriptedHistory } from "../../support/scripted-history.ts";
import { createScriptedMetrics, type ScriptedMetrics } from "../../support/scripted-metrics.ts";
import { createSeriesCatalogue } from "../../support/series-catalogue.ts";

const DEFAULTS = { environment: "production", server: "main", source: "main", scrapeIntervalMs: 15_000 };
const REQUESTS: readonly Labels[] = [
  { __name__: "http_requests_total", job: "checkout", code: "200" },
  { __name__: "http_requests_total", job: "checkout", code: "500" },
  { __name__: "up", job: "checkout" },
];
const TOTAL = 'sum(increase(http_requests_total{job="checkout"}[5m]))';
const BAD = 'sum(increase(http_requests_total{job="checkout",code=~"5.."}[5m]))';

let metrics: ScriptedMetrics;
let history: ScriptedHistory;
let flags: FakeFlags;
let rules: readonly AlertRule[];

beforeEach(() => {
  metrics = createScriptedMetrics();
  history = createScriptedHistory();
  flags = createFakeFlags(manualClock(NOON));
  rules = [];
  metrics.set(TOTAL, 1_000);
  metrics.set(BAD, 10);
  metrics.setAlertRules((matchers) => ({
    kind: "known",
    rules: rules.filter((rule) => matches(matchers, { ...rule.labels, alertname: rule.name })),
  }));
});

function propose(fields: Partial<ProposalAsked> = {}, series = REQUESTS): Promise<GateProposal> {
  const catalogue = createSeriesCatalogue(series, {
    allAlertRules: async () => ({ kind: "known", rules }),
  });
  const asked: ProposalAsked = {
    service: "checkout",
    source: "main",
    name: null,
    owner: "team-checkout",
    flag: null,
    defaults: DEFAULTS,
    ...fields,
  };
  return proposeGate({ metrics, history, catalogue, flags: flags.flags }, asked, NOON);
}

async function text(fields: Partial<ProposalAsked> = {}, series = REQUESTS): Promise<string> {
  const proposal = await propose(fields, series);
  if (proposal.kind !== "proposed") throw new Error(JSON.stringify(proposal));
  return proposal.text;
}

/** The proposed gate as the server would load it: without errors and without warnings. */
async function gate(fields: Partial<ProposalAsked> = {}, series = REQUESTS): Promise<Gate> {
  const written = await text(fields, series);
  const { gates, problems } = parseFiles([{ path: "gate.yaml", text: written }], fields.defaults ?? DEFAULTS);
  expect(problems.filter(({ severity }) => severity !== "hint")).toEqual([]);
  const [only] = gates.values();
  if (only === undefined) throw new Error(written);
  return only.gate;
}

const onFlag = { server: "main", name: "fast-lane", environment: "production", strategy: null } as const;

describe("signals", () => {
  it("come from what is there, as counts, with limits and with no mode", async () => {
    expect(await gate()).toMatchObject({
      name: "checkout",
      owner: "team-checkout",
      service: "checkout",
      mode: null,
      flag: null,
      signals: [
        {
          name: "errors",
          measure: { kind: "counts", bad: BAD, total: TOTAL },
          advance: { text: "at most 1%" },
          rollback: { text: "above 4% for 5m" },
        },
      ],
    });
  });

  it("say what they read now and that their limits are only suggested", async () => {
    const written = await text();
    expect(written).toContain("# Now: 1%.");
    expect(written).toContain("# Suggested limits: there is no day of history");
  });

  it("take their limits from the last day where there is one", async () => {
    history.set('sum(rate(http_requests_total{job="checkout"}[5m]))', () => 10);
    history.set('sum(rate(http_requests_total{job="checkout",code=~"5.."}[5m]))', () => 0.2);
    expect((await gate()).signals[0]).toMatchObject({ advance: { text: "at most 2.4%" } });
  });

  it("look back over at least four scrapes", async () => {
    metrics.setScrapeInterval(120_000);
    const total = 'sum(increase(http_requests_total{job="checkout"}[8m]))';
    metrics.set(total, 5);
    expect((await gate()).signals[0]).toMatchObject({ measure: { total } });
  });

  it("are left out when they cannot be read now, and the next one is taken", async () => {
    metrics.set(TOTAL, { kind: "unknown", reason: "timeout", detail: "too slow" });
    metrics.set('avg(up{job="checkout"})', 1);
    const proposal = await propose();
    expect(await gate()).toMatchObject({ signals: [{ name: "targets-up", better: "higher" }] });
    expect(proposal).toMatchObject({ remarks: ["left out: http_requests_total: timeout: too slow"] });
  });

  it("are taken without traffic when their data is fresh", async () => {
    metrics.set(TOTAL, 0);
    metrics.set(BAD, 0);
    expect(await text()).toContain("no traffic right now");
  });

  it("are not taken when their data is old", async () => {
    metrics.newest(TOTAL, NOON - 600_000);
    expect(await propose({}, REQUESTS.slice(0, 2))).toMatchObject({
      kind: "nothing",
      leftOut: [expect.stringContaining("stale")],
    });
  });

  it("watch how quick the service is where a day of buckets shows what is usual", async () => {
    history.setSeries('sum by (le) (rate(http_request_duration_seconds_bucket{job="checkout"}[5m]))', [
      bucket("0.5", 99),
      bucket("+Inf", 100),
    ]);
    metrics.set(
      'sum(rate(http_request_duration_seconds_bucket{job="checkout",le="0.5"}[5m])) / sum(rate(http_request_duration_seconds_count{job="checkout"}[5m]))',
      0.99,
    );
    metrics.set('sum(increase(http_request_duration_seconds_count{job="checkout"}[5m]))', 100);
    const series = [...REQUESTS, { __name__: "http_request_duration_seconds_count", job: "checkout" }];
    const { signals } = await gate({}, series);
    expect(signals[1]).toMatchObject({
      name: "within-500ms",
      better: "higher",
      advance: { text: "at least 98%" },
    });
    expect(signals[1]?.samples).not.toBeNull();
  });
});

describe("alerts", () => {
  it("are guarded by the label that their rules name the service with", async () => {
    rules = [anAlertRule({ active: [anActiveAlert()] }), anAlertRule({ name: "CheckoutSlow" })];
    expect((await gate()).alerts).toMatchObject([{ match: '{service="checkout"}', firing: "halt" }]);
    expect(await text()).toContain("# CheckoutErrors of group checkout: firing now.");
  });

  it("that see nothing are left out, and the others are guarded one by one", async () => {
    const blind = anAlertRule({ name: "CheckoutCache", health: "err", lastError: "parse error" });
    rules = [anAlertRule(), blind];
    expect((await gate()).alerts.map(({ match }) => match)).toEqual([
      '{alertname="CheckoutErrors", service="checkout"}',
    ]);
    expect(await propose()).toMatchObject({
      remarks: [expect.stringContaining("CheckoutCache cannot be evaluated: parse error")],
    });
  });

  it("that select by the service without keeping its label are guarded by name", async () => {
    rules = [anAlertRule({ labels: {}, query: 'sum(rate(x{job=~"checkout|basket"}[5m])) > 1' })];
    expect((await gate()).alerts).toMatchObject([{ match: '{alertname="CheckoutErrors"}' }]);
  });

  it("of every service there is are nobody's", async () => {
    rules = [anAlertRule({ labels: {}, query: 'up{job=~".+"} == 0' })];
    expect((await gate()).alerts).toEqual([]);
  });

  it("say who owns the service when nobody else does", async () => {
    rules = [anAlertRule({ labels: { service: "checkout", team: "payments" } })];
    expect(await gate({ owner: null })).toMatchObject({ owner: "payments" });
    rules = [...rules, anAlertRule({ name: "B", labels: { service: "checkout", team: "infra" } })];
    expect(await propose({ owner: null })).toEqual({ kind: "needs-owner" });
  });

  it("alone make a gate that only watches, and it says why it has no flag", async () => {
    flags.addFlag({ name: "fast-lane" });
    rules = [anAlertRule()];
    const proposal = await propose({ flag: onFlag }, []);
    expect(proposal).toMatchObject({
      kind: "proposed",
      remarks: [expect.stringContaining("flag fast-lane is not in it")],
    });
    expect(await gate({ flag: onFlag }, [])).toMatchObject({ flag: null, signals: [] });
  });
});

describe("the flag", () => {
  it("is written as it stands, with a step where it stands", async () => {
    flags.addFlag({ name: "fast-lane", strategies: [fakeStrategy({ rollout: "10" })] });
    const proposed = await gate({ flag: onFlag });
    expect(proposed.name).toBe("fast-lane");
    expect(proposed.flag).toMatchObject({ name: "fast-lane", stickiness: "orderId", strategy: null });
    expect(proposed.steps.map(({ to }) => to)).toEqual([10, 25, 50, 100]);
    expect(await text({ flag: onFlag })).toContain("rampart start fast-lane --at 10");
  });

  it("at 0% takes the usual steps, and at 100% says that there is nothing to ramp", async () => {
    flags.addFlag({ name: "fast-lane" });
    expect((await gate({ flag: onFlag })).steps.map(({ to }) => to)).toEqual([5, 25, 50, 100]);
    flags.addFlag({ name: "done", strategies: [fakeStrategy({ rollout: "100" })] });
    expect(await text({ flag: { ...onFlag, name: "done" } })).toContain("nothing to ramp");
  });

  it("with several gradual rollouts asks which, and takes the others for companions", async () => {
    flags.addFlag({
      name: "fast-lane",
      strategies: [
        fakeStrategy({ id: "a", title: "everybody" }),
        fakeStrategy({ id: "b", title: "staff", rollout: "100" }),
        fakeStrategy({ id: "c", kind: "userWithId", title: null }),
      ],
    });
    expect(await propose({ flag: onFlag })).toEqual({
      kind: "needs-strategy",
      flag: "fast-lane",
      choices: ["everybody", "staff"],
    });
    expect((await gate({ flag: { ...onFlag, strategy: "everybody" } })).flag).toMatchObject({
      strategy: "everybody",
      also: ["staff", "c"],
    });
    expect(await propose({ flag: { ...onFlag, strategy: "nobody" } })).toMatchObject({
      kind: "needs-strategy",
    });
  });

  it("says what would refuse a start today", async () => {
    flags.addFlag({
      name: "fast-lane",
      enabled: false,
      strategies: [fakeStrategy({ stickiness: "random" })],
    });
    flags.faults.refuseWrites = true;
    const written = await text({ flag: onFlag });
    expect(written).toContain("environment production is off");
    expect(written).toContain("stickiness is random");
    expect(written).toContain("UPDATE_FEATURE_STRATEGY");
    expect((await gate({ flag: onFlag })).flag?.stickiness).toBeNull();
  });

  it("elsewhere than the configuration says is written out", async () => {
    flags.addFlag({ name: "fast-lane", environment: "staging", project: "shop" });
    const defaults = { ...DEFAULTS, server: null, source: null };
    const proposed = await gate({ flag: { ...onFlag, environment: "staging" }, defaults });
    expect(proposed.flag).toMatchObject({ environment: "staging", project: "shop", server: "main" });
    expect(proposed.signals[0]?.source).toBe("main");
  });

  it.each([
    ["is not there", () => undefined, "refused", "no flag fast-lane"],
    [
      "is in no such environment",
      () => flags.addFlag({ name: "fast-lane", environment: "staging" }),
      "refused",
      "no environment production",
    ],
    [
      "has no gradual rollout",
      () => flags.addFlag({ name: "fast-lane", strategies: [fakeStrategy({ kind: "default" })] }),
      "refused",
      "no enabled gradual rollout",
    ],
    ["cannot be read", () => void (flags.faults.down = true), "blind", "cannot be read"],
  ])("that %s makes no gate", async (_, arrange, kind, message) => {
    arrange();
    expect(await propose({ flag: onFlag })).toMatchObject({
      kind,
      message: expect.stringContaining(message),
    });
  });

  it("is only ever read", async () => {
    flags.addFlag({ name: "fast-lane" });
    await propose({ flag: onFlag });
    expect(flags.writes).toEqual([]);
  });
});

test("a service that nothing names gets the nearest ones told", async () => {
  expect(await propose({ service: "chekout" })).toMatchObject({
    kind: "nothing",
    looked: expect.stringContaining("no series and no alerting rule"),
    nearest: ["checkout"],
  });
});

test("metrics without any that could be a signal are told by their number", async () => {
  expect(await propose({}, [{ __name__: "build_info", job: "checkout" }])).toMatchObject({
    kind: "nothing",
    looked: expect.stringContaining("1 metric names checkout"),
    nearest: [],
  });
});

test("without Prometheus nothing is known", async () => {
  const catalogue = createSeriesCatalogue([], {
    seriesOf: async () => ({ kind: "unknown", reason: "unreachable", detail: "refused" }),
  });
  const ports = { metrics, history, catalogue, flags: flags.flags };
  const asked = { service: "x", source: "main", name: null, owner: "us", flag: null, defaults: DEFAULTS };
  expect(await proposeGate(ports, asked, NOON)).toMatchObject({ kind: "blind" });
});

test("a service whose name no gate could have still gets one", async () => {
  const series = REQUESTS.map((labels) => ({ ...labels, job: "Shop Checkout!" }));
  metrics.set('sum(increase(http_requests_total{job="Shop Checkout!"}[5m]))', 10);
  metrics.set('sum(increase(http_requests_total{job="Shop Checkout!",code=~"5.."}[5m]))', 0);
  expect(await gate({ service: "Shop Checkout!" }, series)).toMatchObject({
    name: "shop-checkout",
    service: null,
  });
});

function bucket(le: string, rate: number) {
  return { labels: { le }, value: () => rate };
}
