import { randomUUID } from "node:crypto";
import { readFile } from "node:fs/promises";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { RampartClient } from "../../demo/rampart.ts";
import { type App, startApp } from "../../src/app.ts";
import { readEnv } from "../../src/config/env.ts";
import { parseConfig } from "../../src/config/parse-config.ts";
import { resolveSecrets } from "../../src/config/secrets.ts";
import { createLog } from "../../src/lib/log.ts";
import { readText } from "../../src/read-text.ts";
import { watchBlocking } from "../support/blocking.ts";
import {
  type FakePrometheus,
  type Reply,
  type SeenRequest,
  askedAt,
  startFakePrometheus,
  vectorReply,
} from "../support/fake-prometheus.ts";
import { rampGate } from "../support/service-gates.ts";
import { LEAD, type ServiceHome, makeServiceHome } from "../support/service-home.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";

const GIB = 1024 ** 3;
const MIB = 1024 ** 2;
/** Would go on as soon as it had any evidence. */
const VICTIM = "hostile-victim";
const NEIGHBOUR = "hostile-neighbour";

const signals = shopSignals([VICTIM, NEIGHBOUR]);
const fatal: unknown[] = [];
let hostile: FakePrometheus;
let sound: FakePrometheus;
let home: ServiceHome;
let app: App;
let lead: RampartClient;

beforeAll(async () => {
  [hostile, sound] = [await startFakePrometheus(), await startFakePrometheus()];
  for (const each of [hostile, sound]) each.onRequest(signals.reply);
  const unleash = inject("unleash8");
  const setup = unleashAdmin(unleash, unleash.adminToken);
  for (const flag of [VICTIM, NEIGHBOUR]) {
    await setup.createFlag(flag);
    await setup.addRollout({ flag, environment: "production", rollout: 0, title: "Gradual" });
    await setup.switchEnvironment({ flag, environment: "production" }, "on");
  }
  home = await makeServiceHome(
    {
      gates: {
        "victim.yaml": rampGate({ name: VICTIM, source: "hostile" }),
        "neighbour.yaml": rampGate({
          name: NEIGHBOUR,
          source: "sound",
          steps: ["{ to: 1%, hold: 10m }", "{ to: 100%, bake: 1s }"],
        }),
      },
      sources: { hostile: { url: hostile.url, timeout: "1s" }, sound: { url: sound.url, timeout: "1s" } },
      unleash: {
        main: { url: unleash.url, token: unleash.rampart.token, clientToken: unleash.backendToken },
      },
    },
    { port: 0, probes: 0 },
  );
  [app, lead] = await startInProcess(home);
  for (const gate of [NEIGHBOUR, VICTIM]) await lead.act(gate, "start", "release 7");
  await until(async () => expect((await lead.gate(NEIGHBOUR)).exposure.set).toBe(1));
  await until(async () => expect((await lead.gate(VICTIM)).exposure.set).toBe(1), 30_000, 20);
  hostile.onRequest((request) => vectorReply(["NaN"], askedAt(request)));
});

afterAll(async () => {
  await app?.stop();
  await Promise.all([hostile?.stop(), sound?.stop()]);
  await home?.remove();
  expect(fatal).toEqual([]);
});

const success = (data: unknown, more: object = {}): Reply => ({
  kind: "json",
  body: { status: "success", data, ...more },
});
// Packed before, so that packing is not taken for blocking by the service, which runs in this process.
const BOMB = gzipSync(Buffer.alloc(64 * MIB, " "));

const ANSWERS: readonly {
  readonly says: string;
  readonly reason: string;
  readonly answer: (request: SeenRequest) => Reply;
}[] = [
  { says: "NaN", reason: "nan", answer: (request) => vectorReply(["NaN"], askedAt(request)) },
  { says: "+Inf", reason: "infinite", answer: (request) => vectorReply(["+Inf"], askedAt(request)) },
  {
    says: "two series",
    reason: "many-series",
    answer: (request) => vectorReply(["0", "0"], askedAt(request)),
  },
  { says: "nothing", reason: "no-series", answer: (request) => vectorReply([], askedAt(request)) },
  {
    says: "a good value with a warning",
    reason: "partial",
    answer: (request) => vectorReply(["0"], askedAt(request), { warnings: ["a store gateway is away"] }),
  },
  {
    says: "a good value of an hour ago",
    reason: "bad-answer",
    answer: (request) => vectorReply(["0"], askedAt(request) - 3_600_000),
  },
  { says: "a body of 2 GiB", reason: "too-large", answer: () => ({ kind: "flood", bytes: 2 * GIB }) },
  {
    says: "a small body that unpacks to 64 MiB",
    reason: "bad-answer",
    answer: () => ({ kind: "text", body: BOMB, headers: { "content-encoding": "gzip" } }),
  },
  { says: "no byte at all", reason: "timeout", answer: () => ({ kind: "hang" }) },
  { says: "one byte at a time", reason: "timeout", answer: () => ({ kind: "drip", everyMs: 50 }) },
  {
    says: "half an answer, then nothing",
    reason: "timeout",
    answer: () => ({ kind: "stall", body: '{"status":"success"}' }),
  },
  {
    says: "a page of HTML",
    reason: "bad-answer",
    answer: () => ({ kind: "text", body: "<html>Sign in</html>" }),
  },
  {
    says: "a redirect to a good answer",
    reason: "bad-answer",
    answer: () => ({ kind: "redirect", to: `${sound.url}/api/v1/query` }),
  },
  {
    says: "a range where a number was asked",
    reason: "bad-answer",
    answer: () =>
      success({ resultType: "matrix", result: [{ metric: {}, values: [[Date.now() / 1_000, "0"]] }] }),
  },
  {
    says: "JSON that was cut off",
    reason: "bad-answer",
    answer: () => ({ kind: "text", body: '{"status":"success","data":{"resultType":"vector","result":[' }),
  },
  {
    says: "an error under a 200",
    reason: "bad-answer",
    answer: () => ({
      kind: "json",
      body: { status: "error", errorType: "execution", error: "out of memory" },
    }),
  },
  {
    says: "bytes that are not HTTP",
    reason: "bad-answer",
    answer: () => ({ kind: "raw", bytes: "SSH-2.0-OpenSSH_9.6\r\n" }),
  },
  { says: "a closed connection", reason: "unreachable", answer: () => ({ kind: "reset" }) },
  {
    says: "its own failure",
    reason: "http-503",
    answer: () => ({ kind: "text", status: 503, body: "overloaded" }),
  },
];

test.each(ANSWERS)(
  "a ramp does not rise on $says, and the service is never held up by it",
  async ({ answer, reason }) => {
    // Half a second of the service with nothing of the kind to do, to tell what the machine itself costs.
    const idle = await blockingOf(() => sleep(500));
    hostile.onRequest(answer);
    const since = Date.now();
    const busy = await blockingOf(() =>
      until(async () => {
        const [newest] = await lead.decisions(VICTIM);
        const signal = newest?.signals[0] as { missing?: { reason: string } } | undefined;
        expect(signal?.missing?.reason).toBe(reason);
        // A pass that began after the answer had changed.
        expect(Date.parse(newest?.lastAt ?? "")).toBeGreaterThan(since);
        expect(newest).toMatchObject({ verdict: "wait", action: { kind: "none" } });
      }),
    );

    // Descheduling by other programs delays the loop without using its thread's CPU time, so the time burned between two
    // turns of the loop is the service's own; the delay itself is compared with what the idle service had to bear.
    expect(busy.longestTurnCpuMs).toBeLessThan(200);
    expect(busy.delayMs.median).toBeLessThan(Math.max(50, 2 * idle.delayMs.median));
    expect((await lead.gate(VICTIM)).exposure).toMatchObject({ wanted: 1, set: 1 });
  },
);

test("what holds a thread up for longer than that would be seen", async () => {
  const { longestTurnCpuMs } = await blockingOf(async () => {
    await sleep(20);
    const { user } = process.threadCpuUsage();
    while (process.threadCpuUsage().user - user < 250_000);
    await sleep(20);
  });
  expect(longestTurnCpuMs).toBeGreaterThan(200);
});

test("of 2 GiB no more was taken than an answer may have", () => {
  // Each question may take its MiB, and what lies in the buffers of the connection.
  const questions = hostile.seen.length;
  expect(hostile.flooded()).toBeGreaterThan(0);
  expect(hostile.flooded() / questions).toBeLessThan(8 * MIB);
});

test("the ramp never rose, and goes on by itself once its source tells the truth again", async () => {
  const raises = (await lead.decisions(VICTIM)).filter(({ action }) => action.kind === "raise");
  expect(raises.map(({ action }) => action.to)).toEqual([1]);
  hostile.onRequest(signals.reply);
  await until(async () => expect((await lead.gate(VICTIM)).exposure.set).toBe(50));
});

test("a gate on another source halts in the pass that sees its breach, while the hostile one hangs", async () => {
  hostile.onRequest(() => ({ kind: "hang" }));
  await until(() => expect(hostile.inFlight()).toBeGreaterThan(0));
  signals.set(NEIGHBOUR, 15);
  await until(async () => expect((await lead.gate(NEIGHBOUR)).state).toBe("halted"), 5_000, 20);

  const seen = (await lead.decisions(NEIGHBOUR))
    .toReversed()
    .find(({ signals: [signal] }) => value(signal) === 15);
  expect(seen).toMatchObject({ before: "proving", after: "halted", verdict: "halt" });
});

function value(signal: object | undefined): unknown {
  return signal === undefined ? undefined : (signal as { value?: unknown }).value;
}

async function startInProcess(own: ServiceHome): Promise<[App, RampartClient]> {
  const parsed = parseConfig(await readFile(own.configPath, "utf8"), own.configPath);
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const bootstrap = `bootstrap-${randomUUID()}`;
  const resolved = await resolveSecrets(
    parsed.config,
    readEnv({ RAMPART_BOOTSTRAP_TOKEN: bootstrap }),
    readText,
  );
  if (!resolved.ok) throw new Error(resolved.problems.join("\n"));
  const { log } = createLog({ level: "error", destination: { write: (line) => void fatal.push(line) } });
  const started = await startApp({
    config: parsed.config,
    secrets: resolved.secrets,
    log,
    // Heads of the audit, which are no fault.
    always: { info: () => undefined },
    onFatal: (error) => void fatal.push(error),
  });
  if (!started.ok) throw new Error(started.message);
  const url = started.app.addresses.http;
  const { token } = await new RampartClient(url, bootstrap).post<{ token: string }>("/v1/tokens", {
    kind: "person",
    name: LEAD.name,
    scopes: ["read", "start", "stop", "operate"],
    expiresIn: 3_600,
  });
  return [started.app, new RampartClient(url, token)];
}

async function blockingOf(work: () => Promise<unknown>) {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  const blocking = watchBlocking();
  delay.enable();
  try {
    await work();
  } finally {
    delay.disable();
  }
  return {
    longestTurnCpuMs: blocking.stop(),
    delayMs: { median: delay.percentile(50) / 1e6, max: delay.max / 1e6 },
  };
}
