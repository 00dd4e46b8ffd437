import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { expect, onTestFinished, test, vi } from "vitest";

const MAIN = fileURLToPath(new URL("../../demo/world/main.ts", import.meta.url));

type Ready = { ready: boolean; port: number; pid: number; metrics: string };

function start(args: readonly string[]): ChildProcess {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["pipe", "pipe", "pipe"] });
  onTestFinished(() => {
    if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
  });
  return child;
}

async function startShop(
  extra: readonly string[] = [],
): Promise<{ child: ChildProcess; ready: Ready; db: string }> {
  const folder = mkdtempSync(join(tmpdir(), "shop-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const db = join(folder, "shop.sqlite");
  const child = start(["--name", "alps", "--db", db, "--percent", "50", ...extra]);
  const [line] = (await once(createInterface(child.stdout!), "line")) as [string];
  return { child, ready: JSON.parse(line) as Ready, db };
}

async function finished(child: ChildProcess): Promise<{ code: number | null; output: string }> {
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}

test("a shop says where it is, sells in real time, can be audited alive, and stops on SIGTERM", async () => {
  const { child, ready, db } = await startShop();
  expect(ready).toMatchObject({ ready: true, pid: child.pid });
  const orders = async (): Promise<number> => {
    const page = await (await fetch(ready.metrics)).text();
    return Number(/commerce_orders_total\{channel="web-alps"\} (\d+)/.exec(page)?.[1]);
  };
  await vi.waitFor(async () => expect(await orders()).toBeGreaterThan(10), { timeout: 10_000, interval: 50 });

  const { code, output } = await finished(start(["--audit", "--db", db, "--metrics-url", ready.metrics]));
  expect(output).toMatch(/AUDIT OK: \d+ series/);
  expect(code).toBe(0);
  const stats = await (await fetch(new URL("/stats", ready.metrics))).json();
  expect(stats).toMatchObject({ pausedAt: null });

  const end = finished(child);
  child.kill("SIGTERM");
  expect((await end).code).toBe(0);
});

test("a shop leaves with whoever started it", async () => {
  const { child } = await startShop(["--exit-with-stdin"]);
  const end = finished(child);
  child.stdin?.end();
  expect((await end).code).toBe(0);
});

test("every mistake on the command line is told at once", async () => {
  const { code, output } = await finished(start(["--name", "No Spaces", "--speed", "fast"]));
  expect(code).toBe(2);
  expect(output).toContain("--name must be");
  expect(output).toContain("--speed must be a number");
  expect(output).toContain("--db is missing");
  expect(output).toContain("--unleash-url is missing");
});
