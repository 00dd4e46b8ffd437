import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { freePort } from "../../demo/peers/free-port.ts";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { type CliOptions, type CliRun, startCommandLine } from "../support/command-line.ts";
import { type FakePrometheus, startFakePrometheus } from "../support/fake-prometheus.ts";
import { MAIN, type RunningService, startService } from "../support/running-service.ts";
import { rampGate, watchGate } from "../support/service-gates.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";

const RAMPS = {
  done: ["{ to: 100%, bake: 1s }"],
  holding: ["{ to: 1%, hold: 10m }", "{ to: 100%, bake: 1s }"],
  breaching: ["{ to: 1%, hold: 10m }", "{ to: 100%, bake: 1s }"],
  asking: ["{ to: 1%, hold: 1s }", "{ to: 100%, bake: 10m, approve: release-managers }"],
  driven: ["{ to: 1%, hold: 10m }", "{ to: 100%, bake: 1s }"],
} as const;
const gate = (ramp: keyof typeof RAMPS): string => `cli-${ramp}`;
const names = Object.keys(RAMPS).map((ramp) => `cli-${ramp}`);

const signals = shopSignals([...names, "cli-watching"]);
let prometheus: FakePrometheus;
let service: RunningService;
let reader: string;
let machine: string;

beforeAll(async () => {
  prometheus = await startFakePrometheus();
  prometheus.onRequest(signals.reply);
  const unleash = inject("unleash8");
  const setup = unleashAdmin(unleash, unleash.adminToken);
  for (const flag of names) {
    const place = { flag, environment: "production" };
    await setup.createFlag(flag);
    await setup.addRollout({ ...place, rollout: 0, title: "Gradual" });
    await setup.switchEnvironment(place, "on");
  }
  service = await startService({
    gates: {
      "watching.yaml": watchGate({ name: "cli-watching" }),
      ...Object.fromEntries(
        Object.entries(RAMPS).map(([ramp, steps]) => [
          `${ramp}.yaml`,
          rampGate({ name: `cli-${ramp}`, steps }),
        ]),
      ),
    },
    sources: { main: { url: prometheus.url, timeout: "1s" } },
    unleash: {
      main: { url: unleash.url, token: unleash.rampart.token, clientToken: unleash.backendToken },
    },
  });
  reader = await service.issue({ kind: "machine", name: "board", scopes: ["read"], expiresIn: 3_600 });
  machine = await service.issue({
    kind: "machine",
    name: "pipeline",
    scopes: ["read", "start", "stop"],
    expiresIn: 3_600,
  });
  for (const ramp of ["done", "holding", "breaching", "asking"] as const) {
    await service.lead.client.act(gate(ramp), "start", "release 7");
  }
  await until(async () => {
    const states = await Promise.all(
      names.map(async (name) => (await service.lead.client.gate(name)).exposure.set),
    );
    expect(states).toEqual([100, 1, 1, 1, 0]);
  });
  signals.set(gate("breaching"), 15);
});

afterAll(async () => {
  await service?.stop();
  await prometheus?.stop();
});

async function post(path: string, token: string, body: unknown): Promise<Response> {
  return fetch(`${service.url}${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": crypto.randomUUID(),
    },
    body: JSON.stringify(body),
  });
}

const strictStatus = async (name: string): Promise<number> =>
  (await service.get(`/v1/gates/${name}/status?for=advance&strict=1`, reader)).status;

const check = (name: string, options: CliOptions = {}, ...more: string[]): Promise<CliRun> =>
  service.cli(["check", name, "--for", "advance", ...more], options);

describe("rampart check", () => {
  test("0: a finished ramp stands in nobody's way", async () => {
    await until(async () => expect((await service.lead.client.gate(gate("done"))).state).toBe("finished"));
    const run = await check(gate("done"));
    expect(run).toMatchObject({ code: 0, stderr: "" });
    expect(run.stdout).toMatch(/^open: cli-done /);
  });

  test("3: held, with when to ask again", async () => {
    const run = await check(gate("holding"));
    expect(run.code).toBe(3);
    expect(run.stdout).toMatch(/^closed: cli-holding may not go to 100% yet\n {2}hold .*held .* of 10m/);
    expect(run.stdout).toMatch(/next +ask again at /);
  });

  test("4: halted, with the signal, its limit and the commands that lead on", async () => {
    await until(async () => expect((await service.lead.client.gate(gate("breaching"))).state).toBe("halted"));
    const run = await check(gate("breaching"));
    expect(run.code).toBe(4);
    expect(run.stdout).toMatch(/^halted: cli-breaching may not go to 100%\n/);
    expect(run.stdout).toContain("errors: 15, halt above 10");
    expect(run.stdout).toContain("rampart resume cli-breaching");
  });

  test("5: only an approval is missing", async () => {
    await until(async () => expect((await service.lead.client.gate(gate("asking"))).request).not.toBeNull());
    const run = await check(gate("asking"));
    expect(run.code).toBe(5);
    expect(run.stdout).toContain("100% needs an approval by release-managers");
  });

  test("the API gives the same codes to shells that only read a status", async () => {
    expect([
      await strictStatus(gate("done")),
      await strictStatus(gate("holding")),
      await strictStatus(gate("breaching")),
      await strictStatus(gate("asking")),
    ]).toEqual([200, 409, 423, 428]);
  });

  test("7: --wait ran out, and says what it waited for", async () => {
    const run = await check(gate("holding"), {}, "--wait", "2s");
    expect(run.code).toBe(7);
    expect(run.stderr).toContain("waited 2s in vain");
  });

  test.each([
    { why: "an unknown gate", args: ["check", "no-such-gate", "--for", "advance"] },
    { why: "no purpose", args: ["check", "cli-done"] },
    { why: "a purpose that does not exist", args: ["check", "cli-done", "--for", "fun"] },
    { why: "an option that does not exist", args: ["check", "cli-done", "--for", "advance", "--fast"] },
    { why: "a command that does not exist", args: ["chekc", "cli-done"] },
  ])("2: $why", async ({ args }) => {
    const run = await service.cli(args);
    expect(run).toMatchObject({ code: 2, stdout: "" });
    expect(run.stderr).not.toBe("");
  });

  test("2: a token nobody knows, and none at all; 401 over HTTP for both", async () => {
    const [wrong, none] = [
      await check(gate("done"), { token: `${reader.slice(0, -4)}AAAA` }),
      await check(gate("done"), { token: null }),
    ];
    expect([wrong.code, none.code]).toEqual([2, 2]);
    expect(none.stderr).toContain("RAMPART_TOKEN");
    const [bare, guessed] = [await service.get("/v1/gates"), await service.get("/v1/gates", "guess")];
    expect([bare.status, guessed.status]).toEqual([401, 401]);
    expect(bare.headers.get("www-authenticate")).toBe("Bearer");
  });

  test("6: the server is not there", async () => {
    const run = await check(gate("done"), { url: `http://127.0.0.1:${await freePort()}` });
    expect(run).toMatchObject({ code: 6, stdout: "" });
    expect(run.stderr).toMatch(/^cannot see: .* gave no usable answer: ECONNREFUSED/);
  });
});

const act = (token: string, action: string, name = gate("holding")): Promise<Response> =>
  post(`/v1/gates/${name}/actions`, token, { action, reason: "test" });

describe("what a token may do", () => {
  test("a token that reads acts on nothing: 403, and exit 2 at the command line", async () => {
    expect((await act(reader, "rollback")).status).toBe(403);
    const run = await service.cli(["rollback", gate("holding"), "--reason", "test"], { token: reader });
    expect(run).toMatchObject({ code: 2, stdout: "" });
  });

  test("a machine neither approves nor resumes, but may pause and roll back", async () => {
    const { request } = await service.lead.client.gate(gate("asking"));
    const approval = { step: request?.step, decision: request?.decision, verdict: "approve", reason: "test" };
    expect((await post(`/v1/gates/${gate("asking")}/approvals`, machine, approval)).status).toBe(403);
    expect((await act(machine, "resume", gate("breaching"))).status).toBe(403);
    expect((await act(machine, "rollback", gate("breaching"))).status).toBe(202);
  });
});

describe("the other commands", () => {
  test("status shows every gate, also as JSON, and one gate with its reasons", async () => {
    const all = await service.cli(["status"]);
    expect(all.code).toBe(0);
    expect(all.stdout).toMatch(/GATE +STATE +EXPOSED +STEP +WHY +NEXT/);
    for (const name of names) expect(all.stdout).toContain(name);
    const json = await service.cli(["status", "-o", "json"], { token: reader });
    const { gates } = JSON.parse(json.stdout) as { gates: readonly { name: string; state: string }[] };
    expect(gates).toContainEqual(expect.objectContaining({ name: gate("done"), state: "finished" }));
    const one = await service.cli(["status", gate("holding")]);
    expect(one.stdout).toContain("Evidence:  rampart explain cli-holding");
  });

  test("status --watch writes one line for each change to a pipe, and ends with 0 when interrupted", async () => {
    const name = gate("driven");
    const watching = startCommandLine(MAIN, ["status", name, "--watch"], { url: service.url, token: reader });
    let lines = "";
    watching.stdout.on("data", (chunk: Buffer) => (lines += chunk.toString()));
    await until(() => expect(lines).toMatch(/ {2}cli-driven {2}idle {2}/));
    await service.lead.client.act(name, "start", "to be watched");
    await until(() => expect(lines).toMatch(/ {2}cli-driven {2}proving {2}1% {2}1\/2 {2}/));
    watching.kill("SIGINT");
    const [code] = (await once(watching, "close")) as [number | null];
    expect(code).toBe(0);
    expect(lines).not.toContain("\u001b");
    await service.lead.client.act(name, "rollback", "watched enough");
    await until(async () => expect((await service.lead.client.gate(name)).state).toBe("rolled-back"));
  });

  test("explain shows the evidence of a gate, and of one decision by its id", async () => {
    const run = await service.cli(["explain", gate("holding")]);
    expect(run.code).toBe(0);
    expect(run.stdout).toMatch(/errors +0 +at most 5/);
    const signal = await service.cli(["explain", gate("holding"), "--signal", "errors"]);
    expect(signal.stdout).toContain('shop_errors{shop="cli-holding"}');
    const [raise] = (await service.lead.client.decisions(gate("holding"))).filter(
      ({ action }) => action.kind === "raise",
    );
    const evidence = await service.cli(["explain", raise?.id ?? "", "-o", "json"]);
    expect(JSON.parse(evidence.stdout)).toMatchObject({
      id: raise?.id,
      verdict: "good",
      action: { kind: "raise", from: 0, to: 1 },
      signals: [
        { name: "errors", asked: [{ query: 'shop_errors{shop="cli-holding"}', answer: { value: 0 } }] },
      ],
    });
    expect((await service.cli(["explain", "dec_nothing"])).code).toBe(2);
  });

  test("explain makes a decision again, and every one of a ramp is the same", async () => {
    const decisions = await service.lead.client.decisions(gate("done"));
    const commands: string[] = [];
    for (const { id } of decisions) {
      const answered = await fetch(`${service.url}/v1/decisions/${id}/replay`, {
        headers: { Authorization: `Bearer ${reader}` },
      });
      if (answered.status === 404) commands.push(id);
      else expect(await answered.json()).toMatchObject({ decision: id, same: true, differences: [] });
    }
    // `start` alone was ordered; everything else was decided by passes.
    expect(commands).toHaveLength(1);
    const raise = decisions.find(({ action }) => action.kind === "raise");
    const { stdout, code } = await service.cli(["explain", raise?.id ?? "", "--replay"]);
    expect(stdout).toMatch(`${raise?.id}: the same decision again, from its recorded inputs (engine`);
    expect(code).toBe(0);
    expect((await service.cli(["explain", commands[0] ?? "", "--replay"])).code).toBe(6);
  });

  test("act, restart, pause, resume and rollback do what they say, each with its reason kept", async () => {
    const name = gate("driven");
    const order = async (action: string): Promise<CliRun> =>
      service.cli([action, name, "--reason", `${action} for the test`]);
    const state = async (): Promise<string> => (await service.lead.client.gate(name)).state;

    expect((await order("act")).code).toBe(0);
    // It was rolled back before, and restarts only after its cooldown of a second.
    expect(await order("start")).toMatchObject({ code: 4, stderr: expect.stringContaining("restart") });
    await until(async () =>
      expect(await order("restart")).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("started at 0%"),
      }),
    );
    await until(async () => expect((await service.lead.client.gate(name)).exposure.set).toBe(1));
    expect((await order("pause")).code).toBe(0);
    expect(await state()).toBe("paused");
    expect((await order("resume")).code).toBe(0);
    expect(await state()).toBe("proving");
    expect((await order("rollback")).code).toBe(0);
    await until(async () => expect(await state()).toBe("rolled-back"));
    expect((await service.cli(["pause", name])).code).toBe(2);
    const reasons = JSON.stringify(await service.lead.client.decisions(name));
    expect(reasons).toContain("rollback for the test");
  });

  test("approve shows the evidence, asks nobody on a pipe without --yes, and refuses who started the ramp", async () => {
    const args = ["approve", gate("asking"), "--reason", "all good"];
    const unasked = await service.cli(args, { token: service.second.token });
    expect(unasked).toMatchObject({ code: 2, stderr: expect.stringContaining("--yes") });
    const own = await service.cli([...args, "--yes"]);
    expect(own).toMatchObject({ code: 2, stderr: expect.stringContaining("cannot approve") });
    const given = await service.cli([...args, "--yes"], { token: service.second.token });
    expect(given.code).toBe(0);
    expect(given.stdout).toContain("cli-asking asks to enter step 2 (100%)");
    await until(async () => expect((await service.lead.client.gate(gate("asking"))).exposure.set).toBe(100));
    const again = await service.cli([...args, "--yes"], { token: service.second.token });
    expect(again.code).toBe(3);
  });

  test("version, colours and the forms of output", async () => {
    const version = await service.cli(["version", "-o", "json"]);
    const { version: packaged } = JSON.parse(
      await readFile(new URL("../../package.json", import.meta.url), "utf8"),
    ) as {
      version: string;
    };
    expect(JSON.parse(version.stdout)).toEqual({ version: packaged });
    // On a pipe there are no colours anyway; FORCE_COLOR and NO_COLOR must not disturb each other.
    const forced = await service.cli(["status"], { env: { NO_COLOR: "1", FORCE_COLOR: "1" } });
    expect(forced.stdout).not.toContain("\u001b");
    const plain = await service.cli(["status", gate("done"), "-o", "plain"]);
    expect(plain.stdout.split("\t").slice(0, 3)).toEqual([gate("done"), "finished", "act"]);
  });

  test("token create makes tokens over HTTP for administrators alone", async () => {
    const request = [
      "token",
      "create",
      "--kind",
      "machine",
      "--name",
      "ci",
      "--preset",
      "ci",
      "--expires",
      "1h",
    ];
    expect((await service.cli(request)).code).toBe(2);
    const made = await service.cli(request, { token: service.bootstrap });
    expect(made).toMatchObject({ code: 0, stderr: expect.stringContaining("shown this once") });
    const secret = made.stdout.trim();
    expect((await service.get("/v1/gates", secret)).status).toBe(200);
    const listed = await service.cli(["token", "list", "-o", "json"], { token: service.bootstrap });
    expect(listed.stdout).toContain('"name": "ci"');
    expect(listed.stdout).not.toContain(secret);
    const { tokens } = JSON.parse(listed.stdout) as { tokens: readonly { id: string; name: string }[] };
    const id = tokens.find(({ name }) => name === "ci")?.id ?? "";
    expect((await service.cli(["token", "revoke", id], { token: service.bootstrap })).code).toBe(0);
    expect((await service.get("/v1/gates", secret)).status).toBe(401);
  });
});

// Last: from here on nothing can be seen.
test("6: Prometheus is gone, and only the finished ramp needs it no more", async () => {
  await prometheus.stop();
  await until(async () => {
    expect(await check(gate("holding"))).toMatchObject({
      code: 6,
      stdout: expect.stringContaining("source main"),
    });
    expect((await check("cli-watching")).code).toBe(6);
  });
  expect((await check(gate("done"))).code).toBe(0);
  expect((await service.cli(["check", "cli-watching", "--for", "deploy"])).code).toBe(6);
});
