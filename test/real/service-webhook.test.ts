import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { randomBytes } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { type FakePrometheus, startFakePrometheus } from "../support/fake-prometheus.ts";
import { type RunningService, canary, startService } from "../support/running-service.ts";
import { rampGate, watchGate } from "../support/service-gates.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";

const GATE = "webhook-told";
const BEARER = canary("bearer");
const SECRET = `whsec_${randomBytes(32).toString("base64")}`;

type Delivery = { readonly headers: IncomingHttpHeaders; readonly body: string; readonly taken: boolean };

const signals = shopSignals([GATE]);
const deliveries: Delivery[] = [];
let isDown = false;
let receiver: Server;
let prometheus: FakePrometheus;
let leaky: FakePrometheus;
let service: RunningService;

beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      deliveries.push({ headers: request.headers, body, taken: !isDown });
      // A receiver that is broken may well say all it was sent.
      response.writeHead(isDown ? 500 : 204).end(isDown ? JSON.stringify(request.headers) : undefined);
    });
  });
  receiver.listen(0, "127.0.0.1");
  await once(receiver, "listening");
  const { port } = receiver.address() as AddressInfo;
  [prometheus, leaky] = [await startFakePrometheus(), await startFakePrometheus()];
  prometheus.onRequest(signals.reply);
  leaky.onRequest(({ headers }) => ({
    kind: "json",
    status: 400,
    body: { status: "error", errorType: "bad_data", error: `not for ${headers.authorization}` },
  }));
  const unleash = inject("unleash8");
  const setup = unleashAdmin(unleash, unleash.adminToken);
  await setup.createFlag(GATE);
  await setup.addRollout({ flag: GATE, environment: "production", rollout: 0, title: "Gradual" });
  await setup.switchEnvironment({ flag: GATE, environment: "production" }, "on");
  service = await startService({
    gates: {
      "told.yaml": rampGate({ name: GATE, steps: ["{ to: 20%, hold: 10m }", "{ to: 100%, bake: 1s }"] }),
      "leaky.yaml": watchGate({ name: "leaky", source: "leaky" }),
    },
    sources: { main: { url: prometheus.url }, leaky: { url: leaky.url, bearerToken: BEARER } },
    unleash: {
      main: { url: unleash.url, token: unleash.rampart.token, clientToken: unleash.backendToken },
    },
    webhook: { url: `http://127.0.0.1:${port}/hooks/rampart`, secret: SECRET },
  });
});

afterAll(async () => {
  await service?.stop();
  await Promise.all([prometheus?.stop(), leaky?.stop()]);
  receiver?.closeAllConnections();
  receiver?.close();
});

type Payload = { readonly type: string; readonly data: Readonly<Record<string, unknown>> };

/** Every delivery of one kind; each one's signature is checked. */
function told(kind: string): readonly (Delivery & { readonly id: string; readonly payload: Payload })[] {
  return deliveries
    .map((delivery) => {
      const payload = new Webhook(SECRET).verify(
        delivery.body,
        delivery.headers as Record<string, string>,
      ) as Payload;
      return { ...delivery, payload, id: String(delivery.headers["webhook-id"]) };
    })
    .filter(({ payload }) => payload.type === `rampart.${kind}`);
}

test("a breach pages the receiver: signed, with why, and where the evidence is", async () => {
  await service.lead.client.act(GATE, "start", "release 7");
  await until(async () => expect((await service.lead.client.gate(GATE)).exposure.set).toBe(20));
  signals.set(GATE, 25);
  const [page] = await until(() => {
    const pages = told("rolling-back");
    expect(pages).toHaveLength(1);
    return pages;
  });
  expect(page?.headers["rampart-page"]).toBe("1");
  expect(page?.payload.data).toMatchObject({
    gate: GATE,
    kind: "rolling-back",
    page: true,
    title: `${GATE} is rolling back from 20% to 0%`,
    text: expect.stringContaining("errors: 25, rollback above 20"),
  });
  const evidence = await service.get(
    `/v1/decisions/${String(page?.payload.data["decision"])}`,
    service.lead.token,
  );
  expect(await evidence.json()).toMatchObject({ gate: GATE, after: "rolling-back", verdict: "rollback" });
  expect(page?.payload.data["url"]).toBe(`${service.url}/d/${String(page?.payload.data["decision"])}`);
  await until(() => expect(told("rolled-back")).toHaveLength(1));
  // The ramp's beginning was told as well, and paged nobody.
  expect(told("started")[0]?.headers["rampart-page"]).toBeUndefined();
});

test("what a receiver that was down has missed comes again under the same id, also after kill -9", async () => {
  signals.set(GATE, 0);
  isDown = true;
  await until(async () => {
    await service.lead.client.act(GATE, "restart", "fixed");
  });
  const missed = await until(() => {
    const [, second] = told("started");
    expect(second?.taken).toBe(false);
    return second;
  });
  await until(async () => expect(await service.stdout()).toContain("a telling was not delivered"));
  service.signal("SIGKILL");
  await service.ended();
  isDown = false;
  await service.startAgain();
  await until(() => {
    const again = told("started").filter(({ id }) => id === missed?.id);
    expect(again.map(({ taken }) => taken)).toContain(true);
    expect(again.map(({ body }) => body)).toEqual(again.map(() => missed?.body));
  });
  const taken = told("started").filter(({ taken: isTaken }) => isTaken);
  expect(new Set(taken.map(({ id }) => id)).size).toBe(2);
});

test("no secret stands in anything the service ever shows or keeps", async () => {
  const { token, client } = service.lead;
  await until(async () => {
    const { because } = await client.gate("leaky");
    expect(JSON.stringify(because)).not.toBe("[]");
  });
  const { rampart, backendToken } = inject("unleash8");
  const secrets = {
    bearer: BEARER,
    unleash: rampart.token,
    client: backendToken,
    webhook: SECRET.replace("whsec_", ""),
    bootstrap: service.bootstrap,
    lead: token,
    second: service.second.token,
  };
  const paths = [
    "/v1/gates",
    ...["leaky", GATE].flatMap((gate) => [
      `/v1/gates/${gate}`,
      `/v1/gates/${gate}/status?for=deploy`,
      `/v1/gates/${gate}/decisions?limit=100`,
    ]),
    "/openapi.json",
  ];
  const shown = new Map<string, string>();
  for (const path of paths) shown.set(path, await (await service.get(path, token)).text());
  shown.set("/v1/tokens", await (await service.get("/v1/tokens", service.bootstrap)).text());
  for (const path of ["/metrics", "/readyz"]) shown.set(path, await (await service.probe(path)).text());
  const explained = await service.cli(["explain", "leaky", "-o", "json"]);
  shown.set("explain", explained.stdout + explained.stderr);
  shown.set("stdout", await service.stdout());
  shown.set("stderr", await service.stderr());
  for (const file of (await readdir(service.home)).filter((name) => name.startsWith("rampart.db"))) {
    shown.set(file, await readFile(join(service.home, file), "latin1"));
  }

  // What the source said stands there, but for the secret in it.
  expect(shown.get("/v1/gates/leaky")).toContain("not for Bearer");
  expect(shown.get("stdout")).toContain("a telling was not delivered");
  for (const [where, text] of shown) {
    const found = Object.entries(secrets).filter(([, secret]) => text.includes(secret));
    expect({ where, found: found.map(([name]) => name) }).toEqual({ where, found: [] });
  }
});
