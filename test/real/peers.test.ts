import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startPostgres, type Postgres } from "../../demo/peers/postgres.ts";
import { startPrometheus, type Prometheus } from "../../demo/peers/prometheus.ts";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { createBackendToken, createPerson } from "../../demo/peers/unleash-people.ts";
import { startUnleash, type Unleash } from "../../demo/peers/unleash.ts";
import { descendants, running, survivors } from "../support/process-tree.ts";

let folder: string;
let prometheus: Prometheus;
let postgres: Postgres;
let unleash: Readonly<Record<7 | 8, Unleash>>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rampart-peers-"));
  // Killed parents leave their data here, and their database runs as another user.
  await chmod(folder, 0o755);
  const [startedPrometheus, servers] = await Promise.all([
    startPrometheus({ dataDir: join(folder, "prometheus") }),
    startPostgres().then(async (started) => {
      postgres = started;
      const start = (version: 7 | 8): Promise<Unleash> => startUnleash({ version, postgres });
      return Promise.all([start(8), start(7)]);
    }),
  ]);
  prometheus = startedPrometheus;
  unleash = { 8: servers[0], 7: servers[1] };
  process.stdout.write(
    `versions: prometheus ${prometheus.version}, unleash ${unleash[8].version}, unleash ${unleash[7].version}\n`,
  );
});

afterAll(async () => {
  await Promise.all([prometheus.stop(), unleash[8].stop(), unleash[7].stop()]);
  await postgres.stop();
  await rm(folder, { recursive: true, force: true });
});

test("the peers are the versions that the tests claim", () => {
  expect(prometheus.version).toBe("2.42.0");
  expect(unleash[8].version).toBe("8.2.0");
  expect(unleash[7].version).toBe("7.5.1");
});

test.each([8, 7] as const)("Unleash %i logs a change under the user whose token made it", async (version) => {
  const server = unleash[version];
  const rampart = await createPerson(server, "rampart", "Editor");
  const person = await createPerson(server, "kim", "Editor");
  const setup = unleashAdmin(server, server.adminToken);
  const place = { flag: "express-checkout", environment: "production" };

  await setup.ensureStickiness("orderId");
  await setup.createFlag(place.flag);
  const strategy = await setup.addRollout({ ...place, rollout: 0, title: "ramp", stickiness: "orderId" });
  await setup.switchEnvironment(place, "on");
  await unleashAdmin(server, rampart.token).setRollout(place, strategy.id, 10);
  await unleashAdmin(server, person.token).setRollout(place, strategy.id, 15);

  const [newest, before] = await setup.events(place.flag);
  expect(newest).toMatchObject({ type: "feature-strategy-update", createdByUserId: person.id });
  expect(before).toMatchObject({ type: "feature-strategy-update", createdByUserId: rampart.id });
  expect(rampart.id).not.toBe(person.id);
  const [now] = await setup.strategies(place);
  expect(now).toMatchObject({ title: "ramp", parameters: { rollout: "15", stickiness: "orderId" } });
});

test.each([8, 7] as const)("Unleash %i lets a viewer read but not change", async (version) => {
  const server = unleash[version];
  const setup = unleashAdmin(server, server.adminToken);
  const place = { flag: "viewed", environment: "production" };
  await setup.createFlag(place.flag);
  const strategy = await setup.addRollout({ ...place, rollout: 5 });

  const viewer = unleashAdmin(server, (await createPerson(server, "viewer", "Viewer")).token);

  expect(await viewer.strategies(place)).toHaveLength(1);
  await expect(viewer.setRollout(place, strategy.id, 50)).rejects.toThrow("403");
});

test.each([8, 7] as const)(
  "Unleash %i serves a flag to the backend token of its environment",
  async (version) => {
    const server = unleash[version];
    const setup = unleashAdmin(server, server.adminToken);
    const place = { flag: "served", environment: "production" };
    await setup.createFlag(place.flag);
    const segment = await setup.createSegment(`pilot-shops-${version}`, [
      { contextName: "userId", operator: "IN", values: ["shop-1"] },
    ]);
    await setup.addRollout({ ...place, rollout: 100, segments: [segment.id] });
    await setup.switchEnvironment(place, "on");

    const backend = unleashAdmin(server, await createBackendToken(server, "production"));
    const served = await backend.call<{ features: readonly { name: string; enabled: boolean }[] }>(
      "GET",
      "/api/client/features",
    );
    expect(served.features).toContainEqual(expect.objectContaining({ name: "served", enabled: true }));
  },
);

test("Unleash keeps its port and its flags over a kill and a restart", async () => {
  const server = unleash[8];
  const setup = unleashAdmin(server, server.adminToken);
  await setup.createFlag("kept");
  const first = server.pid();

  await server.kill();
  expect(server.isRunning()).toBe(false);
  await server.restart();

  expect(server.pid()).not.toBe(first);
  expect(await setup.flag("kept")).toMatchObject({ name: "kept" });
});

test("Prometheus scrapes a target that was added while it ran, and remembers it over a restart", async () => {
  const exporter = createServer((_, response) => response.end("rampart_probe 7\n"));
  exporter.listen(0, "127.0.0.1");
  await once(exporter, "listening");
  const { port } = exporter.address() as AddressInfo;

  await prometheus.reload([{ job: "shop", targets: [`127.0.0.1:${port}`], labels: { shop: "north" } }]);
  const scraped = await eventually(() => query("rampart_probe"));
  expect(scraped[0]).toMatchObject({ metric: { job: "shop", shop: "north" } });

  exporter.close();
  await prometheus.restart();
  expect(await query("last_over_time(rampart_probe[5m])")).toHaveLength(1);
});

test("a snapshot of Prometheus can be served by another one", async () => {
  await eventually(() => query("last_over_time(rampart_probe[5m])"));
  const copied = join(folder, "copy");
  await prometheus.snapshot(join(copied, "tsdb"));

  const copy = await startPrometheus({ dataDir: copied });
  const answer = await fetch(`${copy.url}/api/v1/label/__name__/values`);
  const names = (await answer.json()) as { data: readonly string[] };
  await copy.stop();

  expect(names.data).toContain("rampart_probe");
});

test("a suspended Prometheus takes the connection and gives no byte until it is resumed", async () => {
  await prometheus.suspend();
  const socket = connect(prometheus.port, "127.0.0.1");
  let received = 0;
  socket.on("data", (chunk) => (received += chunk.length));
  await once(socket, "connect");
  socket.write("GET /-/ready HTTP/1.1\r\nHost: prometheus\r\n\r\n");

  // That nothing comes can only be seen by giving it time to come.
  await sleep(1_000);
  expect(received).toBe(0);

  prometheus.resume();
  await eventually(() => Promise.resolve(received > 0 ? [received] : []));
  socket.destroy();
});

test("a suspended peer can be stopped, and leaves no process behind", async () => {
  const own = await startPrometheus({ dataDir: join(folder, "short-lived") });
  const family = [own.pid(), ...(await descendants(process.pid))];
  const guardian = await parentOf(own.pid(), family);
  await own.suspend();
  await own.stop();
  expect(await running([own.pid(), guardian])).toEqual([]);
});

test("Prometheus asks for a password when it is told to", async () => {
  const file = join(folder, "web.yml");
  // The bcrypt hash of wall-of-sand.
  const hash = "$2b$04$S2hk8gdkw6Fwmbi5HeC0OOYBuljNq0WSm0oESoRnla3zI7qeNTJNW";
  await writeFile(file, JSON.stringify({ basic_auth_users: { rampart: hash } }));
  const authorization = `Basic ${Buffer.from("rampart:wall-of-sand").toString("base64")}`;

  const closed = await startPrometheus({
    dataDir: join(folder, "closed"),
    web: { file, scheme: "http", headers: { authorization } },
  });
  const refused = await fetch(`${closed.url}/-/ready`);
  const admitted = await fetch(`${closed.url}/-/ready`, { headers: { authorization } });
  await closed.snapshot(join(folder, "closed-copy"));
  await closed.stop();

  expect([refused.status, admitted.status]).toEqual([401, 200]);
});

test("a peer that cannot start says why", async () => {
  await expect(
    startPrometheus({ dataDir: join(folder, "broken"), extraConfig: { no_such_key: true } }),
  ).rejects.toThrow(/prometheus ended with 2 before it was ready:[\s\S]*no_such_key/);
});

test.each(["SIGKILL", "SIGINT"] as const)(
  "nothing is left when the parent of all peers ends by %s",
  async (signal) => {
    const program = fileURLToPath(new URL("peers-parent.ts", import.meta.url));
    const parent = spawn(process.execPath, [program, join(folder, `orphan-${signal}`)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TMPDIR: folder },
    });
    const [first] = (await once(parent.stdout, "data")) as [Buffer];
    expect(first.toString()).toBe("ready\n");
    const family = await descendants(parent.pid ?? 0);
    // Three guardians, three programs, the database itself and its background workers.
    expect(family.length).toBeGreaterThan(7);

    parent.kill(signal);

    expect(await survivors(family, 15_000)).toEqual([]);
  },
  60_000,
);

async function query(expression: string): Promise<readonly { metric: Record<string, string> }[]> {
  const response = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  const body = (await response.json()) as { data: { result: readonly { metric: Record<string, string> }[] } };
  return body.data.result;
}

async function eventually<T>(read: () => Promise<readonly T[]>): Promise<readonly T[]> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    const found = await read();
    if (found.length > 0) return found;
    if (performance.now() > deadline) throw new Error("nothing came within 15 s");
    await sleep(50);
  }
}

async function parentOf(pid: number, among: readonly number[]): Promise<number> {
  for (const candidate of among) {
    if ((await descendants(candidate)).includes(pid)) return candidate;
  }
  throw new Error(`no parent of ${pid} found`);
}
