import request from "supertest";
import { describe, expect, test } from "vitest";
import { ROUTES, pathTo } from "../../src/api/routes.ts";
import type { RouteName } from "../../src/api/routes.ts";
import { SCOPES } from "../../src/domain/principal.ts";
import { ACTIONS, ACTION_SCOPES } from "../../src/domain/command.ts";
import { CI_SCOPES } from "../../src/domain/principal.ts";
import type { Scope } from "../../src/domain/principal.ts";
import { decision } from "../support/fake-controller.ts";
import { testDoor } from "./door.ts";

const PEOPLE_SCOPES: readonly Scope[] = ["operate", "approve", "adopt", "advance"];

type Ask = {
  readonly title: string;
  readonly route: RouteName;
  readonly body?: object;
  readonly allowed: readonly Scope[];
};

const PARAMETERS = { name: "erp-order-export-v2", code: "invalid" };

const ASKS: readonly Ask[] = [
  ...(Object.keys(ROUTES) as RouteName[])
    .filter((route) => ROUTES[route].body === null)
    .map((route) => ({
      title: `${ROUTES[route].method} ${ROUTES[route].path}`,
      route,
      allowed: ROUTES[route].scopes,
    })),
  ...ACTIONS.map((action) => ({
    title: `action ${action}`,
    route: "act" as const,
    body: { action, reason: "because" },
    allowed: ACTION_SCOPES[action],
  })),
  {
    title: "approval",
    route: "approve",
    body: { step: 3, decision: "dec_8f31", verdict: "approve", reason: "because" },
    allowed: ["approve"],
  },
  {
    title: "telling a deploy",
    route: "tellDeploy",
    body: { service: "erp-export", version: "2026.3.1" },
    allowed: ["changes"],
  },
  {
    title: "telling alerts",
    route: "hearAlerts",
    body: { alerts: [{ labels: { alertname: "ExportSlow" } }] },
    allowed: ["changes"],
  },
  {
    title: "making a token",
    route: "issueToken",
    body: { kind: "machine", name: "ci", preset: "ci", expiresIn: 3600 },
    allowed: ["admin"],
  },
];

/** The scope table once more, written out by hand, so that a wrong line in the product's own table shows. */
const BY_HAND: Readonly<Record<string, readonly Scope[]>> = {
  "action start": ["start"],
  "action act": ["operate"],
  "action observe": ["operate"],
  "action pause": ["stop"],
  "action resume": ["operate"],
  "action rollback": ["stop", "operate", "approve", "adopt"],
  "action reject": ["stop", "approve"],
  "action restart": ["operate"],
  "action adopt-flag": ["adopt"],
  "action restore": ["adopt"],
  "action abort": ["operate"],
  "action finish": ["operate"],
  "get /v1/changes": ["read"],
  "get /v1/tokens": ["admin"],
  "delete /v1/tokens/{id}": ["admin"],
};

type Bearer = {
  readonly title: string;
  readonly kind: "person" | "machine";
  readonly scopes: readonly Scope[];
};

const BEARERS: readonly Bearer[] = [
  { title: "a reader", kind: "person", scopes: ["read"] },
  { title: "a machine of preset ci", kind: "machine", scopes: CI_SCOPES },
  { title: "a machine whose token claims people's scopes", kind: "machine", scopes: PEOPLE_SCOPES },
  ...SCOPES.map((scope) => ({ title: `a person with ${scope}`, kind: "person" as const, scopes: [scope] })),
  { title: "a person with nothing", kind: "person", scopes: [] },
];

describe("who may do what", () => {
  test.each(Object.entries(BY_HAND))("%s needs the scopes the rules name", (title, scopes) => {
    expect(ASKS.find((ask) => ask.title === title)?.allowed).toEqual(scopes);
  });

  test.each(ASKS)("$title answers 401 without a token", async (ask) => {
    const { app } = testDoor();
    const response = await send(app, ask, "victim", null);
    expect(response.status).toBe(401);
    expect(response.headers["www-authenticate"]).toBe("Bearer");
    expect(response.body).toMatchObject({ code: "no-token", status: 401 });
  });

  describe.each(BEARERS)("$title", ({ kind, scopes }) => {
    const held = kind === "machine" ? scopes.filter((scope) => !PEOPLE_SCOPES.includes(scope)) : scopes;

    test.each(ASKS)("gets what its scopes allow from $title", async (ask) => {
      const door = testDoor();
      const known = decision({ id: "victim" });
      const engine = { recorded: "0.1.0", running: "0.1.0" };
      door.controller.known = [known];
      door.controller.replays.set(known.id, {
        kind: "replayed",
        decision: known,
        engine,
        same: true,
        differences: [],
      });
      door.token("machine", "other", ["read"]);
      const victim = door.tokens.rows[0]?.id ?? "";
      const id = ask.route === "revokeToken" ? victim : "victim";

      const response = await send(
        door.app,
        ask,
        id,
        door.token(kind, kind === "person" ? "anna" : "ci", scopes),
      );

      const allowed = ask.allowed.some((scope) => held.includes(scope));
      expect(response.status).toBe(allowed ? ROUTES[ask.route].answers.status : 403);
      if (!allowed) expect(response.body).toMatchObject({ code: "forbidden", scopes: expect.anything() });
      expect(door.controller.told).toHaveLength(allowed && ["act", "approve"].includes(ask.route) ? 1 : 0);
      expect(door.controller.deploys).toHaveLength(allowed && ask.route === "tellDeploy" ? 1 : 0);
      expect(door.controller.alerts).toHaveLength(allowed && ask.route === "hearAlerts" ? 1 : 0);
    });
  });

  test("a machine with admin makes no token for a person", async () => {
    const door = testDoor();
    const response = await request(door.app)
      .post("/v1/tokens")
      .auth(door.token("machine", "terraform", ["admin"]), { type: "bearer" })
      .send({ kind: "person", name: "anna", scopes: ["approve"], expiresIn: 3600 });
    expect(response.status).toBe(403);
    expect(door.tokens.rows).toHaveLength(1);
  });
});

function send(app: Parameters<typeof request>[0], ask: Ask, id: string, token: string | null) {
  const sent = request(app)[ROUTES[ask.route].method](pathTo(ask.route, { ...PARAMETERS, id }));
  if (token !== null) void sent.auth(token, { type: "bearer" });
  if (ROUTES[ask.route].idempotent) void sent.set("Idempotency-Key", "key-1");
  return ask.body === undefined ? sent : sent.send(ask.body);
}
