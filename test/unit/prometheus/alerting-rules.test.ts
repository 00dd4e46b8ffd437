import { describe, expect, it } from "vitest";
import { alertingRulesOf } from "../../../src/prometheus/alerting-rules.ts";
import type { Success } from "../../../src/prometheus/reply.ts";

/** As Prometheus 2.42 answers `/api/v1/rules`. */
const FIRING = {
  state: "firing",
  name: "QueueDeep",
  query: "queue_depth > 100",
  duration: 2,
  keepFiringFor: 0,
  labels: { severity: "critical" },
  annotations: { summary: "{{ $value }} wait" },
  alerts: [
    {
      labels: { alertname: "QueueDeep", job: "shop", service: "checkout", severity: "critical" },
      annotations: { summary: "500 wait" },
      state: "firing",
      activeAt: "2026-01-05T09:28:28.203343016Z",
      value: "5e+02",
    },
  ],
  health: "ok",
  evaluationTime: 0.000428946,
  lastEvaluation: "2026-01-05T09:28:33.204026528Z",
  type: "alerting",
};

const BROKEN = {
  state: "inactive",
  name: "Broken",
  query: "up * on (job) queue_depth > 0",
  duration: 0,
  keepFiringFor: 0,
  labels: {},
  annotations: {},
  alerts: [],
  health: "err",
  lastError: "found duplicate series\nfor the match group",
  evaluationTime: 0.000225224,
  lastEvaluation: "0001-01-01T00:00:00Z",
  type: "alerting",
};

describe("the alerting rules of an answer", () => {
  it("are read with everything that is judged by", () => {
    expect(read([FIRING])).toEqual([
      {
        name: "QueueDeep",
        group: "shop",
        labels: { severity: "critical" },
        query: "queue_depth > 100",
        health: "ok",
        lastError: null,
        lastEvaluation: Date.UTC(2026, 0, 5, 9, 28, 33, 204),
        intervalMs: 15_000,
        forMs: 2_000,
        active: [
          {
            labels: { alertname: "QueueDeep", job: "shop", service: "checkout", severity: "critical" },
            state: "firing",
            activeAt: Date.UTC(2026, 0, 5, 9, 28, 28, 203),
          },
        ],
      },
    ]);
  });

  it("tell their error in one line, and no evaluation where there was none", () => {
    expect(read([BROKEN])).toMatchObject([
      {
        health: "err",
        lastError: "found duplicate series for the match group",
        lastEvaluation: null,
        forMs: 0,
      },
    ]);
  });

  it("leave recording rules out, also where they were not asked for", () => {
    const recording = { name: "job:a", query: "sum(a)", type: "recording", health: "ok" };
    expect(read([recording, FIRING])).toHaveLength(1);
  });

  it("are evaluated once a minute where the source does not say how often", () => {
    const data = { groups: [{ name: "g", rules: [FIRING] }] };
    expect(alertingRulesOf(success(data), String)).toMatchObject([{ intervalMs: 60_000 }]);
  });

  it("may lack what is empty", () => {
    const { name, query, type } = FIRING;
    expect(read([{ name, query, type, alerts: null }])).toMatchObject([
      { labels: {}, health: "unknown", lastError: null, lastEvaluation: null, forMs: 0, active: [] },
    ]);
  });

  it("have no alert that is inactive", () => {
    expect(read([withAlert({ state: "inactive" })])).toMatchObject([{ active: [] }]);
  });

  it.each<[string, unknown]>([
    ["no groups", {}],
    ["a group without rules", { groups: [{ name: "g" }] }],
    ["a rule without a name", { groups: [{ rules: [{ ...FIRING, name: 1 }] }] }],
    ["a rule without a query", { groups: [{ rules: [{ ...FIRING, query: undefined }] }] }],
    ["labels that are none", { groups: [{ rules: [{ ...FIRING, labels: { a: 1 } }] }] }],
    ["alerts that are no list", { groups: [{ rules: [{ ...FIRING, alerts: {} }] }] }],
    ["an alert without labels", { groups: [{ rules: [withAlert({ labels: null })] }] }],
    ["an alert in a state we do not know", { groups: [{ rules: [withAlert({ state: "odd" })] }] }],
    ["an alert that never began", { groups: [{ rules: [withAlert({ activeAt: "0001-01-01T00:00:00Z" })] }] }],
  ])("are not known from %s", (_what, data) => {
    expect(alertingRulesOf(success(data), String)).toMatchObject({ kind: "unknown", reason: "bad-answer" });
  });

  it("are not known when only a part of them came", () => {
    const answer = { ...success({ groups: [] }), warnings: ["a store is down"] };
    expect(alertingRulesOf(answer, String)).toMatchObject({ reason: "partial", detail: "a store is down" });
  });
});

function withAlert(change: object): object {
  return { ...FIRING, alerts: [{ ...FIRING.alerts[0], ...change }] };
}

function read(rules: readonly object[]): unknown {
  return alertingRulesOf(success({ groups: [{ name: "shop", interval: 15, rules }] }), oneLine);
}

function oneLine(text: string): string {
  return text.replaceAll("\n", " ");
}

function success(data: unknown): Success {
  return { kind: "success", data, warnings: [], infos: [] };
}
