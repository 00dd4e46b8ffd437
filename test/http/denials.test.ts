import request from "supertest";
import { expect, test } from "vitest";
import { MINUTE } from "../../src/domain/instant.ts";
import type { CommandOutcome } from "../../src/domain/command.ts";
import { NOON } from "../support/fake-controller.ts";
import { testDoor } from "./door.ts";
import type { TestDoor } from "./door.ts";

const GATE = "erp-order-export-v2";
const ACTIONS = `/v1/gates/${GATE}/actions`;

function act(door: TestDoor, token: string, action: string, key: string | null = null) {
  const sent = request(door.app)
    .post(ACTIONS)
    .auth(token, { type: "bearer" })
    .send({ action, reason: "because" });
  return key === null ? sent : sent.set("Idempotency-Key", key);
}

function refusal(code: "illegal-move" | "conflict"): CommandOutcome {
  return { kind: "refused", code, message: "a halted ramp cannot be paused", state: "halted", legal: [] };
}

test("who lacks a scope is in the audit, with what was asked for", async () => {
  const door = testDoor();
  const token = door.token("machine", "ci", ["read"]);
  expect((await act(door, token, "rollback")).status).toBe(403);
  expect(door.audited).toEqual([
    {
      at: NOON,
      kind: "denied",
      actor: "machine:ci",
      gate: GATE,
      body: {
        code: "forbidden",
        detail: expect.stringContaining("none of the scopes"),
        method: "POST",
        path: ACTIONS,
        action: "rollback",
        token: door.tokens.rows[0]?.id,
        unrecorded: 0,
      },
    },
  ]);
});

test("a read that a token may not make is in the audit, too", async () => {
  const door = testDoor();
  const token = door.token("machine", "ci", ["start"]);
  await request(door.app).get("/v1/gates").auth(token, { type: "bearer" });
  expect(door.audited).toMatchObject([
    { kind: "denied", gate: null, body: { path: "/v1/gates", action: null } },
  ]);
});

test("a command that the gate refuses is in the audit, once however often its key is sent", async () => {
  const door = testDoor();
  const token = door.token("person", "anna", ["read", "stop"]);
  door.controller.outcome = refusal("illegal-move");
  for (const status of [409, 409]) expect((await act(door, token, "pause", "key-1")).status).toBe(status);
  expect(door.audited).toMatchObject([
    { actor: "person:anna", body: { code: "illegal-move", action: "pause" } },
  ]);
});

test("neither a mistake, an unknown gate nor a lost race is a denial", async () => {
  const door = testDoor();
  const token = door.token("person", "anna", ["read", "stop"]);
  door.controller.outcome = refusal("conflict");
  expect((await act(door, token, "pause", "key-1")).status).toBe(409);
  expect((await act(door, token, "dance", "key-2")).status).toBe(400);
  expect((await request(door.app).get("/v1/gates/none").auth(token, { type: "bearer" })).status).toBe(404);
  expect((await request(door.app).get("/v1/gates").auth(token, { type: "bearer" })).status).toBe(200);
  expect(door.audited).toEqual([]);
});

test("one token fills the audit with no more than thirty denials a minute, and the rest are counted", async () => {
  const door = testDoor();
  const token = door.token("machine", "ci", ["read"]);
  const other = door.token("machine", "probe", ["read"]);
  for (let sent = 0; sent < 35; sent += 1) expect((await act(door, token, "rollback")).status).toBe(403);
  expect(door.audited).toHaveLength(30);
  await act(door, other, "rollback");
  expect(door.audited.at(-1)).toMatchObject({ actor: "machine:probe" });
  door.clock.at += MINUTE;
  await act(door, token, "rollback");
  expect(door.audited.at(-1)).toMatchObject({ actor: "machine:ci", body: { unrecorded: 5 } });
  await act(door, token, "rollback");
  expect(door.audited.at(-1)).toMatchObject({ body: { unrecorded: 0 } });
});

test("a denial that the audit cannot take stays a denial, and the log says so", async () => {
  const door = testDoor();
  door.breakAudit();
  expect((await act(door, door.token("machine", "ci", ["read"]), "rollback")).status).toBe(403);
  expect(door.logged.join("")).toContain("a denial is not in the audit");
});

function knock(door: TestDoor, token: string | null) {
  const sent = request(door.app).get("/v1/gates");
  return token === null ? sent : sent.auth(token, { type: "bearer" });
}

test("who comes without a valid token is in the audit, with why and from where, and without what was shown", async () => {
  const door = testDoor();
  expect((await knock(door, "rmp_production_canary")).status).toBe(401);
  expect(door.audited).toEqual([
    {
      at: NOON,
      kind: "denied",
      actor: "unknown",
      gate: null,
      body: {
        code: "no-token",
        detail: "the token is not valid",
        method: "GET",
        address: expect.stringMatching(/127\.0\.0\.1$/),
        unrecorded: 0,
      },
    },
  ]);
  expect(JSON.stringify(door.audited)).not.toContain("canary");
});

test("nobody without a token fills the audit: one record a minute, one an hour for the same, and the rest counted", async () => {
  const door = testDoor({ rates: { ordinary: 600, vital: 6_000, failures: 10_000 } });
  const counts = () => door.audited.map(({ body }) => body["unrecorded"]);
  for (let sent = 0; sent < 20; sent += 1) await knock(door, sent % 2 === 0 ? null : "rmp_x");
  expect(counts()).toEqual([0]);
  door.clock.at += MINUTE;
  await knock(door, "rmp_x");
  expect(counts()).toEqual([0, 19]);
  for (let minute = 0; minute < 59; minute += 1) {
    door.clock.at += MINUTE;
    await knock(door, "rmp_x");
  }
  expect(counts()).toEqual([0, 19]);
  door.clock.at += MINUTE;
  await knock(door, "rmp_x");
  expect(counts()).toEqual([0, 19, 59]);
});

test("a failed login that the audit cannot take stays a refusal, and the log says so", async () => {
  const door = testDoor();
  door.breakAudit();
  expect((await knock(door, null)).status).toBe(401);
  expect(door.logged.join("")).toContain("a failed login is not in the audit");
});
