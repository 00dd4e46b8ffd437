import request from "supertest";
import { expect, test } from "vitest";
import { decision } from "../support/fake-controller.ts";
import { testDoor } from "./door.ts";
import type { TestDoor } from "./door.ts";

const ENGINE = { recorded: "0.1.0", running: "0.2.0" };

function replay(door: TestDoor, id: string) {
  return request(door.app)
    .get(`/v1/decisions/${id}/replay`)
    .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
}

test("a decision that comes out the same is said to", async () => {
  const door = testDoor();
  const kept = decision({ count: 4 });
  door.controller.known = [kept];
  door.controller.replays.set(kept.id, {
    kind: "replayed",
    decision: kept,
    engine: ENGINE,
    same: true,
    differences: [],
  });
  const response = await replay(door, kept.id);
  expect(response.status).toBe(200);
  expect(response.body).toEqual({
    decision: "dec_8f31",
    gate: "erp-order-export-v2",
    passes: 4,
    engine: ENGINE,
    same: true,
    differences: [],
  });
});

test("differences carry their values as JSON, and null where there is none", async () => {
  const door = testDoor();
  door.controller.known = [decision()];
  door.controller.replays.set("dec_8f31", {
    kind: "replayed",
    decision: decision(),
    engine: ENGINE,
    same: false,
    differences: [
      { path: "decision.verdict", recorded: "good", replayed: "halt" },
      { path: "record.run", recorded: null, replayed: undefined },
    ],
  });
  expect((await replay(door, "dec_8f31")).body).toMatchObject({
    same: false,
    differences: [
      { path: "decision.verdict", recorded: '"good"', replayed: '"halt"' },
      { path: "record.run", recorded: "null", replayed: null },
    ],
  });
});

test("a decision without inputs says why there is nothing to make again", async () => {
  const door = testDoor();
  door.controller.known = [decision()];
  const response = await replay(door, "dec_8f31");
  expect(response.status).toBe(404);
  expect(response.body).toMatchObject({
    code: "no-inputs",
    detail: expect.stringContaining("it is a command, or too old"),
  });
});

test("a decision that nobody knows, or whose id cannot be one, is 404", async () => {
  const door = testDoor();
  for (const id of ["dec_nobody", "dec%20x"]) {
    const response = await replay(door, id);
    expect(response.status).toBe(404);
    expect(response.body.code).toBe("unknown-decision");
  }
});
