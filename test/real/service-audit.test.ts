import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FakePrometheus, startFakePrometheus } from "../support/fake-prometheus.ts";
import { type RunningService, startService } from "../support/running-service.ts";
import { watchGate } from "../support/service-gates.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";
import { asOwner } from "../unit/store/audit/rows.ts";

let prometheus: FakePrometheus;
let service: RunningService;
let machine: string;

beforeAll(async () => {
  prometheus = await startFakePrometheus();
  prometheus.onRequest(shopSignals(["watching", "later"]).reply);
  service = await startService({
    gates: { "watching.yaml": watchGate({ name: "watching" }) },
    sources: { main: { url: prometheus.url, timeout: "3s" } },
  });
  machine = await service.issue({ kind: "machine", name: "ci", scopes: ["read"], expiresIn: 3_600 });
});

afterAll(async () => {
  await service?.stop();
  await prometheus?.stop();
});

function audit(...args: readonly string[]) {
  return service.cli(["audit", ...args, "--config", service.configPath]);
}

async function heads(): Promise<readonly string[]> {
  return (await service.stdout()).split("\n").filter((line) => line.includes('"audit head"'));
}

describe("a service that ran", () => {
  test("hands its head to the log at the start, and holds its store alone", async () => {
    expect(await heads()).toHaveLength(1);
    const refused = await audit("verify");
    expect(refused.code).toBe(6);
    expect(refused.stderr).toContain("stop the server");
  });

  test("has an audit that is whole and fits every head of its log", async () => {
    const denied = await fetch(`${service.url}/v1/gates/watching/actions`, {
      method: "POST",
      headers: { authorization: `Bearer ${machine}`, "content-type": "application/json" },
      body: JSON.stringify({ action: "rollback", reason: "not mine to order" }),
    });
    expect(denied.status).toBe(403);
    await service.writeGate("later.yaml", watchGate({ name: "later" }));
    await until(() => service.lead.client.gate("later"));
    service.signal("SIGTERM");
    expect(await service.ended()).toBe(0);

    const key = await audit("key", "-q");
    const publicKey = join(service.home, "audit.pub.pem");
    await writeFile(publicKey, key.stdout);
    const verified = await audit(
      "verify",
      "--head-file",
      service.stdoutPath,
      "--public-key",
      publicKey,
      "-o",
      "json",
    );
    expect(verified).toMatchObject({ code: 0 });
    expect(JSON.parse(verified.stdout)).toMatchObject({
      sound: true,
      heads: (await heads()).length,
      signed: true,
    });
    expect((await heads()).length).toBeGreaterThan(1);
  });

  test("has a record of the start, the gates, the tokens and the denial, and no secret in any", async () => {
    const exported = await audit("export");
    const records = exported.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    const kinds = records.map(({ kind }) => kind);
    expect(kinds.slice(0, 2)).toEqual(["started", "definitions"]);
    expect(kinds.filter((kind) => kind === "token-issued")).toHaveLength(3);
    expect(records.find(({ kind }) => kind === "denied")).toMatchObject({
      actor: "machine:ci",
      gate: "watching",
      body: { code: "forbidden", action: "rollback" },
    });
    const [atStart, ...laterOn] = records.filter(({ kind }) => kind === "definitions");
    expect(atStart.body).toMatchObject({ gates: { watching: { authors: ["lead"], valid: true } }, gone: [] });
    expect(laterOn[0].body).toMatchObject({ gates: { later: { valid: true } }, gone: [] });
    for (const secret of [machine, service.lead.token, service.bootstrap])
      expect(exported.stdout).not.toContain(secret);
  });

  test("goes on with the chain after a restart", async () => {
    await service.startAgain();
    service.signal("SIGTERM");
    expect(await service.ended()).toBe(0);
    expect(await audit("verify", "--head-file", service.stdoutPath)).toMatchObject({ code: 0 });
  });

  test("is found out when somebody changes a record, or cuts the end off", async () => {
    asOwner(service.storePath, (run) => run("delete from audit where seq = (select max(seq) from audit)"));
    const cut = await audit("verify", "--head-file", service.stdoutPath);
    expect(cut).toMatchObject({ code: 4, stdout: expect.stringContaining("cut off") });
    asOwner(service.storePath, (run) => run("update audit set actor = 'person:eve' where seq = 2"));
    const altered = await audit("verify");
    expect(altered).toMatchObject({ code: 4, stdout: expect.stringContaining("wrong from record 2 on") });
  });
});
