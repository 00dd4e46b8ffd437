import request from "supertest";
import { describe, expect, test } from "vitest";
import { DAY, MINUTE } from "../../src/domain/instant.ts";
import { digestOf, mintToken, tokenId } from "../../src/http/auth/token-text.ts";
import { NOON } from "../support/fake-controller.ts";
import { countingRandom, testDoor } from "./door.ts";
import type { TestDoor } from "./door.ts";

const BOOTSTRAP = "bootstrap-secret-of-at-least-32-characters";
const HOUR_SECONDS = 3600;

function issue(door: TestDoor, bearer: string, body: object) {
  return request(door.app).post("/v1/tokens").auth(bearer, { type: "bearer" }).send(body);
}

function gates(door: TestDoor, bearer: string) {
  return request(door.app).get("/v1/gates").auth(bearer, { type: "bearer" });
}

describe("the text of a token", () => {
  test("names where it belongs and has a checksum", () => {
    const { id, text, digest } = mintToken("Production EU", countingRandom());
    expect(text).toMatch(/^rmp_production-eu_[0-9A-Za-z]{12}_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    expect(tokenId(text)).toBe(id);
    expect(digest).toBe(digestOf(text));
    expect(digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test("keeps its form for the smallest and the largest random numbers", () => {
    for (const byte of [0, 255]) {
      const { text } = mintToken("p", (size) => new Uint8Array(size).fill(byte));
      expect(tokenId(text)).not.toBeNull();
    }
  });

  test("with one character changed anywhere is no token", () => {
    const { text } = mintToken("production", countingRandom());
    for (let at = 0; at < text.length; at += 1) {
      const other = text[at] === "a" ? "b" : "a";
      expect(tokenId(text.slice(0, at) + other + text.slice(at + 1))).toBeNull();
    }
  });
});

describe("a token", () => {
  test("is shown once when it is made and works at once", async () => {
    const door = testDoor();
    const admin = door.token("person", "anna", ["admin"]);
    const made = await issue(door, admin, {
      kind: "machine",
      name: "ci",
      preset: "ci",
      expiresIn: HOUR_SECONDS,
    });
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({
      kind: "machine",
      name: "ci",
      scopes: ["read", "start", "stop", "changes"],
      createdBy: "person:anna",
      createdAt: "2026-03-03T10:42:00Z",
      expiresAt: "2026-03-03T11:42:00Z",
      revokedAt: null,
    });
    expect((await gates(door, made.body.token)).status).toBe(200);
    const listed = await request(door.app).get("/v1/tokens").auth(admin, { type: "bearer" });
    expect(listed.body.tokens).toHaveLength(2);
    expect(listed.text).not.toContain(made.body.token);
    expect(listed.text).not.toContain(digestOf(made.body.token));
  });

  test.each([
    [{ kind: "machine", name: "ci", scopes: ["read", "approve"] }, "only people can hold approve"],
    [
      { kind: "machine", name: "ci", scopes: ["operate", "adopt", "advance"] },
      "only people can hold operate, adopt, advance",
    ],
    [{ kind: "person", name: "nobody", scopes: ["read"] }, "nobody called nobody is under people:"],
  ])("is refused for %j", async (body, message) => {
    const door = testDoor();
    const made = await issue(door, door.token("person", "anna", ["admin"]), {
      ...body,
      expiresIn: HOUR_SECONDS,
    });
    expect(made.status).toBe(400);
    expect(made.body.detail).toContain(message);
    expect(door.tokens.rows).toHaveLength(1);
  });

  test.each([
    [{ kind: "machine", name: "ci", preset: "ci" }, "body.expiresIn"],
    [{ kind: "machine", name: "ci", preset: "ci", expiresIn: (91 * DAY) / 1000 }, "body.expiresIn"],
    [{ kind: "machine", name: "ci", preset: "ci", expiresIn: 0 }, "body.expiresIn"],
    [{ kind: "machine", name: "ci", expiresIn: HOUR_SECONDS }, "body.scopes"],
    [{ kind: "machine", name: "ci", preset: "ci", scopes: ["read"], expiresIn: HOUR_SECONDS }, "body.scopes"],
    [{ kind: "person", name: "anna", preset: "ci", expiresIn: HOUR_SECONDS }, "body.preset"],
    [{ kind: "machine", name: "Bad Name", preset: "ci", expiresIn: HOUR_SECONDS }, "body.name"],
    [{ kind: "machine", name: "ci", scopes: ["root"], expiresIn: HOUR_SECONDS }, "body.scopes.0"],
  ])("is not made from %j", async (body, place) => {
    const door = testDoor();
    const made = await issue(door, door.token("person", "anna", ["admin"]), body);
    expect(made.status).toBe(400);
    expect(made.body.problems.map(({ at }: { at: string }) => at)).toContain(place);
  });

  test("ends when its time is over", async () => {
    const door = testDoor();
    const token = door.token("machine", "ci", ["read"]);
    door.clock.at = NOON + 30 * DAY - 1;
    expect((await gates(door, token)).status).toBe(200);
    door.clock.at = NOON + 30 * DAY;
    const late = await gates(door, token);
    expect(late.status).toBe(401);
    expect(late.body.detail).toBe("the token has expired");
    expect(late.headers["www-authenticate"]).toBe('Bearer error="invalid_token"');
  });

  test("ends the moment it is revoked", async () => {
    const door = testDoor();
    const token = door.token("machine", "ci", ["read"]);
    const id = door.tokens.rows[0]?.id ?? "";
    const revoke = () =>
      request(door.app)
        .delete(`/v1/tokens/${id}`)
        .auth(door.token("person", "anna", ["admin"]), { type: "bearer" });
    expect((await revoke()).status).toBe(204);
    const late = await gates(door, token);
    expect(late.status).toBe(401);
    expect(late.body.detail).toBe("the token was revoked");
  });

  test("of a person who left the configuration ends, and groups count as they are now", async () => {
    const door = testDoor();
    const token = door.token("person", "anna", ["stop"]);
    const act = () =>
      request(door.app)
        .post("/v1/gates/erp-order-export-v2/actions")
        .auth(token, { type: "bearer" })
        .send({ action: "rollback", reason: "x" });
    door.people.splice(0, 1, { name: "anna", groups: ["other"] });
    expect((await act()).status).toBe(202);
    expect(door.controller.told[0]?.by).toMatchObject({ groups: ["other"] });
    door.people.splice(0, 1);
    const late = await act();
    expect(late.status).toBe(401);
    expect(late.body.detail).toBe("nobody called anna is in the configuration");
  });

  test("with the right id and another secret says nothing about why it is refused", async () => {
    const door = testDoor();
    door.token("machine", "ci", ["read"]);
    const row = door.tokens.rows[0];
    if (row === undefined) throw new Error("the token was not stored");
    // The row's digest is of another secret, so nothing about the row may show, not even that it expired.
    const other = mintToken("production", (size) => new Uint8Array(size).fill(7));
    door.tokens.rows.splice(0, 1, { ...row, id: other.id, expiresAt: NOON - MINUTE });
    const response = await gates(door, other.text);
    expect(response.status).toBe(401);
    expect(response.body.detail).toBe("the token is not valid");
  });

  test.each(["Basic YTpi", "Bearer", "Bearer a b", "rmp_x", "Bearer rmp_production_short"])(
    "sent as %s is 401",
    async (header) => {
      const response = await request(testDoor().app).get("/v1/gates").set("Authorization", header);
      expect(response.status).toBe(401);
    },
  );
});

describe("the bootstrap token", () => {
  test("makes the first administrator and then ends", async () => {
    const door = testDoor({ bootstrap: BOOTSTRAP });
    const made = await issue(door, BOOTSTRAP, {
      kind: "person",
      name: "anna",
      scopes: ["admin"],
      expiresIn: HOUR_SECONDS,
    });
    expect(made.status).toBe(201);
    const again = await issue(door, BOOTSTRAP, { kind: "machine", name: "x", preset: "ci", expiresIn: 60 });
    expect(again.status).toBe(401);
    expect(again.body.detail).toBe("the bootstrap token ended when the first administrator was made");
    expect(
      (await issue(door, made.body.token, { kind: "machine", name: "x", preset: "ci", expiresIn: 60 }))
        .status,
    ).toBe(201);
  });

  test("comes back into force when the only administrator's token ran out", async () => {
    const door = testDoor({ bootstrap: BOOTSTRAP });
    door.token("person", "anna", ["admin"]);
    expect((await issue(door, BOOTSTRAP, {})).status).toBe(401);
    door.clock.at = NOON + 31 * DAY;
    expect((await issue(door, BOOTSTRAP, {})).status).toBe(400);
  });

  test("can neither read nor act, nor take the store away", async () => {
    const door = testDoor({ bootstrap: BOOTSTRAP });
    expect((await gates(door, BOOTSTRAP)).status).toBe(403);
    const backup = await request(door.app).post("/v1/backups").auth(BOOTSTRAP, { type: "bearer" });
    expect(backup.status).toBe(403);
    expect(door.audited.map(({ kind }) => kind)).toEqual(["denied", "denied"]);
  });

  test("must be long", () => {
    expect(() => testDoor({ bootstrap: "x".repeat(31) })).toThrow("at least 32 characters");
  });
});
