import { gzipSync } from "node:zlib";
import request from "supertest";
import { describe, expect, test } from "vitest";
import { StoreUnavailable } from "../../src/control/ports.ts";
import { testDoor } from "./door.ts";
import type { TestDoor } from "./door.ts";

const ACTIONS = "/v1/gates/erp-order-export-v2/actions";
const STATUS = "/v1/gates/erp-order-export-v2/status";

function raw(door: TestDoor, body: string | Buffer, headers: Record<string, string> = {}) {
  return (
    request(door.app)
      .post(ACTIONS)
      .auth(door.token("person", "anna", ["read", "stop"]), { type: "bearer" })
      .set({ "Content-Type": "application/json", "Idempotency-Key": "key-1", ...headers })
      // As it is: supertest would write a Buffer as a list of numbers.
      .serialize((sent) => sent)
      .send(body)
  );
}

describe("a hostile body", () => {
  test.each<[string, string | Buffer, Record<string, string>, number, string]>([
    ["that is not JSON", '{"action":', {}, 400, "invalid"],
    ["that is empty", "", {}, 400, "invalid"],
    ["that is a bare word", '"rollback"', {}, 400, "invalid"],
    ["with a number too large to be one", '{"action":"start","reason":"x","at":1e999}', {}, 400, "invalid"],
    [
      "with a prototype",
      '{"__proto__":{"scopes":["admin"]},"action":"pause","reason":"x"}',
      {},
      400,
      "invalid",
    ],
    [
      "with a constructor",
      '{"constructor":{"prototype":{}},"action":"pause","reason":"x"}',
      {},
      400,
      "invalid",
    ],
    ["nested without end", `${"[".repeat(50_000)}${"]".repeat(50_000)}`, {}, 400, "invalid"],
    ["above 100 KB", JSON.stringify({ action: "pause", reason: "x".repeat(110_000) }), {}, 413, "too-large"],
    [
      "that unpacks to more than it says",
      gzipSync(JSON.stringify({ action: "pause", reason: "x".repeat(5_000_000) })),
      { "Content-Encoding": "gzip" },
      413,
      "too-large",
    ],
    ["in an unknown packing", "{}", { "Content-Encoding": "zstandard" }, 415, "not-json"],
    [
      "sent as text, as a form on a foreign page can",
      '{"action":"pause","reason":"x"}',
      { "Content-Type": "text/plain" },
      415,
      "not-json",
    ],
    [
      "sent as a form",
      "action=pause&reason=x",
      { "Content-Type": "application/x-www-form-urlencoded" },
      415,
      "not-json",
    ],
    [
      "in another character set",
      '{"action":"pause","reason":"x"}',
      { "Content-Type": "application/json; charset=utf-7" },
      415,
      "not-json",
    ],
  ])("%s is refused as a problem", async (_, body, headers, status, code) => {
    const door = testDoor();
    const response = await raw(door, body, headers);
    expect(response.status).toBe(status);
    expect(response.headers["content-type"]).toBe("application/problem+json");
    expect(response.body).toMatchObject({ status, code, type: `/problems/${code}` });
    expect(response.text).not.toMatch(/node_modules|at .*\.ts|<html/i);
    expect(door.controller.told).toEqual([]);
    expect(({} as { scopes?: unknown }).scopes).toBeUndefined();
  });

  test("without any content type is refused", async () => {
    const door = testDoor();
    const response = await request(door.app)
      .post(ACTIONS)
      .auth(door.token("person", "anna", ["stop"]), { type: "bearer" })
      .set("Idempotency-Key", "key-1");
    expect(response.status).toBe(415);
  });
});

describe("a hostile address", () => {
  test.each([
    ["?for=advance&for=deploy"],
    ["?for[]=advance"],
    ["?for[x]=advance"],
    ["?for=everything"],
    ["?strict=yes"],
    ["?__proto__=1"],
    ["?extra=1"],
  ])("with the query %s is refused", async (query) => {
    const door = testDoor();
    const response = await request(door.app)
      .get(`${STATUS}${query}`)
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
    expect(response.status).toBe(400);
    expect(response.body.code).toBe("invalid");
  });

  test("that cannot be decoded is refused", async () => {
    const door = testDoor();
    const response = await request(door.app)
      .get("/v1/gates/%E0%A4%A")
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
    expect(response.status).toBe(400);
    expect(response.headers["content-type"]).toBe("application/problem+json");
  });

  test("that does not exist is 404 to who has a token and 401 to who has none", async () => {
    const door = testDoor();
    const known = await request(door.app)
      .get("/admin")
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
    expect(known.status).toBe(404);
    expect(known.body.code).toBe("not-found");
    expect((await request(door.app).get("/admin")).status).toBe(401);
  });

  test("taken with the wrong method is 405 and names the right ones", async () => {
    const door = testDoor();
    const agent = request(door.app);
    const token = door.token("machine", "ci", ["read"]);
    for (const method of ["put", "delete", "options"] as const) {
      const response = await agent[method]("/v1/gates/erp-order-export-v2/approvals").auth(token, {
        type: "bearer",
      });
      expect(response.status).toBe(405);
      expect(response.headers["allow"]).toBe("GET, HEAD, POST");
      expect(response.body.code).toBe("method-not-allowed");
    }
  });
});

describe("every answer", () => {
  test("forbids to be framed, sniffed, cached or scripted", async () => {
    const door = testDoor();
    const { headers } = await request(door.app).get("/v1/gates");
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none';frame-ancestors 'none';base-uri 'none';form-action 'none'",
    );
    expect(headers["x-content-type-options"]).toBe("nosniff");
    expect(headers["x-frame-options"]).toBe("DENY");
    expect(headers["cache-control"]).toBe("no-store");
    expect(headers["x-powered-by"]).toBeUndefined();
  });

  test("builds its links from the configuration, whatever host the request names", async () => {
    const door = testDoor();
    const response = await request(door.app)
      .get(STATUS)
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" })
      .set({ Host: "evil.example.com", "X-Forwarded-Host": "evil.example.com" });
    expect(response.text).not.toContain("evil");
    expect(response.body.url).toBe("https://rampart.example.com/d/dec_8f31");
  });

  test("to a bug says only under which id the log knows it", async () => {
    const door = testDoor();
    door.controller.gates = () => Promise.reject(new Error("canary-detail of the store"));
    const response = await request(door.app)
      .get("/v1/gates")
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
    expect(response.status).toBe(500);
    expect(response.text).not.toContain("canary-detail");
    expect(response.body).toMatchObject({ code: "failed", request: response.headers["x-request-id"] });
    const line = door.logged.find((each) => each.includes("canary-detail")) ?? "";
    expect(JSON.parse(line)).toMatchObject({ level: "error", request: response.headers["x-request-id"] });
  });

  test("to a store that cannot be used says so and when to ask again, not where it lies", async () => {
    const door = testDoor();
    door.controller.gates = () =>
      Promise.reject(new StoreUnavailable("database or disk is full: /var/canary", false, null));
    const response = await request(door.app)
      .get("/v1/gates")
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
    expect(response.status).toBe(503);
    expect(response.headers["retry-after"]).toBe("15");
    expect(response.text).not.toContain("canary");
    expect(response.body).toMatchObject({
      code: "store-unavailable",
      detail: expect.stringMatching(/disk may be full, read-only or damaged/),
      request: response.headers["x-request-id"],
    });
    expect(door.logged.join("")).toContain("/var/canary");
  });
});

describe("a secret", () => {
  test.each(["?token=rmp_x", "?access_token=abc", "?API_KEY=abc", "?q=TOKEN"])(
    "in the address (%s) is refused, even beside a valid header, and not logged",
    async (query) => {
      const door = testDoor();
      const secret = door.token("machine", "ci", ["read"]);
      const response = await request(door.app)
        .get(`/v1/gates${query.replace("TOKEN", secret)}`)
        .auth(secret, { type: "bearer" });
      expect(response.status).toBe(400);
      expect(response.body.code).toBe("token-in-url");
      expect(response.text + door.logged.join("")).not.toContain(secret);
    },
  );

  test("in the path is refused and not logged", async () => {
    const door = testDoor();
    const secret = door.token("machine", "ci", ["read"]);
    const response = await request(door.app).get(
      `/v1/gates/${encodeURIComponent(secret).replace("_", "%5F")}`,
    );
    expect(response.status).toBe(400);
    expect(response.text + door.logged.join("")).not.toContain(secret);
  });

  test("never comes back in an answer or a log line, whatever is done with it", async () => {
    const door = testDoor();
    const secret = door.token("person", "anna", ["read", "stop", "admin"]);
    const answers = [
      await request(door.app).get("/v1/gates").auth(secret, { type: "bearer" }),
      await request(door.app).get("/v1/tokens").auth(secret, { type: "bearer" }),
      await request(door.app).get("/nowhere").auth(secret, { type: "bearer" }),
      await request(door.app).get("/v1/gates").auth(`${secret}x`, { type: "bearer" }),
      await request(door.app)
        .post(ACTIONS)
        .auth(secret, { type: "bearer" })
        .send({ [secret]: 1 }),
      await request(door.app)
        .post(ACTIONS)
        .auth(secret, { type: "bearer" })
        .set("Content-Type", "application/json")
        .send(`{"a": ${secret}`),
    ];
    const digest = door.tokens.rows[0]?.digest ?? "none";
    // The caller's own key name comes back to the caller; a log keeps nothing of it.
    for (const response of answers) {
      expect(response.text + JSON.stringify(response.headers)).not.toContain(digest);
    }
    expect(answers.filter(({ text }) => text.includes(secret))).toEqual([]);
    expect(door.logged.join("")).not.toContain(secret);
    expect(door.logged.length).toBeGreaterThan(answers.length - 1);
  });
});

describe("a flood", () => {
  const rates = { ordinary: 3, vital: 5, failures: 2 };

  test("of requests is held back for each token by itself", async () => {
    const door = testDoor({ rates });
    const token = door.token("machine", "ci", ["read"]);
    const send = (bearer: string) => request(door.app).get("/v1/gates").auth(bearer, { type: "bearer" });
    for (let sent = 0; sent < 3; sent += 1) expect((await send(token)).status).toBe(200);
    const late = await send(token);
    expect(late.status).toBe(429);
    expect(late.body.code).toBe("too-many");
    expect(Number(late.headers["retry-after"])).toBeGreaterThan(0);
    expect((await send(door.token("machine", "other", ["read"]))).status).toBe(200);
  });

  test("does not keep the same token from looking at a gate, pausing it or rolling it back", async () => {
    const door = testDoor({ rates });
    const token = door.token("machine", "ci", ["read", "stop"]);
    for (let sent = 0; sent < 5; sent += 1) {
      await request(door.app).get("/v1/gates").auth(token, { type: "bearer" });
    }
    const act = (action: string) =>
      request(door.app)
        .post(ACTIONS)
        .auth(token, { type: "bearer" })
        .set("Idempotency-Key", action)
        .send({ action, reason: "fire" });
    expect((await request(door.app).get(STATUS).auth(token, { type: "bearer" })).status).toBe(200);
    expect((await act("rollback")).status).toBe(202);
    expect((await act("pause")).status).toBe(202);
    expect((await act("reject")).status).toBe(429);
  });

  test("of guesses is held back by address, and locks out nobody who has a token", async () => {
    const door = testDoor({ rates });
    const guess = () => request(door.app).get("/v1/gates").auth("rmp_guess", { type: "bearer" });
    expect((await guess()).status).toBe(401);
    expect((await guess()).status).toBe(401);
    expect((await guess()).status).toBe(429);
    const known = await request(door.app)
      .get("/v1/gates")
      .auth(door.token("machine", "ci", ["read"]), { type: "bearer" });
    expect(known.status).toBe(200);
  });
});
