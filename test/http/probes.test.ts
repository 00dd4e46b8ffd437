import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { Registry } from "prom-client";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { createMetrics } from "../../src/http/metrics.ts";
import { createProbes } from "../../src/http/probes.ts";
import { SERVER_LIMITS, createServer } from "../../src/http/server.ts";
import { createLog } from "../../src/lib/log.ts";
import {
  alertJudgement,
  decision,
  fakeController,
  gateView,
  statusAnswer,
} from "../support/fake-controller.ts";

function probes() {
  const controller = fakeController();
  const registry = new Registry();
  const metrics = createMetrics(registry, controller, "0.1.0");
  const { log } = createLog({ level: "error", destination: { write: () => {} } });
  return { controller, metrics, app: createProbes({ controller, registry, log }) };
}

describe("the probes", () => {
  test("say alive, and ready only when everything was reached once", async () => {
    const { app, controller } = probes();
    expect((await request(app).get("/healthz")).status).toBe(200);
    expect((await request(app).get("/readyz")).body).toEqual({ ready: true, waitingFor: [] });
    controller.waitingFor = ["source main"];
    const waiting = await request(app).get("/readyz");
    expect(waiting.status).toBe(503);
    expect(waiting.body).toEqual({ ready: false, waitingFor: ["source main"] });
    expect((await request(app).get("/healthz")).status).toBe(200);
  });

  test("show each gate as it is at the moment of the scrape", async () => {
    const { app, controller } = probes();
    const first = await request(app).get("/metrics");
    expect(first.headers["content-type"]).toContain("text/plain");
    const lines = first.text.split("\n");
    for (const line of [
      'rampart_exposure_ratio{gate="erp-order-export-v2",flag="erp-order-export-v2",environment="production"} 0.25',
      'rampart_gate_state{gate="erp-order-export-v2",state="proving"} 1',
      'rampart_gate_state{gate="erp-order-export-v2",state="halted"} 0',
      'rampart_signal_value{gate="erp-order-export-v2",signal="orders-missing"} 0.0003',
      'rampart_signal_verdict{gate="erp-order-export-v2",signal="orders-missing",verdict="good"} 1',
      'rampart_signal_samples{gate="erp-order-export-v2",signal="orders-missing"} 4871',
      'rampart_last_evaluation_timestamp_seconds{gate="erp-order-export-v2"} 1772534520',
      'rampart_gate_every_seconds{gate="erp-order-export-v2"} 15',
      'rampart_build_info{version="0.1.0"} 1',
    ]) {
      expect(lines).toContain(line);
    }
    controller.views = [
      gateView({
        name: "other",
        status: statusAnswer({ gate: "other", state: "halted", signals: [], alerts: [alertJudgement()] }),
      }),
    ];
    const second = (await request(app).get("/metrics")).text;
    expect(second).toContain('rampart_gate_state{gate="other",state="halted"} 1');
    expect(second).toContain(
      'rampart_alert_verdict{gate="other",guard="{service=\\"erp-export\\"}",verdict="wait"} 1',
    );
    expect(second).toContain(
      'rampart_alert_verdict{gate="other",guard="{service=\\"erp-export\\"}",verdict="halt"} 0',
    );
    expect(second).not.toContain('gate="erp-order-export-v2"');
  });

  test("show what is exposed of a segment under its own name, and no share of everybody meanwhile", async () => {
    const { app, controller } = probes();
    const shownAt = async (set: number) => {
      const exposure = { ...statusAnswer().exposure, set, audience: "segment staff" };
      controller.views = [gateView({ status: statusAnswer({ exposure }) })];
      const { text } = await request(app).get("/metrics");
      return text.split("\n").filter((line) => /^rampart_(?:audience_)?exposure_ratio/.test(line));
    };
    const labels = 'gate="erp-order-export-v2",flag="erp-order-export-v2",environment="production"';
    expect(await shownAt(50)).toEqual([
      `rampart_audience_exposure_ratio{${labels},audience="segment staff"} 0.5`,
    ]);
    expect(await shownAt(0)).toEqual([`rampart_exposure_ratio{${labels}} 0`]);
  });

  test("count decisions, changes of exposure, missed passes and queries", async () => {
    const { app, metrics } = probes();
    metrics.onDecision(decision());
    metrics.onDecision(
      decision({ actor: "person:anna", action: { kind: "lower", from: 25, to: 0, title: "" } }),
    );
    metrics.onDecision(decision({ because: [], action: { kind: "raise", from: 1, to: 25, title: "" } }));
    // The entry into a shadow step changes no exposure.
    metrics.onDecision(decision({ because: [], action: { kind: "raise", from: 0, to: 0, title: "" } }));
    metrics.onMissedPasses("erp-order-export-v2", 4);
    metrics.onQuery("main", "answered", 30);
    metrics.onAlertmanagerRequest("main", "failed", 30);
    const { text } = await request(app).get("/metrics");
    for (const line of [
      'rampart_decisions_total{gate="erp-order-export-v2",verdict="wait",reason="hold"} 2',
      'rampart_decisions_total{gate="erp-order-export-v2",verdict="wait",reason="none"} 2',
      'rampart_exposure_changes_total{gate="erp-order-export-v2",direction="down",actor_kind="person"} 1',
      'rampart_exposure_changes_total{gate="erp-order-export-v2",direction="up",actor_kind="clock"} 1',
      'rampart_missed_passes_total{gate="erp-order-export-v2"} 4',
      'rampart_prometheus_query_duration_seconds_count{source="main",outcome="answered"} 1',
      'rampart_alertmanager_request_duration_seconds_count{source="main",outcome="failed"} 1',
    ]) {
      expect(text.split("\n")).toContain(line);
    }
  });

  test("answer 500 rather than old numbers when the gates cannot be read", async () => {
    const { app, controller } = probes();
    controller.gates = () => Promise.reject(new Error("store gone"));
    expect((await request(app).get("/metrics")).status).toBe(500);
    expect((await request(app).get("/nowhere")).status).toBe(404);
  });
});

describe("the server", () => {
  test("has limits for slow, idle and endless clients", () => {
    const server = createServer(() => {});
    expect(server.headersTimeout).toBe(10_000);
    expect(server.requestTimeout).toBe(15_000);
    expect(server.keepAliveTimeout).toBe(5_000);
    expect(server.maxConnections).toBe(1_000);
    expect(server.maxRequestsPerSocket).toBe(1_000);
  });

  test("hangs up on a client that never finishes its headers", async () => {
    const server = createServer(() => {}, {
      ...SERVER_LIMITS,
      headersMs: 200,
      requestMs: 300,
      checkEveryMs: 50,
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const socket = connect(port, "127.0.0.1", () => socket.write("GET / HTTP/1.1\r\nHost: x\r\n"));
    try {
      const said = await new Promise<string>((resolve, reject) => {
        let text = "";
        socket.on("data", (chunk) => (text += chunk.toString()));
        socket.on("close", () => resolve(text));
        socket.on("error", reject);
      });
      expect(said).toContain("408");
    } finally {
      socket.destroy();
      server.close();
    }
  });
});
