import { describe, expect, it, test } from "vitest";
import type { OutboundReply } from "../../../src/lib/outbound.ts";
import { createFlagServers } from "../../../src/unleash/flag-servers.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { answered, scriptedOutbound, unanswered } from "../../support/scripted-outbound.ts";
import { problemBody } from "../../support/unleash-bodies.ts";

const NOW = Date.UTC(2026, 0, 5, 9);

function servers(replies: Readonly<Record<string, OutboundReply>>) {
  const { outbound, asked } = scriptedOutbound(({ method, path }) => replies[`${method} ${path}`]);
  const made = createFlagServers({
    servers: { main: outbound },
    clients: { main: { production: outbound } },
    clock: manualClock(NOW),
  });
  return { made, asked };
}

const UI = "GET /api/admin/ui-config";
const USER = "GET /api/admin/user";
const TOKENS = "GET /api/admin/user/tokens";
const FEATURES = "GET /api/client/features";
const DATED = { date: new Date(NOW - 60_000).toUTCString() };
const REFUSED = answered(problemBody("AuthenticationRequired", "log in"), 401);

describe("about a server", () => {
  it("its version and how far our clocks are apart are told", async () => {
    const { made } = servers({ [UI]: { ...dated(answered({ version: "8.2.0" })) } });
    expect(await made.about("main")).toEqual({ kind: "told", version: "8.2.0", clockSkewMs: 59_001 });
  });

  it("the version may stand elsewhere, or nowhere", async () => {
    const elsewhere = { versionInfo: { current: { oss: "", enterprise: "7.5.1" } } };
    expect(await servers({ [UI]: answered(elsewhere) }).made.about("main")).toMatchObject({
      version: "7.5.1",
    });
    expect(await servers({ [UI]: answered("<html>") }).made.about("main")).toEqual({
      kind: "told",
      version: null,
      clockSkewMs: null,
    });
  });

  it.each([
    ["refused", REFUSED],
    ["refused", answered("", 403)],
    ["unreachable", answered("", 502)],
    ["unreachable", unanswered()],
  ])("it is %s", async (kind, reply) => {
    expect(await servers({ [UI]: reply }).made.about("main")).toMatchObject({ kind });
  });
});

describe("about the admin token", () => {
  it("a user's has all ends of the user's tokens", async () => {
    const pats = [{ expiresAt: "2026-02-01T00:00:00.000Z" }, { expiresAt: "2027-02-01T00:00:00.000Z" }];
    const { made } = servers({ [USER]: user(7), [TOKENS]: answered({ pats }) });
    expect(await made.token("main")).toEqual({
      kind: "told",
      owner: "user",
      ends: [Date.UTC(2026, 1, 1), Date.UTC(2027, 1, 1)],
    });
  });

  it("a user's whose tokens are not listed has no end that is told", async () => {
    const { made } = servers({ [USER]: user(7), [TOKENS]: answered("", 404) });
    expect(await made.token("main")).toEqual({ kind: "told", owner: "user", ends: null });
  });

  it("one from the environment is nobody's", async () => {
    const { made, asked } = servers({ [USER]: user(undefined) });
    expect(await made.token("main")).toEqual({ kind: "told", owner: "environment", ends: null });
    expect(asked.map(({ path }) => path)).toEqual(["/api/admin/user"]);
  });

  it("one that is not accepted is refused", async () => {
    expect(await servers({ [USER]: REFUSED }).made.token("main")).toMatchObject({
      kind: "refused",
      detail: "Unleash answered 401: log in",
    });
  });
});

describe("about context fields", () => {
  const CONTEXT = "GET /api/admin/context";

  it("those that strategies may stick to are told", async () => {
    const body = [
      { name: "orderId", stickiness: true },
      { name: "region", stickiness: false },
      { name: "appName" },
    ];
    const { made } = servers({ [CONTEXT]: answered(body) });
    expect(await made.stickyFields("main")).toEqual({ kind: "told", fields: ["orderId"] });
  });

  it("a server that turns us down, or is not configured, tells none", async () => {
    expect(await servers({ [CONTEXT]: REFUSED }).made.stickyFields("main")).toMatchObject({
      kind: "refused",
    });
    expect(await servers({}).made.stickyFields("other")).toMatchObject({ kind: "unreachable" });
  });
});

describe("about a backend token", () => {
  it.each([
    [[], "absent"],
    [[{ name: "rampart.stop", enabled: false }], "off"],
    [[{ name: "rampart.stop", enabled: true }], "on"],
    [[{ name: "rampart.stopwatch", enabled: true }], "absent"],
  ])("with %j the stop switch is %s", async (list, stopSwitch) => {
    const { made } = servers({ [FEATURES]: features(...list) });
    expect(await made.served("main", "production")).toEqual({
      kind: "told",
      environment: "production",
      stopSwitch,
    });
  });

  it("only flags that begin like the stop switch are asked for", async () => {
    const { made, asked } = servers({ [FEATURES]: features() });
    await made.served("main", "production");
    expect(asked[0]?.query).toEqual({ namePrefix: "rampart.stop" });
  });

  it("where there is none nothing is asked", async () => {
    const { made, asked } = servers({});
    expect(await made.served("main", "staging")).toEqual({ kind: "no-token" });
    expect(asked).toEqual([]);
  });
});

test("a server that is not configured is not asked", async () => {
  const { made, asked } = servers({});
  expect(await made.about("other")).toMatchObject({ kind: "unreachable" });
  expect(await made.token("other")).toMatchObject({ kind: "unreachable" });
  expect(asked).toEqual([]);
});

function dated(reply: OutboundReply): OutboundReply {
  return reply.kind === "failed" ? reply : { ...reply, headers: DATED };
}

function user(id: number | undefined): OutboundReply {
  return answered({ user: { id }, permissions: [] });
}

function features(...list: readonly unknown[]): OutboundReply {
  return answered({ version: 2, features: list, query: { environment: "production" } });
}
