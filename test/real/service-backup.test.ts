import { copyFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { type FakePrometheus, startFakePrometheus } from "../support/fake-prometheus.ts";
import { type RunningService, startService } from "../support/running-service.ts";
import { rampGate } from "../support/service-gates.ts";
import { shopSignals } from "../support/shop-signals.ts";
import { until } from "../support/until.ts";

const ENVIRONMENT = "production";
/** Between good and halted: the ramp stands where it stands. */
const UNDECIDED = 7;
/** Each test waits for several ramps in turn, on machines that are busy with other tests. */
const PATIENCE_MS = 180_000;
/** Of the future that the backup does not know: raised, taken back, and begun. */
const GREW = "backup-grew";
const FELL = "backup-fell";
const BEGAN = "backup-began";
const FLAGS = [GREW, FELL, BEGAN];

const signals = shopSignals(FLAGS);
let prometheus: FakePrometheus;
let service: RunningService;
let copy: string;

beforeAll(async () => {
  prometheus = await startFakePrometheus();
  prometheus.onRequest(signals.reply);
  const unleash = inject("unleash8");
  const setup = unleashAdmin(unleash, unleash.adminToken);
  for (const flag of FLAGS) {
    await setup.createFlag(flag);
    await setup.addRollout({ flag, environment: ENVIRONMENT, rollout: 0, title: "Gradual" });
    await setup.switchEnvironment({ flag, environment: ENVIRONMENT }, "on");
  }
  service = await startService({
    gates: Object.fromEntries(FLAGS.map((name) => [`${name}.yaml`, rampGate({ name })])),
    sources: { main: { url: prometheus.url } },
    unleash: {
      main: { url: unleash.url, token: unleash.rampart.token, clientToken: unleash.backendToken },
    },
  });
  copy = join(service.home, "copy.db");
});

afterAll(async () => {
  await service?.stop();
  await prometheus?.stop();
});

const now = (gate: string) => service.lead.client.gate(gate);
const stands = (gate: string, percent: number) =>
  until(async () => expect((await now(gate)).exposure.set).toBe(percent));
const codes = async (gate: string) => (await now(gate)).because.map(({ kind, code }) => `${kind}/${code}`);
const raises = async (gate: string) =>
  (await service.lead.client.decisions(gate)).flatMap(({ action }) =>
    action.kind === "raise" ? [action.to] : [],
  );
const rolloutOf = async (flag: string) => {
  const unleash = inject("unleash8");
  const place = { flag, environment: ENVIRONMENT };
  const [strategy] = await unleashAdmin(unleash, unleash.adminToken).strategies(place);
  return strategy?.parameters["rollout"];
};
/** Another `count` passes of the gate. */
const passes = async (gate: string, count: number) => {
  const seen = new Set<string>();
  await until(async () => {
    const [newest] = await service.lead.client.decisions(gate);
    seen.add(newest?.lastAt ?? "");
    expect(seen.size).toBeGreaterThan(count);
  });
};

test(
  "a backup is taken while ramps run, whole, and the audit says by whom",
  async () => {
    for (const flag of [GREW, FELL]) {
      signals.set(flag, UNDECIDED);
      await service.lead.client.act(flag, "start", "release 7");
      signals.set(flag, 0);
      await stands(flag, 1);
      signals.set(flag, UNDECIDED);
    }
    const refused = await service.cli(["backup", copy]);
    expect(refused).toMatchObject({ code: 2, stdout: "" });
    expect(refused.stderr).toContain("admin");

    const admin = { kind: "machine", name: "nightly", scopes: ["admin"], expiresIn: 3_600 };
    const token = await service.issue(admin);
    const taken = await service.cli(["backup", copy, "-o", "json"], { token });
    expect(taken).toMatchObject({ code: 0 });
    expect(JSON.parse(taken.stdout)).toMatchObject({
      file: copy,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const verified = await service.cli(["audit", "verify", "--store", copy]);
    expect(verified.code).toBe(0);
    const exported = await service.cli(["audit", "export", "--store", copy]);
    const last = JSON.parse(exported.stdout.trimEnd().split("\n").at(-1) ?? "");
    expect(last).toMatchObject({ kind: "backup", actor: "machine:nightly" });
    expect(exported.stdout).not.toContain(token);
    expect((await readdir(service.home)).filter((name) => name.includes("under-way"))).toEqual([]);
  },
  PATIENCE_MS,
);

test(
  "put back after the ramps went on, it halts them and raises nothing, however good the signals are",
  async () => {
    signals.set(GREW, 0);
    await stands(GREW, 50);
    signals.set(GREW, UNDECIDED);
    await service.lead.client.act(FELL, "rollback", "not this one");
    await until(async () => expect((await now(FELL)).state).toBe("rolled-back"));
    await service.lead.client.act(BEGAN, "start", "release 8");
    await stands(BEGAN, 1);

    service.signal("SIGTERM");
    expect(await service.ended()).toBe(0);
    for (const end of ["", "-wal"]) await rm(`${service.storePath}${end}`, { force: true });
    await copyFile(copy, service.storePath);
    for (const flag of FLAGS) signals.set(flag, 0);
    await service.startAgain();

    await until(async () => expect((await now(GREW)).state).toBe("halted"));
    expect(await codes(GREW)).toContain("drift/restored-store");
    // Nobody raised it since, and it was down before: it stays so.
    await until(async () => expect(["rolling-back", "rolled-back"]).toContain((await now(FELL)).state));
    await until(async () => expect(await codes(BEGAN)).toContain("drift/unmanaged"));
    for (const flag of FLAGS) await passes(flag, 5);
    expect(await Promise.all(FLAGS.map(rolloutOf))).toEqual(["50", "0", "1"]);
    expect(await Promise.all(FLAGS.map(raises))).toEqual([[1], [1], []]);
  },
  PATIENCE_MS,
);

test(
  "a resume does not do, and once a person has taken the flag as it is the ramp goes on from there",
  async () => {
    await expect(service.lead.client.act(GREW, "resume", "go on")).rejects.toThrow("changed by hand");
    await service.lead.client.act(GREW, "adopt-flag", "the backup is older than the ramp");
    await until(async () => expect((await now(GREW)).state).toBe("finished"));
    expect(await rolloutOf(GREW)).toBe("100");
    expect(await raises(GREW)).toEqual([100, 1]);
  },
  PATIENCE_MS,
);

test(
  "a stopped server's store is copied by its path, and only then",
  async () => {
    const other = join(service.home, "other.db");
    const args = ["backup", other, "--store", service.storePath];
    const refused = await service.cli(args, { token: null });
    expect(refused).toMatchObject({ code: 6, stdout: "" });
    expect(refused.stderr).toContain("without --store the running server makes the backup");
    service.signal("SIGTERM");
    expect(await service.ended()).toBe(0);
    expect(await service.cli(args, { token: null })).toMatchObject({ code: 0 });
    expect(await service.cli(["audit", "verify", "--store", other])).toMatchObject({ code: 0 });
  },
  PATIENCE_MS,
);
