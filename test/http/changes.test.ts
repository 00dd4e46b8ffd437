import request from "supertest";
import { describe, expect, test } from "vitest";
import { DAY, MINUTE } from "../../src/domain/instant.ts";
import { NOON, deploy, exposureChange, gate, gateView } from "../support/fake-controller.ts";
import { testDoor } from "./door.ts";
import type { TestDoor } from "./door.ts";

const CHANGES = "/v1/changes";
const DEPLOY = { service: "erp-export", version: "2026.3.1" };

function tell(door: TestDoor, body: object, key: string | null = "key-1") {
  const sent = request(door.app)
    .post(CHANGES)
    .auth(door.token("machine", "ci", ["changes"]), { type: "bearer" })
    .send(body);
  return key === null ? sent : sent.set("Idempotency-Key", key);
}

function read(door: TestDoor, query = "") {
  return request(door.app)
    .get(CHANGES + query)
    .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
}

describe("a deploy", () => {
  test("is entered as told, and answered 201 with what it does to which gate", async () => {
    const door = testDoor();
    door.controller.deployGates = [
      { gate: "erp-order-export-v2", effect: "settle" },
      { gate: "erp-stock", effect: "note" },
    ];
    const url = "https://ci.example.com/runs/7?attempt=2";
    const response = await tell(door, { ...DEPLOY, at: "2026-03-03T10:40:00Z", url });
    expect(response.status).toBe(201);
    expect(response.body).toEqual({
      id: "chg_1",
      at: "2026-03-03T10:40:00Z",
      gates: [
        { gate: "erp-order-export-v2", effect: "settle" },
        { gate: "erp-stock", effect: "note" },
      ],
    });
    expect(door.controller.deploys).toMatchObject([
      { ...DEPLOY, at: NOON - 2 * MINUTE, url, by: { kind: "machine", name: "ci" } },
    ]);
  });

  test("went out now unless it says when", async () => {
    const door = testDoor();
    expect((await tell(door, DEPLOY)).body).toEqual({ id: "chg_1", at: "2026-03-03T10:42:00Z", gates: [] });
    expect(door.controller.deploys).toMatchObject([{ at: null, url: null }]);
  });

  test.each(["shop/checkout", "ghcr.io/shop:443/checkout_api-2", "a", "x".repeat(100)])(
    "of the service %s is taken",
    async (service) => {
      expect((await tell(testDoor(), { ...DEPLOY, service })).status).toBe(201);
    },
  );

  test.each(["2026.3.1 (hotfix)", "v2 ☕", "x".repeat(200)])(
    "of the version %s is taken",
    async (version) => {
      const door = testDoor();
      expect((await tell(door, { ...DEPLOY, version })).status).toBe(201);
      expect(door.controller.deploys).toMatchObject([{ version }]);
    },
  );

  test.each<[object, string[]]>([
    [{}, ["body.service", "body.version"]],
    [{ ...DEPLOY, service: "" }, ["body.service"]],
    [{ ...DEPLOY, service: "x".repeat(101) }, ["body.service"]],
    [{ ...DEPLOY, service: "erp export" }, ["body.service"]],
    [{ ...DEPLOY, service: "erp\n" }, ["body.service"]],
    [{ ...DEPLOY, version: "" }, ["body.version"]],
    [{ ...DEPLOY, version: " " }, ["body.version"]],
    [{ ...DEPLOY, version: "1\u001b[31m" }, ["body.version"]],
    [{ ...DEPLOY, version: "1\u202e2" }, ["body.version"]],
    [{ ...DEPLOY, version: "1\u20282" }, ["body.version"]],
    [{ ...DEPLOY, version: "1\n" }, ["body.version"]],
    [{ ...DEPLOY, version: "x".repeat(201) }, ["body.version"]],
    [{ ...DEPLOY, version: 3 }, ["body.version"]],
    [{ ...DEPLOY, at: "yesterday" }, ["body.at"]],
    [{ ...DEPLOY, at: "2026-03-03 10:40:00" }, ["body.at"]],
    [{ ...DEPLOY, at: "2026-03-03T11:40:00+01:00" }, ["body.at"]],
    [{ ...DEPLOY, at: NOON }, ["body.at"]],
    [{ ...DEPLOY, url: "javascript:alert(1)" }, ["body.url"]],
    [{ ...DEPLOY, url: "ftp://ci.example.com/7" }, ["body.url"]],
    [{ ...DEPLOY, url: "//ci.example.com/7" }, ["body.url"]],
    [{ ...DEPLOY, url: "https:ci.example.com" }, ["body.url"]],
    [{ ...DEPLOY, url: "https://ci.example.com/a b" }, ["body.url"]],
    [{ ...DEPLOY, url: "https://ben:secret@ci.example.com/7" }, ["body.url"]],
    [{ ...DEPLOY, url: `https://ci.example.com/${"x".repeat(2_000)}` }, ["body.url"]],
    [{ ...DEPLOY, by: "person:anna", id: "chg_9" }, ["body.by", "body.id"]],
    [[], ["body"]],
  ])("told as %j is 400 and names everything that is wrong", async (body, places) => {
    const door = testDoor();
    const response = await tell(door, body);
    expect(response.status).toBe(400);
    expect(response.body.problems.map(({ at }: { at: string }) => at)).toEqual(places);
    expect(door.controller.deploys).toEqual([]);
  });

  test.each([
    [5 * MINUTE, 201],
    [5 * MINUTE + 1, 400],
    [-7 * DAY, 201],
    [-7 * DAY - 1, 400],
  ])("that is %i ms from now is %i", async (offset, status) => {
    const door = testDoor();
    const response = await tell(door, { ...DEPLOY, at: new Date(NOON + offset).toISOString() });
    expect(response.status).toBe(status);
    expect(door.controller.deploys).toHaveLength(status === 201 ? 1 : 0);
  });

  test("that lies too far away is told why", async () => {
    const door = testDoor();
    const problemOf = async (at: string) => (await tell(door, { ...DEPLOY, at })).body.problems;
    expect(await problemOf("2027-01-01T00:00:00Z")).toEqual([
      { at: "body.at", message: "lies more than 5m in the future of 2026-03-03T10:42:00Z" },
    ]);
    expect(await problemOf("2025-01-01T00:00:00Z")).toEqual([
      { at: "body.at", message: "lies more than 7d before 2026-03-03T10:42:00Z" },
    ]);
  });

  test("told twice under one key is entered once and answered alike", async () => {
    const door = testDoor();
    const first = await tell(door, DEPLOY);
    const again = await tell(door, { version: DEPLOY.version, service: DEPLOY.service });
    expect(again.status).toBe(201);
    expect(again.text).toBe(first.text);
    expect(again.headers["idempotency-replayed"]).toBe("true");
    expect(door.controller.deploys).toHaveLength(1);
    const other = await tell(door, { ...DEPLOY, version: "2026.3.2" });
    expect(other.body.code).toBe("reused-idempotency-key");
    expect(door.controller.deploys).toHaveLength(1);
  });

  test("needs an Idempotency-Key", async () => {
    const door = testDoor();
    expect((await tell(door, DEPLOY, null)).body.code).toBe("no-idempotency-key");
    expect(door.controller.deploys).toEqual([]);
  });
});

describe("the ledger", () => {
  test("shows deploys and changes of exposure", async () => {
    const door = testDoor();
    door.controller.ledger = [deploy(), exposureChange({ from: null, by: null })];
    const response = await read(door);
    expect(response.status).toBe(200);
    expect(response.body).toEqual({
      changes: [
        {
          kind: "deploy",
          id: "chg_d1",
          at: "2026-03-03T10:42:00Z",
          service: "erp-export",
          version: "2026.3.1",
          by: "machine:ci",
          url: "https://ci.example.com/runs/7",
        },
        {
          kind: "exposure",
          id: "chg_e1",
          at: "2026-03-03T10:41:00Z",
          gate: "erp-order-export-v2",
          flag: "erp-order-export-v2",
          environment: "production",
          from: null,
          to: 25,
          by: null,
          reason: "all signals good",
          decision: "dec_8f31",
          verifiedAt: "2026-03-03T10:41:02Z",
        },
      ],
      next: null,
    });
  });

  test("is read page by page, with a next only while there is more", async () => {
    const door = testDoor();
    door.controller.ledger = ["c3", "c2", "c1"].map((id) => deploy({ id }));
    const page = async (query: string) => {
      const { body } = await read(door, query);
      return [body.changes.map(({ id }: { id: string }) => id), body.next];
    };
    expect(await page("?limit=2")).toEqual([["c3", "c2"], "c2"]);
    expect(await page("?limit=2&cursor=c2")).toEqual([["c1"], null]);
    expect(await page("?limit=3")).toEqual([["c3", "c2", "c1"], null]);
  });

  test("refuses a cursor that leads nowhere, rather than showing an end that is none", async () => {
    const door = testDoor();
    door.controller.ledger = [deploy({ id: "c1" })];
    const response = await read(door, "?cursor=gone");
    expect(response.status).toBe(400);
    expect(response.body.problems).toMatchObject([{ at: "query.cursor" }]);
  });

  test("of a gate has the deploys of its service", async () => {
    const door = testDoor();
    const mine = { name: "mine", gate: gate({ name: "mine", service: "erp-export" }) };
    door.controller.views = [gateView(mine), gateView({ name: "plain", gate: gate({ name: "plain" }) })];
    door.controller.ledger = [
      deploy({ id: "d-mine" }),
      deploy({ id: "d-other", service: "other" }),
      exposureChange({ id: "e-mine", gate: "mine" }),
      exposureChange({ id: "e-plain", gate: "plain" }),
    ];
    const ids = async (query: string) =>
      (await read(door, query)).body.changes.map(({ id }: { id: string }) => id);
    expect(await ids("?gate=mine")).toEqual(["d-mine", "e-mine"]);
    expect(await ids("?gate=plain")).toEqual(["e-plain"]);
    expect(await ids("?gate=mine&service=other")).toEqual(["d-other", "e-mine"]);
    expect(await ids("?service=erp-export")).toEqual(["d-mine"]);
    expect(await ids("")).toHaveLength(4);
  });

  test("of a gate that does not exist is 404, since nothing is known of it", async () => {
    const response = await read(testDoor(), "?gate=nobody");
    expect(response.status).toBe(404);
    expect(response.body.code).toBe("unknown-gate");
  });

  test.each(["?limit=0", "?limit=101", "?gate=UPPER", "?service=a%20b", "?service=", "?kind=deploy"])(
    "asked with %s is 400",
    async (query) => {
      expect((await read(testDoor(), query)).status).toBe(400);
    },
  );
});
