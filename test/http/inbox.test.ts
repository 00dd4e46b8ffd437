import request from "supertest";
import { describe, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { Scope } from "../../src/domain/principal.ts";
import type { GateView } from "../../src/domain/view.ts";
import { NOON, gateRecord, gateView, statusAnswer } from "../support/fake-controller.ts";
import { testDoor } from "./door.ts";

const EVERYTHING: readonly Scope[] = ["read", "start", "stop", "operate", "approve", "adopt", "admin"];

const ASKS: GateView = gateView({
  status: statusAnswer({ verdict: "good" }),
  record: gateRecord({
    because: [
      { kind: "approval", code: "needed", message: "50% needs an approval", until: null, opens: null },
    ],
  }),
});

const PAUSED: GateView = gateView({
  name: "tax-engine-v2",
  record: gateRecord({
    gate: "tax-engine-v2",
    ramp: {
      state: "paused",
      from: { state: "proving", step: 1 },
      since: NOON - HOUR,
      by: "ben",
      reason: "peak hour",
      until: NOON + 30 * MINUTE,
    },
  }),
});

async function inboxOf(kind: "person" | "machine", name: string, scopes: readonly Scope[]) {
  const door = testDoor();
  door.controller.views = [ASKS, PAUSED];
  return request(door.app)
    .get("/v1/inbox")
    .auth(door.token(kind, name, scopes), { type: "bearer" });
}

describe("the inbox", () => {
  test("holds what waits for the person who asks, the nearest deadline first", async () => {
    const response = await inboxOf("person", "anna", EVERYTHING);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      for: "person:anna",
      at: "2026-03-03T10:42:00Z",
      items: [
        {
          kind: "paused",
          gate: "tax-engine-v2",
          message: "paused by ben: peak hour; then goes on by itself",
          since: "2026-03-03T09:42:00Z",
          until: "2026-03-03T11:12:00Z",
          action: 'rampart resume tax-engine-v2 --reason "..."',
          alternatives: [],
          decision: "dec_8f31",
          request: null,
        },
        {
          kind: "approval",
          gate: "erp-order-export-v2",
          message: "50% waits for your approval",
          since: "2026-03-03T10:30:00Z",
          until: null,
          action: 'rampart approve erp-order-export-v2 --reason "..."',
          alternatives: [],
          decision: "dec_8f31",
          request: { step: 3, to: 50, adopts: null, others: [] },
        },
      ],
    });
  });

  test.each([
    ["who started the ramp", "person", "ben", EVERYTHING, ["paused"]],
    ["who may only approve", "person", "anna", ["read", "approve"], ["approval"]],
    ["who may only read", "person", "anna", ["read"], []],
    ["a machine, whatever its token says", "machine", "ci", EVERYTHING, []],
  ] as const)("of %s holds what that one may settle", async (_, kind, name, scopes, kinds) => {
    const { body } = await inboxOf(kind, name, scopes);
    expect(body.items.map((item: { kind: string }) => item.kind)).toEqual(kinds);
  });

  test("takes no query", async () => {
    const door = testDoor();
    const response = await request(door.app)
      .get("/v1/inbox?for=anna")
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
    expect(response.status).toBe(400);
  });
});
