import { spawn } from "node:child_process";
import { cp, mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { type ForeignWorld, startForeignWorld } from "../support/foreign-world.ts";
import { until } from "../support/until.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const FLAG = "first-hour-checkout";
const CHECKED_OUT = ["bin", "src", "scripts", "gates", "package.json", "package-lock.json", "rampart"];

const unleash = inject("unleash8");
const admin = unleashAdmin(unleash, unleash.adminToken);
let checkout: string;
let world: ForeignWorld;
let shell: Shell;

beforeAll(async () => {
  checkout = await mkdtemp(join(tmpdir(), "first-hour-"));
  for (const name of CHECKED_OUT) await cp(join(ROOT, name), join(checkout, name), { recursive: true });
  await symlink(join(ROOT, "node_modules"), join(checkout, "node_modules"));
  world = await startForeignWorld();
  await admin.createFlag(FLAG);
  await admin.addRollout({
    flag: FLAG,
    environment: "production",
    rollout: 25,
    title: "Gradual",
    stickiness: "userId",
  });
  await admin.switchEnvironment({ flag: FLAG, environment: "production" }, "on");
  shell = startShell(checkout);
});

afterAll(async () => {
  await shell?.end();
  await world?.stop();
  if (checkout !== undefined) await rm(checkout, { recursive: true, force: true });
});

type Ran = { readonly code: number; readonly output: string };

type Shell = {
  run(line: string): Promise<Ran>;
  end(): Promise<void>;
};

/** One shell that types every line in, as a reader would: what one line exports the next one has. */
function startShell(cwd: string): Shell {
  const env = { PATH: process.env["PATH"] ?? "", HOME: cwd };
  const bash = spawn("bash", ["--noprofile", "--norc"], {
    cwd,
    env,
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
  });
  let heard = "";
  for (const stream of [bash.stdout, bash.stderr])
    stream.on("data", (part: Buffer) => void (heard += part.toString()));
  let count = 0;
  return {
    async run(line) {
      const mark = `ended-${(count += 1)}`;
      heard = "";
      bash.stdin.write(`${line}\necho "${mark} $?"\n`);
      const pattern = new RegExp(`${mark} (\\d+)\\n`);
      const code = await until(() => {
        const found = pattern.exec(heard)?.[1];
        expect(found, heard).toBeDefined();
        return Number(found);
      }, 120_000);
      return { code, output: heard.replace(pattern, "") };
    },
    async end() {
      const ended = new Promise((gone) => bash.once("exit", gone));
      // The server it left in the background belongs to its group.
      if (bash.pid !== undefined) process.kill(-bash.pid, "SIGTERM");
      bash.stdin.destroy();
      await ended;
    },
  };
}

type Part = { readonly exports: readonly string[]; readonly commands: readonly string[] };

/** Every block marked `sh` under a heading, line by line. */
async function partOf(heading: string): Promise<Part> {
  const page = await readFile(join(ROOT, "docs/first-hour.md"), "utf8");
  const section = page.split(/^## /m).find((each) => each.startsWith(heading)) ?? "";
  const lines = [...section.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block]) =>
    (block ?? "").trim().split("\n"),
  );
  return {
    exports: lines.filter((line) => line.startsWith("export ")),
    commands: lines.filter((line) => !line.startsWith("export ")),
  };
}

/** The same names with what they are here; a name the page does not export would not be known. */
async function say(part: Part, values: Readonly<Record<string, string>>): Promise<void> {
  const named = part.exports.join(" ").match(/[A-Z_]+(?==)/g) ?? [];
  expect(named.toSorted()).toEqual(Object.keys(values).toSorted());
  for (const [name, value] of Object.entries(values)) await shell.run(`export ${name}='${value}'`);
}

type Noted = {
  readonly id: number;
  readonly featureName: string | null;
  readonly createdByUserId: number | null;
};

/** What our user did to the flag, newest first. Other tests write to other flags as the same user. */
async function ownEvents(): Promise<readonly number[]> {
  const answer = await fetch(`${unleash.url}/api/admin/events?limit=200`, {
    headers: { authorization: unleash.adminToken },
  });
  const { events } = (await answer.json()) as { events: readonly Noted[] };
  expect(events.length).toBeGreaterThan(0);
  return events
    .filter((event) => event.featureName === FLAG && event.createdByUserId === unleash.rampart.id)
    .map(({ id }) => id);
}

describe("the page of the first hour, followed word for word", () => {
  test("reaches a verdict on that Prometheus in at most five commands", async () => {
    const part = await partOf("A verdict");
    expect(part.commands.length).toBeLessThanOrEqual(5);
    await say(part, { PROMETHEUS_URL: world.prometheus.url, SERVICE: "checkout", ALERT: "CheckoutErrors" });
    await hasFreshRules();

    const ran: Ran[] = [];
    for (const command of part.commands) ran.push(await shell.run(command));
    expect(
      ran.map(({ code }) => code),
      ran.map(({ output }) => output).join("\n"),
    ).toEqual(ran.map(() => 0));
    expect(ran[0]?.output).toContain("good: its rule is inactive");
    expect(ran.at(-1)?.output).toMatch(/^open: checkout lets deploys go out$/m);
  });

  test("answers 4 while the alert fires", async () => {
    world.breakService();
    await until(async () => {
      const { code, output } = await shell.run('./rampart check "gates/$SERVICE.yaml"');
      expect(code, output).toBe(4);
      expect(output).toContain("CheckoutErrors is firing");
    }, 120_000);
  });

  test("reaches a ramp in observe mode in at most five more, and nothing is written to Unleash", async () => {
    const part = await partOf("A ramp in observe mode");
    expect(part.commands.length).toBeLessThanOrEqual(5);
    await say(part, {
      UNLEASH_URL: unleash.url,
      FLAG,
      RAMPART_UNLEASH_MAIN_TOKEN: unleash.rampart.token,
      RAMPART_UNLEASH_MAIN_CLIENT_TOKEN_PRODUCTION: unleash.backendToken,
    });
    const [newest] = await ownEvents();

    const ran: Ran[] = [];
    for (const command of part.commands) ran.push(await shell.run(command));
    expect(
      ran.map(({ code }) => code),
      ran.map(({ output }) => output).join("\n"),
    ).toEqual(ran.map(() => 0));
    expect(ran.at(-1)?.output).toContain(FLAG);
    // The page says so: right after the start nothing has been evaluated yet.
    await until(async () => {
      const { output } = await shell.run(part.commands.at(-1) ?? "");
      expect(output).toContain("25%");
      expect(output).toContain("observing");
    });
    expect((await ownEvents())[0]).toBe(newest);
  });

  test("says what it would have done, and still writes nothing", async () => {
    const [newest] = await ownEvents();
    await until(async () => {
      const { output } = await shell.run('RAMPART_TOKEN_FILE=local.token ./rampart explain "$FLAG"');
      expect(output).toMatch(/would roll ?back since/);
    }, 120_000);
    expect((await ownEvents())[0]).toBe(newest);
  });
});

async function hasFreshRules(): Promise<void> {
  await until(async () => {
    const answer = await fetch(
      `${world.prometheus.url}/api/v1/query?query=count_over_time(checkout_queue_depth[1m])>3`,
    );
    expect(JSON.stringify(await answer.json())).toContain("checkout");
  });
}
