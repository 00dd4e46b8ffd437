import request from "supertest";
import { describe, expect, test } from "vitest";
import { DAY, HOUR } from "../../src/domain/instant.ts";
import { aMaintenance } from "../support/builders.ts";
import { NOON } from "../support/fake-controller.ts";
import { testDoor } from "./door.ts";
import type { TestDoor } from "./door.ts";

const BEGIN = { action: "begin", for: 7_200, reason: "Prometheus is upgraded" };
const END = { action: "end", reason: "done early" };
const WORK = aMaintenance({ since: NOON, until: NOON + HOUR });

function order(
  door: TestDoor,
  body: object,
  source = "main",
  token = door.token("person", "anna", ["operate"]),
) {
  return request(door.app)
    .post(`/v1/sources/${source}/maintenance`)
    .auth(token, { type: "bearer" })
    .set("Idempotency-Key", "key-1")
    .send(body);
}

describe("an order for maintenance", () => {
  test("begins it, and answers 201 with its end and the gates it concerns", async () => {
    const door = testDoor();
    const response = await order(door, BEGIN);
    expect(response.status).toBe(201);
    expect(response.body).toEqual({
      source: "main",
      maintenance: {
        source: "main",
        since: "2026-03-03T10:42:00Z",
        until: "2026-03-03T12:42:00Z",
        by: "person:anna",
        reason: BEGIN.reason,
      },
      gates: ["erp-order-export-v2"],
    });
    expect(door.controller.workOrders).toMatchObject([{ source: "main", forMs: 2 * HOUR }]);
  });

  test("ends it", async () => {
    const door = testDoor();
    door.controller.works = [WORK];
    expect((await order(door, END)).body).toMatchObject({ source: "main", maintenance: null });
    expect(door.controller.workOrders).toMatchObject([{ forMs: null, reason: "done early" }]);
  });

  test("sent twice under one key is one order", async () => {
    const door = testDoor();
    const first = await order(door, BEGIN);
    expect((await order(door, BEGIN)).body).toEqual(first.body);
    expect(door.controller.workOrders).toHaveLength(1);
  });

  test("calls the only source by its name, or prometheus", async () => {
    const door = testDoor();
    expect((await order(door, BEGIN, "prometheus")).body).toMatchObject({ source: "main" });
  });

  test("of a source that is none is 404, and says which there are", async () => {
    const response = await order(testDoor(), BEGIN, "graphite");
    expect(response.status).toBe(404);
    expect(response.body).toMatchObject({
      code: "unknown-source",
      detail: "there is no source of that name; the sources are: main",
    });
  });

  test("to end what is not under way is 409, and is asked anew under the same key", async () => {
    const door = testDoor();
    expect((await order(door, END)).body).toMatchObject({ status: 409, code: "no-maintenance" });
    door.controller.works = [WORK];
    expect((await order(door, END)).status).toBe(201);
  });

  test.each<[object, string[]]>([
    [{}, ["body.action"]],
    [{ ...BEGIN, for: undefined }, ["body.for"]],
    [{ ...BEGIN, for: 0 }, ["body.for"]],
    [{ ...BEGIN, for: 1.5 }, ["body.for"]],
    [{ ...BEGIN, for: 86_401 }, ["body.for"]],
    [{ ...BEGIN, for: "2h" }, ["body.for"]],
    [{ ...BEGIN, reason: " " }, ["body.reason"]],
    [{ ...END, reason: "x".repeat(501) }, ["body.reason"]],
    [{ ...END, for: 60 }, ["body.for"]],
  ])("as %j is 400 and names what is wrong", async (body, places) => {
    const door = testDoor();
    const response = await order(door, body);
    expect(response.status).toBe(400);
    expect(response.body.problems.map(({ at }: { at: string }) => at)).toEqual(places);
    expect(door.controller.workOrders).toEqual([]);
  });

  test("may last a day", async () => {
    const door = testDoor();
    expect((await order(door, { ...BEGIN, for: 86_400 })).status).toBe(201);
    expect(door.controller.workOrders).toMatchObject([{ forMs: DAY }]);
  });

  test("is for people who operate, never for machines", async () => {
    const door = testDoor();
    for (const token of [
      door.token("machine", "ci", ["read", "operate", "stop", "changes"]),
      door.token("person", "anna", ["read", "stop", "approve", "adopt"]),
    ]) {
      expect((await order(door, BEGIN, "main", token)).status).toBe(403);
    }
    expect(door.controller.workOrders).toEqual([]);
  });
});

test("what is under way is listed, with the sources there are", async () => {
  const door = testDoor();
  door.controller.works = [WORK];
  const response = await request(door.app)
    .get("/v1/maintenance")
    .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
  expect(response.body).toEqual({
    sources: ["main"],
    maintenance: [
      {
        source: "main",
        since: "2026-03-03T10:42:00Z",
        until: "2026-03-03T11:42:00Z",
        by: "person:operator",
        reason: "Prometheus is upgraded",
      },
    ],
  });
});
