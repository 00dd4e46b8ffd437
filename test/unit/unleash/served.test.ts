import { setTimeout as sleep } from "node:timers/promises";
import type { IncomingMessage, ServerResponse } from "node:http";
import { afterEach, expect, test } from "vitest";
import type { Served } from "../../../src/control/ports.ts";
import { createServed, type ServedServer } from "../../../src/unleash/served.ts";
import { createSightings } from "../../../src/unleash/sightings.ts";
import { fakeStrategy } from "../../support/fake-flag-edits.ts";
import { flagTarget } from "../../support/flag-target.ts";
import { realClock } from "../../support/real-clock.ts";
import { sendFlags, startSdkServer, type SdkServer } from "../../support/sdk-server.ts";

const TARGET = flagTarget();
const REFRESH_MS = 20;
const TOKEN = { production: { value: "*:production.abc" } };

const ended: (() => unknown)[] = [];

afterEach(async () => {
  for (const end of ended.splice(0).toReversed()) await end();
});

async function serverAnswering(
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<SdkServer> {
  const server = await startSdkServer(answer);
  ended.push(() => server.close());
  return server;
}

function servedBy(server: Partial<ServedServer> & { readonly url: string }) {
  const sightings = createSightings();
  const main = { tokens: TOKEN, refreshMs: REFRESH_MS, timeoutMs: 100, ...server };
  const served = createServed({ servers: { main }, clock: realClock, sightings });
  ended.push(() => served.close());
  return { served, sightings };
}

function flag(name: string, fields: Readonly<Record<string, unknown>> = {}) {
  const parameters = { rollout: "10", groupId: "group", stickiness: "orderId" };
  return {
    name,
    enabled: true,
    strategies: [{ name: "flexibleRollout", parameters, constraints: [] }],
    ...fields,
  };
}

async function eventually(holds: () => unknown): Promise<void> {
  const deadline = performance.now() + 10_000;
  for (;;) {
    try {
      await holds();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(10);
  }
}

function unknownWith(served: Served, detail: RegExp): Promise<void> {
  return eventually(async () =>
    expect(await served.observe(TARGET)).toEqual({ kind: "unknown", detail: expect.stringMatching(detail) }),
  );
}

test("nothing is known before the first synchronisation", async () => {
  const { url } = await serverAnswering(() => undefined);
  const { served } = servedBy({ url });
  expect(await served.observe(TARGET)).toEqual({
    kind: "unknown",
    detail: "the SDK has not synchronised: no answer yet",
  });
  expect(served.stopSwitch(TARGET)).toBe("unknown");
});

test("the percent served is that of the last synchronisation, under the id that the admin API showed", async () => {
  const { url } = await serverAnswering((_, response) => sendFlags(response, [flag("new-pricing")]));
  const { served, sightings } = servedBy({ url });
  await unknownWith(served, /not read from the admin API yet/);
  const before = Date.now();
  sightings.remember(TARGET, [fakeStrategy({ id: "ours", rollout: "25" })]);
  await eventually(async () => {
    const seen = await served.observe(TARGET);
    expect(seen).toMatchObject({ kind: "seen", enabled: true, strategies: [{ id: "ours", rollout: "10" }] });
    expect(seen.kind === "seen" && seen.at).toBeGreaterThanOrEqual(before);
  });
});

test("a strategy that the admin API does not show makes what is served unknown, not nothing", async () => {
  const { url } = await serverAnswering((_, response) => sendFlags(response, [flag("new-pricing")]));
  const { served, sightings } = servedBy({ url });
  sightings.remember(TARGET, []);
  await unknownWith(served, /the admin API does not show/);
});

test("a flag of an unknown form is unknown", async () => {
  const odd = flag("new-pricing", { strategies: [{ name: 5 }] });
  const { url } = await serverAnswering((_, response) => sendFlags(response, [odd]));
  const { served } = servedBy({ url });
  await unknownWith(served, /unknown form/);
});

test("a flag that the environment has not serves nobody", async () => {
  const { url } = await serverAnswering((_, response) => sendFlags(response, []));
  const { served } = servedBy({ url });
  await eventually(async () =>
    expect(await served.observe(TARGET)).toMatchObject({ kind: "seen", enabled: false, strategies: [] }),
  );
  expect(served.stopSwitch(TARGET)).toBe("off");
});

test.each([
  ["on", flag("rampart.stop", { strategies: [] }), "on"],
  ["off", flag("rampart.stop", { enabled: false }), "off"],
] as const)("the stop switch is %s when an SDK evaluates its flag so", async (_, stop, expected) => {
  const { url } = await serverAnswering((__, response) => sendFlags(response, [stop]));
  const { served } = servedBy({ url });
  await eventually(() => expect(served.stopSwitch(TARGET)).not.toBe("unknown"));
  expect(served.stopSwitch(TARGET)).toBe(expected);
});

test("an environment without a token is unknown, and so is another server", async () => {
  const { url } = await serverAnswering((_, response) => sendFlags(response, []));
  const { served } = servedBy({ url });
  const elsewhere = flagTarget({ environment: "test" });
  expect(await served.observe(elsewhere)).toMatchObject({
    kind: "unknown",
    detail: expect.stringContaining("test"),
  });
  expect(served.stopSwitch(elsewhere)).toBe("unknown");
  expect((await served.observe(flagTarget({ server: "other" }))).kind).toBe("unknown");
});

test("a token of another environment is not believed: its percent is another one", async () => {
  const server = await serverAnswering((_, response) => sendFlags(response, [flag("new-pricing")]));
  const { served } = servedBy({ url: server.url, tokens: { production: { value: "*:test.abc" } } });
  await unknownWith(served, /for environment test, not production/);
  expect(server.asked).toEqual([]);
});

test("a server that falls silent makes everything unknown until it answers again", async () => {
  let isSilent = false;
  const { url } = await serverAnswering((_, response) => {
    if (!isSilent) sendFlags(response, []);
  });
  const { served } = servedBy({ url });
  await eventually(() => expect(served.stopSwitch(TARGET)).toBe("off"));
  isSilent = true;
  await eventually(() => expect(served.stopSwitch(TARGET)).toBe("unknown"));
  isSilent = false;
  await eventually(() => expect(served.stopSwitch(TARGET)).toBe("off"));
});

test.each([401, 403])(
  "after a %i, at which an SDK stops polling for good, polling begins again",
  async (status) => {
    let isRefusing = true;
    const server = await serverAnswering((_, response) => {
      if (!isRefusing) return sendFlags(response, []);
      response.statusCode = status;
      response.end();
    });
    const { served } = servedBy({ url: server.url });
    await unknownWith(served, new RegExp(`responded ${status}`));
    isRefusing = false;
    await eventually(() => expect(served.stopSwitch(TARGET)).toBe("off"));
  },
);

test("a poll that fails after the client was closed harms nobody", async () => {
  let isClosed = false;
  const server = await serverAnswering((_, response) => {
    if (isClosed) response.end("no JSON");
    else if (server.asked.length === 1) sendFlags(response, []);
  });
  const { served } = servedBy({ url: server.url });
  await eventually(() => expect(server.asked).toHaveLength(2));
  const unhandled: unknown[] = [];
  const note = (error: unknown): void => void unhandled.push(error);
  process.on("unhandledRejection", note);
  ended.push(() => process.off("unhandledRejection", note));

  served.close();
  isClosed = true;
  await eventually(() => expect(server.asked).toHaveLength(3));
  // That nothing is thrown can only be seen by giving it time to be.
  await sleep(100);

  expect(unhandled).toEqual([]);
});

test("only flags are asked for, below the path of the server: no registration and no metrics", async () => {
  const server = await serverAnswering((_, response) => sendFlags(response, [flag("rampart.stop")]));
  const { served } = servedBy({ url: `${server.url}/unleash/` });
  await eventually(() => expect(served.stopSwitch(TARGET)).not.toBe("unknown"));
  await eventually(() => expect(server.asked.length).toBeGreaterThan(3));
  expect(new Set(server.asked)).toEqual(new Set(["GET /unleash/api/client/features"]));
});

test("a redirect to another server is not followed", async () => {
  const other = await serverAnswering((_, response) => sendFlags(response, []));
  const { url } = await serverAnswering((_, response) => {
    response.writeHead(302, { location: `${other.url}/api/client/features` }).end();
  });
  const { served } = servedBy({ url });
  await unknownWith(served, /another server/);
  expect(other.asked).toEqual([]);
});

test("a proxy of the environment is not used", async () => {
  const proxy = await serverAnswering((_, response) => response.end());
  const { url } = await serverAnswering((_, response) => sendFlags(response, []));
  process.env["HTTP_PROXY"] = proxy.url;
  ended.push(() => delete process.env["HTTP_PROXY"]);
  const { served } = servedBy({ url });
  await eventually(() => expect(served.stopSwitch(TARGET)).toBe("off"));
  expect(proxy.asked).toEqual([]);
});

test("an address where clouds keep credentials is never connected to", async () => {
  const { served } = servedBy({ url: "http://169.254.169.254" });
  await unknownWith(served, /link-local or metadata/);
});
