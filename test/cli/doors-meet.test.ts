import { once } from "node:events";
import { readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import type { CliContext } from "../../src/cli/context.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { HOUR, MINUTE } from "../../src/domain/instant.ts";
import type { Scope } from "../../src/domain/principal.ts";
import type { AlertJudgement } from "../../src/domain/verdict.ts";
import { createServer } from "../../src/http/server.ts";
import { saveNew } from "../../src/save-new.ts";
import { BACKUP_SHA256, sentBackup, testDoor } from "../http/door.ts";
import type { TestDoor } from "../http/door.ts";
import { scratchFolder } from "../unit/disk/scratch-folder.ts";
import { NOON, decision, gateView, statusAnswer } from "../support/fake-controller.ts";

const PEOPLE: readonly Scope[] = ["read", "start", "stop", "operate", "approve", "adopt", "changes", "admin"];

const DEPLOY = {
  id: "chg_1",
  at: NOON,
  service: "checkout",
  version: "4f2a91c",
  by: "machine:ci",
  effect: "settle",
} as const;

const GUARD: AlertJudgement = {
  guard: '{service="erp"}',
  verdict: "wait",
  code: "silenced",
  message: "ErpDown is firing for 1m, silenced by anna for another 2h: planned migration",
  until: NOON + 2 * HOUR,
  rules: ["ErpDown"],
  active: [
    {
      rule: "ErpDown",
      state: "firing",
      labels: { alertname: "ErpDown", service: "erp" },
      activeAt: NOON - MINUTE,
      silence: { id: "s1", by: "anna", comment: "planned migration", endsAt: NOON + 2 * HOUR },
    },
  ],
  notes: [],
};

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const unused = () => Promise.reject(new Error("not part of this test"));

/** The real command line talking to the real HTTP app over a socket. */
async function meet(scopes: readonly Scope[] = PEOPLE) {
  const door = testDoor();
  const server = createServer(door.app).listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => server.close());
  const { port } = server.address() as AddressInfo;
  const token = door.token(scopes === PEOPLE ? "person" : "machine", "anna", scopes);
  return {
    door,
    token,
    run: (...args: string[]) => runAgainst(door, `http://127.0.0.1:${port}`, token, args),
  };
}

async function runAgainst(door: TestDoor, url: string, token: string, args: readonly string[]) {
  const said = { stdout: "", stderr: "" };
  let keys = 0;
  const context: CliContext = {
    stdout: { write: (text) => void (said.stdout += text), isTTY: false, columns: null },
    stderr: { write: (text) => void (said.stderr += text), isTTY: false, columns: null },
    stdin: { isTTY: false, read: unused, ask: unused },
    env: { RAMPART_URL: url, RAMPART_TOKEN: token },
    fetch: globalThis.fetch,
    clock: { ...door.clock, sleep: async (ms) => void (door.clock.at += ms) },
    timeZone: "UTC",
    stop: new AbortController().signal,
    newKey: () => `key-${(keys += 1)}`,
    readText: unused,
    saveNew,
    version: "0.1.0",
    serve: unused,
    openTokens: unused,
    lintPath: unused,
    standalone: {
      tryQuery: unused,
      checkFile: unused,
      backtest: unused,
      init: unused,
      doctor: unused,
      show: unused,
      testGates: unused,
      lintOnline: unused,
      plan: unused,
      publish: unused,
      verifyAudit: unused,
      exportAudit: unused,
      auditKey: unused,
      backupStore: unused,
    },
  };
  return { exit: await runCli(args, context), ...said };
}

describe("a backup over the wire", () => {
  test("is on the disk as it was sent, for its owner alone, and who took it is on record", async () => {
    const { door, run } = await meet();
    const file = join(scratchFolder(), "copy.db");
    const taken = await run("backup", file);
    expect(taken).toMatchObject({ exit: 0, stdout: `${file}: 17 bytes, SHA-256 ${BACKUP_SHA256}\n` });
    expect(readFileSync(file, "utf8")).toBe("a copy, compacted");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(door.audited).toMatchObject([{ kind: "backup", actor: "person:anna" }]);
  });

  test("that breaks off or differs from its digest is no backup: no part of it stays", async () => {
    const { door, run } = await meet();
    const folder = scratchFolder();
    door.backup.next = () => sentBackup({ text: "a copy, tampered!" });
    const other = await run("backup", join(folder, "other.db"));
    expect(other).toMatchObject({ exit: 2, stdout: "" });
    expect(other.stderr).toContain("what arrived is not what was sent");
    door.backup.next = () => sentBackup({ breaksAfter: 6 });
    const cut = await run("backup", join(folder, "cut.db"));
    expect(cut).toMatchObject({ exit: 6, stdout: "" });
    expect(readdirSync(folder)).toEqual([]);
  });

  test("never goes over a file that is there", async () => {
    const { run } = await meet();
    const file = join(scratchFolder(), "copy.db");
    writeFileSync(file, "somebody's");
    const taken = await run("backup", file);
    expect(taken).toMatchObject({ exit: 2, stderr: `refused: ${file} cannot be written (EEXIST)\n` });
    expect(readFileSync(file, "utf8")).toBe("somebody's");
  });

  test("that cannot be made now is asked for again later", async () => {
    const { door, run } = await meet();
    door.backup.next = () => ({ kind: "busy" });
    const busy = await run("backup", join(scratchFolder(), "copy.db"));
    expect(busy).toMatchObject({ exit: 6 });
    expect(busy.stderr).toContain("try again in 5s");
    door.backup.next = () => ({ kind: "failed", message: "the backup cannot be written: ENOSPC" });
    const failed = await run("backup", join(scratchFolder(), "copy.db"));
    expect(failed).toMatchObject({ exit: 6 });
    expect(failed.stderr).toContain("ENOSPC");
    expect(door.logged.join("")).toContain("a backup failed");
  });

  test("is refused to whoever may not administer", async () => {
    const { run } = await meet(["read", "stop"]);
    expect((await run("backup", join(scratchFolder(), "copy.db"))).exit).toBe(2);
  });
});

describe("the command line and the server", () => {
  test.each([
    ["status"],
    ["status", "erp-order-export-v2"],
    ["explain", "erp-order-export-v2"],
    ["explain", "dec_8f31"],
    ["explain", "dec_8f31", "--signal", "orders-missing"],
    ["pause", "erp-order-export-v2", "--reason", "x"],
    ["rollback", "erp-order-export-v2", "--reason", "x"],
    ["start", "erp-order-export-v2", "--change", "abc"],
    ["approve", "erp-order-export-v2", "--reason", "x", "--yes"],
    ["deployed", "checkout", "--version", "4f2a91c", "--link", "https://ci.example.com/812"],
    ["deployed", "checkout", "--version", "4f2a91c", "--at", "2026-03-03T10:00:00+01:00"],
    ["inbox"],
    ["changes", "--limit", "1"],
    ["changes", "--gate", "erp-order-export-v2", "--service", "checkout"],
    ["token", "list"],
    ["token", "create", "--kind", "machine", "--name", "ci", "--preset", "ci"],
  ])("understand each other about %s %s", async (...args) => {
    const { door, run, token } = await meet();
    door.controller.known = [decision()];
    door.controller.views = [
      gateView({
        request: { step: 3, adopts: null, decision: "dec_8f31", needed: ["release-managers"], given: [] },
      }),
    ];
    const result = await run(...args);
    expect(result).toMatchObject({ exit: 0 });
    expect(result.stdout).not.toBe("");
    expect(result.stdout + result.stderr + door.logged.join("")).not.toContain(token);
  });

  test("agree on what a deploy does and on what the ledger holds", async () => {
    const { door, run } = await meet();
    door.controller.deployGates = [{ gate: "erp-order-export-v2", effect: "restart-step" }];
    const told = await run(
      "deployed",
      "checkout",
      "--version",
      "4f2a91c",
      "--at",
      "2026-03-03T11:02:00+01:00",
    );
    expect(told).toEqual({ exit: 0, stdout: "erp-order-export-v2 begins its step anew\n", stderr: "" });
    expect(door.controller.deploys).toMatchObject([
      { service: "checkout", version: "4f2a91c", at: Date.UTC(2026, 2, 3, 10, 2), url: null },
    ]);
    door.controller.ledger = [
      {
        kind: "deploy",
        id: "chg_1",
        at: NOON,
        service: "checkout",
        version: "4f2a91c",
        by: "machine:ci",
        url: null,
      },
    ];
    expect((await run("changes", "-o", "plain")).stdout).toBe(
      "2026-03-03T10:42:00Z\tdeploy\tcheckout\t-\t4f2a91c\tmachine:ci\t-\n",
    );
  });

  test("agree on guards, deploys and what would have been done", async () => {
    const { door, run } = await meet();
    const status = statusAnswer({
      mode: "observe",
      alerts: [GUARD],
      deploy: { ...DEPLOY, suspect: false },
      woulds: [{ at: NOON, would: "halt", set: 25, message: "ErpDown is firing for 1m" }],
      remarks: ["guards only: nothing proves health"],
    });
    door.controller.views = [gateView({ status })];
    for (const command of [["status"], ["explain"], ["check", "--for", "advance"]]) {
      const { stdout } = await run(...command, "erp-order-export-v2");
      expect(stdout).toContain("ErpDown is firing for 1m, silenced by anna");
      expect(stdout).toContain("checkout 4f2a91c deployed 10:42 by ci: settles anew");
      expect(stdout).toContain("would halt since 10:42 (ErpDown is firing for 1m)");
      expect(stdout).toContain("guards only: nothing proves health");
    }
  });

  test.each([
    [0, true],
    [3, false],
    [4, false],
    [5, false],
    [6, false],
  ] as const)("agree on exit code %i", async (exitCode, open) => {
    const { door, run } = await meet(["read"]);
    door.controller.answers = [statusAnswer({ exitCode, open })];
    expect((await run("check", "erp-order-export-v2", "--for", "advance")).exit).toBe(exitCode);
  });

  test("wait together until the gate opens", async () => {
    const { door, run } = await meet(["read"]);
    const closed = statusAnswer();
    door.controller.answers = [
      closed,
      closed,
      closed,
      statusAnswer({ open: true, exitCode: 0, because: [] }),
    ];
    door.controller.onWait = async () => void (door.clock.at += 15_000);
    const result = await run("check", "erp-order-export-v2", "--for", "advance", "--wait", "10m");
    expect(result.exit).toBe(0);
    expect(door.clock.at).toBe(NOON + 30_000);
  });

  test("agree that a machine cannot approve or resume", async () => {
    const { door, run } = await meet(["read", "start", "stop", "approve", "operate"]);
    door.controller.known = [decision()];
    door.controller.views = [
      gateView({
        request: { step: 3, adopts: null, decision: "dec_8f31", needed: ["release-managers"], given: [] },
      }),
    ];
    expect((await run("approve", "erp-order-export-v2", "--reason", "x", "--yes")).exit).toBe(2);
    expect((await run("resume", "erp-order-export-v2", "--reason", "x")).exit).toBe(2);
    expect(door.controller.told).toEqual([]);
  });

  test("agree that a server with a bug is a gate nobody can see", async () => {
    const { door, run } = await meet(["read"]);
    door.controller.status = () => Promise.reject(new Error("bug"));
    expect((await run("check", "erp-order-export-v2", "--for", "deploy")).exit).toBe(6);
  });
});
