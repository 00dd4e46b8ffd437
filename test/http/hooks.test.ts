import request from "supertest";
import { describe, expect, test } from "vitest";
import type { AlertGuard } from "../../src/domain/gate.ts";
import { gate, gateView } from "../support/fake-controller.ts";
import { testDoor } from "./door.ts";
import type { TestDoor } from "./door.ts";

const GUARD: AlertGuard = {
  match: '{service="erp-export"}',
  matchers: [{ label: "service", operator: "=", value: "erp-export" }],
  source: "main",
  pending: "wait",
  firing: "halt",
  critical: "rollback",
  silenced: "wait",
  witness: null,
  missing: { haltMs: null, rollbackMs: null },
};

/** As Alertmanager 0.28 posts it. */
const MESSAGE = {
  receiver: "rampart",
  status: "firing",
  alerts: [
    {
      status: "firing",
      labels: { alertname: "ExportSlow", service: "erp-export", severity: "warning" },
      annotations: { summary: "exports take long" },
      startsAt: "2026-03-03T10:40:00.000Z",
      endsAt: "0001-01-01T00:00:00Z",
      generatorURL: "https://prometheus.example.com/graph?g0.expr=up",
      fingerprint: "c9bd1a0a1b8f3a5e",
    },
  ],
  groupLabels: { alertname: "ExportSlow" },
  commonLabels: { service: "erp-export" },
  commonAnnotations: {},
  externalURL: "https://alertmanager.example.com",
  version: "4",
  groupKey: '{}:{alertname="ExportSlow"}',
  truncatedAlerts: 0,
};

function post(door: TestDoor, body: object) {
  return request(door.app)
    .post("/v1/hooks/alertmanager")
    .auth(door.token("machine", "alertmanager", ["changes"]), { type: "bearer" })
    .set("Content-Type", "application/json")
    .send(body);
}

function many(count: number): object {
  return { alerts: Array.from({ length: count }, () => ({ labels: {} })) };
}

describe("a message of Alertmanager", () => {
  test("makes the gates it concerns pass at once, and is answered with their names", async () => {
    const door = testDoor();
    door.controller.views = [
      gateView({ name: "guarded", gate: gate({ name: "guarded", alerts: [GUARD] }) }),
      gateView({ name: "plain" }),
    ];
    const response = await post(door, MESSAGE);
    expect(response.status).toBe(202);
    expect(response.body).toEqual({ gates: ["guarded"] });
    expect(door.controller.alerts).toEqual([MESSAGE.alerts[0]?.labels]);
  });

  test("may come again: it is a reason to look, and nothing that is done once", async () => {
    const door = testDoor();
    expect((await post(door, MESSAGE)).status).toBe(202);
    expect((await post(door, MESSAGE)).headers["idempotency-replayed"]).toBeUndefined();
    expect(door.controller.alerts).toHaveLength(2);
  });

  test("may have 1,000 alerts and no more", async () => {
    const door = testDoor();
    expect((await post(door, many(1_000))).status).toBe(202);
    const response = await post(door, many(1_001));
    expect(response.status).toBe(400);
    expect(response.body.problems).toEqual([{ at: "body.alerts", message: "may have at most 1000 alerts" }]);
    expect(door.controller.alerts).toHaveLength(1_000);
  });

  test("that is too large is refused", async () => {
    const door = testDoor();
    const response = await post(door, { ...MESSAGE, commonAnnotations: { summary: "x".repeat(110_000) } });
    expect(response.status).toBe(413);
    expect(door.controller.alerts).toEqual([]);
  });

  test.each<[string, object]>([
    ["without alerts", {}],
    ["with alerts that are no list", { alerts: { labels: {} } }],
    ["with an alert without labels", { alerts: [{ status: "firing" }] }],
    ["with a label that is no text", { alerts: [{ labels: { severity: 1 } }] }],
  ])("%s is refused", async (_, body) => {
    const door = testDoor();
    const response = await post(door, body);
    expect(response.status).toBe(400);
    expect(response.body.code).toBe("invalid");
    expect(door.controller.alerts).toEqual([]);
  });

  test("is refused without the scope", async () => {
    const door = testDoor();
    const response = await request(door.app)
      .post("/v1/hooks/alertmanager")
      .auth(door.token("machine", "alertmanager", ["read", "stop"]), { type: "bearer" })
      .send(MESSAGE);
    expect(response.status).toBe(403);
    expect(response.body).toMatchObject({ code: "forbidden", scopes: ["changes"] });
  });
});
