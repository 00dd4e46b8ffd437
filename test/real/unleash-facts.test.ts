import { once } from "node:events";
import { InMemStorageProvider, Unleash } from "unleash-client";
import { afterAll, expect, inject, test } from "vitest";
import { type Place, type Strategy, unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import type { SharedUnleash } from "../support/real-peers-setup.ts";
import { until } from "../support/until.ts";

/** Here no other file of tests writes much, so its revision often stands still for a while. */
const ENVIRONMENT = "development";
const ELSEWHERE = "production";
const ROUNDS = 10;
const FEATURES = "/api/admin/projects/default/features";

const SERVERS = [
  { version: "8.2.0", server: (): SharedUnleash => inject("unleash8") },
  { version: "7.5.1", server: (): SharedUnleash => inject("unleash7") },
] as const;

const ended: (() => unknown)[] = [];

afterAll(async () => {
  for (const end of ended.toReversed()) await end();
});

test.each(SERVERS)(
  "Unleash $version: a rollout that is no string is answered with 400",
  async ({ server }) => {
    const { ask, path } = await flagOn(server(), "fact-number");
    const answer = await ask("PATCH", path, rolloutTo(40));
    expect(answer).toMatchObject({ status: 400, text: expect.stringContaining("/parameters/rollout") });
    expect(answer.text).toContain("must be string");
  },
);

test.each(SERVERS)(
  "Unleash $version: a PUT wipes what it does not name, but for segments",
  async ({ server }) => {
    const { ask, path, strategy, segment } = await flagOn(server(), "fact-put");
    const before = await strategy();
    expect(before.constraints).toHaveLength(1);
    expect(before.parameters).toMatchObject({ groupId: "team", stickiness: "userId" });

    expect(await ask("PUT", path, { name: "flexibleRollout", parameters: { rollout: "50" } })).toMatchObject({
      status: 200,
    });

    const after = await strategy();
    expect(after).toMatchObject({
      constraints: [],
      variants: [],
      segments: [segment],
      parameters: { rollout: "50", groupId: "fact-put", stickiness: "default" },
    });
  },
);

test.each(SERVERS)("Unleash $version: If-Match is not looked at", async ({ server }) => {
  const { ask, path, strategy } = await flagOn(server(), "fact-if-match");
  expect(await ask("PATCH", path, rolloutTo("40"), { "if-match": '"nonsense"' })).toMatchObject({
    status: 200,
  });
  expect((await strategy()).parameters["rollout"]).toBe("40");
});

test.each(SERVERS)(
  "Unleash $version: a failed test is an UnknownError with 500, not a conflict",
  async ({ server }) => {
    const { ask, path } = await flagOn(server(), "fact-test");
    const failing = { op: "test", path: "/parameters/rollout", value: "11" };
    const answer = await ask("PATCH", path, [failing, ...rolloutTo("40")]);
    expect(answer.status).toBe(500);
    expect(JSON.parse(answer.text)).toMatchObject({
      name: "UnknownError",
      message: expect.stringMatching(/^Test operation failed/),
    });
  },
);

test.each(SERVERS)(
  "Unleash $version: a write under a wrong flag name is answered with 403, not 404",
  async ({ server }) => {
    const { ask, path } = await flagOn(server(), "fact-name");
    const answer = await ask("PATCH", path.replace("fact-name", "fact-other-name"), rolloutTo("40"));
    expect(answer.status).toBe(403);
    if (server().version.startsWith("8.")) expect(answer.text).toBe("");
  },
);

test.each(SERVERS)(
  "Unleash $version: after a write through another environment SDKs are told 304 and keep the old percent",
  async ({ server }) => {
    const { ask, path } = await flagOn(server(), "fact-304");
    const own = await sdkView(server(), ENVIRONMENT);
    const other = await sdkView(server(), ELSEWHERE);
    await until(async () => expect(await own.percent("fact-304")).toBe("18"));

    // Whoever else changes a flag of this environment moves its revision, and with it what SDKs are told.
    for (let round = 1; ; round += 1) {
      const told = String(20 + round);
      await ask("PATCH", path, rolloutTo(told));
      await until(async () => expect(await own.percent("fact-304")).toBe(told));
      const [before, beside] = [await own.etag(), await other.etag()];
      const through = path.replace(`/${ENVIRONMENT}/`, `/${ELSEWHERE}/`);
      expect(await ask("PATCH", through, rolloutTo("77"))).toMatchObject({ status: 200 });
      expect(JSON.parse((await ask("GET", path)).text)).toMatchObject({ parameters: { rollout: "77" } });
      // The event went there, so that is what moves.
      await until(async () => expect(await other.etag()).not.toBe(beside));
      const [status, percent] = [await own.statusFor(before), await own.percent("fact-304")];
      if ((status === 304 && percent === told) || round === ROUNDS) {
        expect([status, percent]).toEqual([304, told]);
        return;
      }
    }
  },
);

test.each(SERVERS)(
  "Unleash $version: the ETag for SDKs is a hash and a revision, told with 304 while it stands",
  async ({ server }) => {
    const view = await sdkView(server(), ENVIRONMENT);
    expect(await view.etag()).toMatch(/^(W\/)?"[0-9a-f]+:\d+(:v\d+)?"$/);
    await until(async () => expect(await view.statusFor(await view.etag())).toBe(304));
  },
);

test.each(SERVERS)(
  "Unleash $version: switching on can wake disabled strategies in place of adding one",
  async ({ server }) => {
    const { ask, path, place, admin } = await flagOn(server(), "fact-awake");
    await ask("PATCH", path, [{ op: "replace", path: "/disabled", value: true }]);
    const on = `${FEATURES}/${place.flag}/environments/${ENVIRONMENT}/on?shouldActivateDisabledStrategies=true`;
    expect(await ask("POST", on)).toMatchObject({ status: 200 });
    expect(await admin.strategies(place)).toMatchObject([{ disabled: false, parameters: { rollout: "18" } }]);
  },
);

test.each(SERVERS)(
  "Unleash $version: a token of an SDK is refused by the admin API with 403 and says why",
  async ({ server }) => {
    const backend = await backendToken(server(), ENVIRONMENT);
    const answer = await askAs(server(), backend)("GET", `${FEATURES}/fact-any`);
    expect(answer).toMatchObject({
      status: 403,
      text: expect.stringContaining("expected a different token type"),
    });
  },
);

test.each(SERVERS)("Unleash $version: a token of an admin cannot be made over HTTP", async ({ server }) => {
  const answer = await askAs(server(), server().adminToken)("POST", "/api/admin/api-tokens", {
    tokenName: "more",
    type: "admin",
    projects: ["*"],
  });
  expect(answer.status).toBe(400);
});

test.each(SERVERS)(
  "Unleash $version: a seeded admin token signs as admin and no user",
  async ({ server }) => {
    const admin = unleashAdmin(server(), server().adminToken);
    await admin.createFlag("fact-seeded");
    expect(await admin.events("fact-seeded")).toMatchObject([{ createdBy: "admin", createdByUserId: -42 }]);
  },
);

test.each(SERVERS)(
  "Unleash $version: whoever may not write is told the right that is missing",
  async ({ server }) => {
    const { path, place } = await flagOn(server(), "fact-viewer");
    const ask = askAs(server(), server().viewer.token);
    expect(await ask("PATCH", path, rolloutTo("40"))).toMatchObject({
      status: 403,
      text: expect.stringContaining("UPDATE_FEATURE_STRATEGY"),
    });
    const off = `${FEATURES}/${place.flag}/environments/${ENVIRONMENT}/off`;
    expect(await ask("POST", off)).toMatchObject({
      status: 403,
      text: expect.stringContaining("UPDATE_FEATURE_ENVIRONMENT"),
    });
  },
);

test.each(SERVERS)(
  "Unleash $version: every reader sees a flag's events, the whole log only an admin",
  async ({ server }) => {
    await flagOn(server(), "fact-log");
    const reader = askAs(server(), server().viewer.token);
    expect(await reader("GET", "/api/admin/events/fact-log")).toMatchObject({ status: 200 });
    expect(await reader("GET", "/api/admin/search/events?feature=IS:fact-log&limit=5")).toMatchObject({
      status: 200,
    });
    expect(await reader("GET", "/api/admin/events")).toMatchObject({ status: 403 });
  },
);

test.each(SERVERS)(
  "Unleash $version: an environment takes 30 strategies of a flag and no more",
  async ({ server }) => {
    const { ask, path, place, admin } = await flagOn(server(), "fact-limit");
    for (let count = 1; count < 30; count += 1)
      await admin.addRollout({ ...place, rollout: 0, disabled: true });
    const more = await ask("POST", path.replace(/\/[^/]+$/, ""), {
      name: "flexibleRollout",
      parameters: { rollout: "0", stickiness: "default", groupId: place.flag },
    });
    expect(more.status).toBe(400);
    expect(await admin.strategies(place)).toHaveLength(30);
  },
);

test.each(SERVERS)(
  "Unleash $version: an event holds the whole strategy before and after, and no field for a reason",
  async ({ server }) => {
    const { ask, path, admin, strategy } = await flagOn(server(), "fact-event");
    const before = await strategy();
    await ask("PATCH", path, rolloutTo("40"));
    const [event] = await admin.events("fact-event");
    expect(event).toMatchObject({
      type: "feature-strategy-update",
      featureName: "fact-event",
      project: "default",
      environment: ENVIRONMENT,
      preData: { id: before.id, constraints: before.constraints, parameters: before.parameters },
      data: {
        id: before.id,
        constraints: before.constraints,
        parameters: { ...before.parameters, rollout: "40" },
      },
    });
    expect(Object.keys(event ?? {})).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/reason|comment/i)]),
    );
  },
);

test.each(SERVERS)(
  "Unleash $version: a change of a segment changes the audience and leaves no event of the flag",
  async ({ server }) => {
    const { admin, segment } = await flagOn(server(), "fact-segment");
    const before = await admin.events("fact-segment");
    await admin.call("PUT", `/api/admin/segments/${segment}`, {
      name: "segment of fact-segment",
      constraints: [{ contextName: "userId", operator: "IN", values: ["somebody-else"] }],
    });
    expect(await admin.events("fact-segment")).toEqual(before);
  },
);

test.each(SERVERS)(
  "Unleash $version: streaming, deltas, change requests and release plans are not there",
  async ({ server }) => {
    const backend = await backendToken(server(), ENVIRONMENT);
    const sdk = askAs(server(), backend);
    expect(await sdk("GET", "/api/client/streaming")).toMatchObject({ status: 404 });
    const admin = askAs(server(), server().adminToken);
    for (const path of ["/api/admin/release-plan-templates", "/api/admin/projects/default/change-requests"]) {
      expect(await admin("GET", path)).toMatchObject({ status: 404 });
    }
  },
);

/** Unleash 7.5.1 throws away what SDKs count unless it is told to keep it. */
test("Unleash 8.2.0: what an SDK counts per flag is shown to Prometheus, with a label of the flag", async () => {
  const server = inject("unleash8");
  const sdk = new Unleash({
    appName: "facts",
    environment: ENVIRONMENT,
    url: `${server.url}/api`,
    customHeaders: { authorization: await backendToken(server, ENVIRONMENT) },
    metricsInterval: 3_600_000,
    skipInstanceCountWarning: true,
    storageProvider: new InMemStorageProvider(),
  });
  ended.push(() => sdk.destroy());
  await once(sdk, "synchronized");
  sdk.impactMetrics.defineCounter("fact_errors", "Errors of the checkout");
  const flagContext = { flagNames: ["fact-absent"], context: { userId: "one" } };
  sdk.impactMetrics.incrementCounter("fact_errors", 2, flagContext);
  await sdk.flushMetrics();
  await until(async () => {
    const response = await fetch(`${server.url}/internal-backstage/impact/metrics`);
    const shown = await response.text();
    const line = shown.split("\n").find((each) => each.startsWith("fact_errors{")) ?? "";
    expect(line).toContain('fact_absent="disabled"');
    expect(line).toMatch(/ 2$/);
  });
});

function rolloutTo(value: string | number) {
  return [{ op: "replace", path: "/parameters/rollout", value }];
}

/** A flag that is on at 18 %, with a constraint, a segment and a groupId of its own. */
async function flagOn(server: SharedUnleash, flag: string) {
  const admin = unleashAdmin(server, server.adminToken);
  const place: Place = { flag, environment: ENVIRONMENT };
  const users = [{ contextName: "userId", operator: "IN", values: ["one"] }];
  const { id: segment } = await admin.createSegment(`segment of ${flag}`, users);
  await admin.createFlag(flag);
  const constraints = [{ contextName: "appName", operator: "IN", values: ["shop"] }];
  const more = { stickiness: "userId", groupId: "team", constraints, segments: [segment] };
  const { id } = await admin.addRollout({ ...place, rollout: 18, ...more });
  await admin.switchEnvironment(place, "on");
  const path = `${FEATURES}/${flag}/environments/${ENVIRONMENT}/strategies/${id}`;
  return {
    admin,
    place,
    path,
    segment,
    ask: askAs(server, server.rampart.token),
    strategy: () => admin.call<Strategy>("GET", path),
  };
}

/** Whatever the answer is, without judging it. */
function askAs(server: SharedUnleash, token: string) {
  return async (
    method: string,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { authorization: token, "content-type": "application/json", ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(20_000),
    });
    return { status: response.status, text: await response.text() };
  };
}

async function backendToken(server: SharedUnleash, environment: string): Promise<string> {
  const admin = unleashAdmin(server, server.adminToken);
  const asked = { tokenName: "facts", type: "backend", environment, projects: ["*"] };
  return (await admin.call<{ secret: string }>("POST", "/api/admin/api-tokens", asked)).secret;
}

type Told = {
  readonly features: readonly { readonly name: string; readonly strategies: readonly Strategy[] }[];
};

/** What Unleash tells the SDKs of one environment. */
async function sdkView(server: SharedUnleash, environment: string) {
  const authorization = await backendToken(server, environment);
  const poll = (headers: Readonly<Record<string, string>> = {}): Promise<Response> =>
    fetch(`${server.url}/api/client/features`, { headers: { authorization, ...headers } });
  return {
    etag: async (): Promise<string> => (await poll()).headers.get("etag") ?? "",
    statusFor: async (etag: string): Promise<number> => (await poll({ "if-none-match": etag })).status,
    async percent(flag: string): Promise<string | undefined> {
      const { features } = (await (await poll()).json()) as Told;
      return features.find(({ name }) => name === flag)?.strategies[0]?.parameters["rollout"];
    },
  };
}
