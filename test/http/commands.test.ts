import request from "supertest";
import { describe, expect, test } from "vitest";
import { PROBLEMS } from "../../src/api/problem.ts";
import type { CommandOutcome, RefusalCode } from "../../src/domain/command.ts";
import type { Scope } from "../../src/domain/principal.ts";
import { NOON, gate, gateRecord, gateView } from "../support/fake-controller.ts";
import { testDoor } from "./door.ts";
import type { TestDoor } from "./door.ts";

const ACTIONS = "/v1/gates/erp-order-export-v2/actions";
const APPROVALS = "/v1/gates/erp-order-export-v2/approvals";
const ALL: readonly Scope[] = ["read", "start", "stop", "operate", "approve", "adopt"];

const PAUSE = { action: "pause", reason: "lunch" };

function post(door: TestDoor, path: string, body: object, key: string | null = "key-1") {
  const sent = request(door.app)
    .post(path)
    .auth(door.token("person", "anna", ALL), { type: "bearer" })
    .send(body);
  return key === null ? sent : sent.set("Idempotency-Key", key);
}

describe("an action", () => {
  test("is carried out for who sent it, and answered 202 with the decision", async () => {
    const door = testDoor();
    const response = await post(door, ACTIONS, { action: "start", reason: "release", at: 25, change: "abc" });
    expect(response.status).toBe(202);
    expect(response.body).toEqual({
      gate: "erp-order-export-v2",
      decision: "dec_done",
      state: "proving",
      message: "as you wish",
      url: "https://rampart.example.com/d/dec_done",
    });
    expect(response.headers["location"]).toBe("/v1/decisions/dec_done");
    expect(door.controller.told).toMatchObject([
      {
        gate: "erp-order-export-v2",
        action: "start",
        reason: "release",
        at: 25,
        change: "abc",
        by: { kind: "person", name: "anna", groups: ["release-managers"] },
      },
    ]);
  });

  test("that is illegal is 409 with the state and the legal moves", async () => {
    const door = testDoor();
    door.controller.outcome = {
      kind: "refused",
      code: "illegal-move",
      message: "a halted ramp cannot be paused",
      state: "halted",
      legal: ["resume", "rollback", "abort"],
    };
    const response = await post(door, ACTIONS, PAUSE);
    expect(response.status).toBe(409);
    expect(response.headers["content-type"]).toBe("application/problem+json");
    expect(response.body).toEqual({
      type: "/problems/illegal-move",
      title: "The gate's state does not allow this",
      status: 409,
      code: "illegal-move",
      detail: "a halted ramp cannot be paused",
      state: "halted",
      legal: ["resume", "rollback", "abort"],
    });
  });

  test("for a gate that nothing defines any more is answered 404, but for retire, which goes by the record", async () => {
    const door = testDoor();
    door.controller.views = [];
    const order = (action: string) => post(door, ACTIONS, { action, reason: "part of the product now" });
    expect((await order("pause")).status).toBe(404);
    expect(door.controller.told).toEqual([]);
    expect((await order("retire")).status).toBe(202);
    expect(door.controller.told).toMatchObject([{ gate: "erp-order-export-v2", action: "retire" }]);
    const nameless = await post(door, "/v1/gates/No%20Name/actions", { action: "retire", reason: "x" });
    expect(nameless.status).toBe(404);
    expect(door.controller.told).toHaveLength(1);
  });

  const STATUS: Readonly<Record<RefusalCode, number>> = {
    "unknown-gate": 404,
    forbidden: 403,
    "illegal-move": 409,
    "watch-only": 409,
    "not-ready": 409,
    flag: 409,
    preflight: 409,
    cooldown: 409,
    "no-request": 409,
    "stale-evidence": 409,
    "not-eligible": 403,
    signals: 409,
    conflict: 409,
  };

  test.each(Object.entries(STATUS))("refused as %s is %i", async (code, status) => {
    const door = testDoor();
    door.controller.outcome = refusal(code as RefusalCode);
    const response = await post(door, ACTIONS, PAUSE);
    expect(response.status).toBe(status);
    expect(response.body).toMatchObject({
      code,
      status,
      detail: "no",
      title: PROBLEMS[code as RefusalCode].title,
    });
  });

  test.each([
    [{ action: "pause" }, ["body.reason"]],
    [{ action: "pause", reason: "  " }, ["body.reason"]],
    [{ action: "pause", reason: "x".repeat(501) }, ["body.reason"]],
    [{ action: "pause", reason: "x", at: 25 }, ["body.at"]],
    [{ action: "pause", reason: "x", change: "c" }, ["body.change"]],
    [{ action: "start", reason: "x", at: 12.5 }, ["body.at"]],
    [{ action: "start", reason: "x", at: 0 }, ["body.at"]],
    [{ action: "start", reason: "x", at: "25" }, ["body.at"]],
    [{ action: "explode", reason: "" }, ["body.action", "body.reason"]],
    [{ action: "pause", reason: "x", by: "root", scopes: ["admin"] }, ["body.by", "body.scopes"]],
    [[], ["body"]],
  ])("with the body %j is 400 and names everything that is wrong", async (body, places) => {
    const door = testDoor();
    const response = await post(door, ACTIONS, body);
    expect(response.status).toBe(400);
    expect(response.body.problems.map(({ at }: { at: string }) => at)).toEqual(places);
    expect(door.controller.told).toEqual([]);
  });

  test("is refused when the gate changed since the sender looked", async () => {
    const door = testDoor();
    door.controller.views = [gateView({ record: gateRecord({ version: 13 }) })];
    const stale = await post(door, ACTIONS, PAUSE).set("If-Match", '"v12"');
    expect(stale.status).toBe(412);
    expect(stale.headers["etag"]).toBe('"v13"');
    expect(door.controller.told).toEqual([]);
    expect((await post(door, ACTIONS, PAUSE).set("If-Match", 'W/"v13"')).status).toBe(412);
    expect((await post(door, ACTIONS, PAUSE).set("If-Match", '"v12", "v13"')).status).toBe(202);
    expect((await post(door, ACTIONS, PAUSE, "key-2").set("If-Match", "*")).status).toBe(202);
  });

  test("keeps a reason as it was written, whatever is in it", async () => {
    const door = testDoor();
    const reason = "line\r\nX-Evil: 1 <script>alert(1)</script> \u202Etxt \u001b[31m";
    const response = await post(door, ACTIONS, { action: "pause", reason });
    expect(response.status).toBe(202);
    expect(door.controller.told[0]).toMatchObject({ reason });
    expect(response.headers["x-evil"]).toBeUndefined();
  });
});

describe("a promise", () => {
  const PROMISES = "/v1/gates/erp-order-export-v2/promises";
  const PROMISE = { says: "the limit is raised", reason: "raised in ERP-812" };
  const asking = () =>
    gateView({
      gate: gate({
        promises: [{ by: "erp-platform", count: 2, says: PROMISE.says, expiresMs: null, step: null }],
      }),
      record: gateRecord({
        promises: [
          {
            person: "dora",
            by: "erp-platform",
            says: PROMISE.says,
            definition: "sha256:9b1c",
            at: NOON,
            expiresAt: null,
            reason: "raised",
          },
        ],
      }),
    });

  test("reaches the controller in the words it was given in", async () => {
    const door = testDoor();
    expect((await post(door, PROMISES, PROMISE)).status).toBe(202);
    expect(door.controller.told).toMatchObject([
      { gate: "erp-order-export-v2", ...PROMISE, by: { name: "anna" } },
    ]);
  });

  test("without words or reason, or for a gate nobody knows, is refused", async () => {
    const response = await post(testDoor(), PROMISES, { says: "", reason: " " });
    expect(response.status).toBe(400);
    expect(response.body.problems.map(({ at }: { at: string }) => at)).toEqual(["body.says", "body.reason"]);
    expect((await post(testDoor(), "/v1/gates/nobody/promises", PROMISE)).status).toBe(404);
  });

  test("that is missing stands beside the approvals, with who gave it already", async () => {
    const door = testDoor();
    door.controller.views = [asking()];
    const response = await request(door.app)
      .get(APPROVALS)
      .auth(door.token("person", "anna", ["read"]), { type: "bearer" });
    expect(response.body.promises).toEqual([
      {
        by: "erp-platform",
        says: PROMISE.says,
        step: null,
        missing: 1,
        given: [{ person: "dora", at: "2026-03-03T10:42:00Z", expiresAt: null, reason: "raised" }],
      },
    ]);
  });
});

describe("an approval", () => {
  const APPROVE = { step: 3, decision: "dec_8f31", verdict: "approve", reason: "evidence is good" };

  test("names the evidence it was given on", async () => {
    const door = testDoor();
    const response = await post(door, APPROVALS, APPROVE);
    expect(response.status).toBe(202);
    expect(door.controller.told).toMatchObject([
      {
        gate: "erp-order-export-v2",
        step: 3,
        decision: "dec_8f31",
        verdict: "approve",
        by: { name: "anna" },
      },
    ]);
  });

  test.each([
    [{ ...APPROVE, step: 0 }, ["body.step"]],
    [{ ...APPROVE, verdict: "yes" }, ["body.verdict"]],
    [{ ...APPROVE, decision: "" }, ["body.decision"]],
    [{ step: 3 }, ["body.decision", "body.verdict", "body.reason"]],
  ])("with the body %j is 400", async (body, places) => {
    const response = await post(testDoor(), APPROVALS, body);
    expect(response.status).toBe(400);
    expect(response.body.problems.map(({ at }: { at: string }) => at)).toEqual(places);
  });

  test("can be looked up before it is given", async () => {
    const door = testDoor();
    const given = {
      person: "dora",
      groups: ["release-managers"],
      step: 3,
      definition: "sha256:9b1c",
      decision: "dec_8f31",
      at: NOON,
      expiresAt: NOON + 1000,
      reason: "ok",
    };
    const run = gateRecord().run;
    if (run === null) throw new Error("the builder makes a run");
    door.controller.views = [
      gateView({
        request: {
          step: 3,
          adopts: null,
          decision: "dec_8f31",
          needed: ["release-managers"],
          given: [given],
        },
        record: gateRecord({ run: { ...run, approvals: [given] } }),
      }),
    ];
    const response = await request(door.app)
      .get(APPROVALS)
      .auth(door.token("person", "anna", ["read"]), { type: "bearer" });
    expect(response.body).toMatchObject({
      gate: "erp-order-export-v2",
      request: { step: 3, adopts: null, to: 50, decision: "dec_8f31", given: [{ person: "dora" }] },
      approvals: [{ person: "dora", at: "2026-03-03T10:42:00Z", expiresAt: "2026-03-03T10:42:01Z" }],
    });
  });
});

describe("an Idempotency-Key", () => {
  test.each([ACTIONS, APPROVALS])("is needed by %s", async (path) => {
    const body = path === ACTIONS ? PAUSE : { step: 3, decision: "d", verdict: "approve", reason: "r" };
    const response = await post(testDoor(), path, body, null);
    expect(response.status).toBe(400);
    expect(response.body.code).toBe("no-idempotency-key");
  });

  test("is not needed by a rollback", async () => {
    const door = testDoor();
    expect((await post(door, ACTIONS, { action: "rollback", reason: "fire" }, null)).status).toBe(202);
    expect(door.controller.replies.size).toBe(0);
  });

  test.each(["x".repeat(256), "with space", "é"])("of %s is refused", async (key) => {
    const response = await post(testDoor(), ACTIONS, PAUSE, key);
    expect(response.status).toBe(400);
    expect(response.body.code).toBe("bad-idempotency-key");
  });

  test("of 255 characters is fine", async () => {
    expect((await post(testDoor(), ACTIONS, PAUSE, "x".repeat(255))).status).toBe(202);
  });

  test("with the same request gets the same reply and no second effect, even after the gate moved on", async () => {
    const door = testDoor();
    const first = await post(door, ACTIONS, PAUSE);
    door.controller.outcome = refusal("illegal-move");
    const again = await post(door, ACTIONS, { reason: "lunch", action: "pause" });
    expect(again.status).toBe(first.status);
    expect(again.text).toBe(first.text);
    expect(again.headers["content-type"]).toBe(first.headers["content-type"]);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(door.controller.told).toHaveLength(1);
  });

  test("replays a refusal as the problem it was", async () => {
    const door = testDoor();
    door.controller.outcome = refusal("cooldown");
    await post(door, ACTIONS, PAUSE);
    const again = await post(door, ACTIONS, PAUSE);
    expect(again.status).toBe(409);
    expect(again.headers["content-type"]).toBe("application/problem+json");
    expect(again.body.code).toBe("cooldown");
  });

  test("with another request is 422 and nothing happens", async () => {
    const door = testDoor();
    await post(door, ACTIONS, PAUSE);
    const other = await post(door, ACTIONS, { ...PAUSE, reason: "dinner" });
    expect(other.status).toBe(422);
    expect(other.body.code).toBe("reused-idempotency-key");
    const elsewhere = await post(door, APPROVALS, {
      step: 3,
      decision: "d",
      verdict: "approve",
      reason: "r",
    });
    expect(elsewhere.status).toBe(422);
    expect(door.controller.told).toHaveLength(1);
  });

  test("belongs to one caller", async () => {
    const door = testDoor();
    await post(door, ACTIONS, PAUSE);
    const response = await request(door.app)
      .post(ACTIONS)
      .auth(door.token("machine", "ci", ["stop"]), { type: "bearer" })
      .set("Idempotency-Key", "key-1")
      .send({ ...PAUSE, reason: "another" });
    expect(response.status).toBe(202);
    expect(door.controller.told).toHaveLength(2);
  });

  test("sent fifty times at once is one execution with fifty equal replies", async () => {
    const door = testDoor();
    const { promise: started, resolve: release } = Promise.withResolvers<void>();
    door.controller.outcome = async () => {
      await started;
      return { kind: "done", decision: "dec_once", state: "paused", message: "paused" };
    };
    const token = door.token("person", "anna", ALL);
    const server = door.app.listen(0);
    try {
      const sent = Array.from({ length: 50 }, () =>
        request(server)
          .post(ACTIONS)
          .auth(token, { type: "bearer" })
          .set("Idempotency-Key", "key-1")
          .send(PAUSE),
      );
      const replies = Promise.all(sent);
      while (door.controller.told.length === 0) await new Promise(setImmediate);
      release();
      const texts = new Set((await replies).map(({ status, text }) => `${status} ${text}`));
      expect(texts.size).toBe(1);
      expect(door.controller.told).toHaveLength(1);
    } finally {
      server.close();
    }
  });

  test("of an attempt that failed in the server can be tried again", async () => {
    const door = testDoor();
    door.controller.outcome = () => Promise.reject(new Error("disk full"));
    expect((await post(door, ACTIONS, PAUSE)).status).toBe(500);
    door.controller.outcome = { kind: "done", decision: "dec_2", state: "paused", message: "paused" };
    expect((await post(door, ACTIONS, PAUSE)).status).toBe(202);
  });
});

function refusal(code: RefusalCode): CommandOutcome {
  return { kind: "refused", code, message: "no", state: "proving", legal: ["pause"] };
}
