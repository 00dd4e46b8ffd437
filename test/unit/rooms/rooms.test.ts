import { execFile } from "node:child_process";
import { cp, glob, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const run = promisify(execFile);
const root = resolve(import.meta.dirname, "../../..");

/** What must not get into a room, as one line of code each. */
const IMPURE_DOMAIN: Readonly<Record<string, string>> = {
  "the wall clock": "export const at = Date.now();",
  "a new Date": "export const at = new Date(0);",
  performance: "export const at = performance.now();",
  "Math.random": "export const dice = Math.random();",
  "the global crypto": "export const id = crypto.randomUUID();",
  "node:crypto": 'export { randomUUID } from "node:crypto";',
  "node:fs": 'import { readFileSync } from "node:fs";\nexport const text = readFileSync("x", "utf8");',
  "the global process": "export const home = process.env;",
  "node:process": 'export { env } from "node:process";',
  fetch: 'export const page = fetch("http://127.0.0.1");',
  setTimeout: "export const timer = setTimeout(() => undefined, 1);",
  setInterval: "export const timer = setInterval(() => undefined, 1);",
  setImmediate: "export const timer = setImmediate(() => undefined);",
  queueMicrotask: "queueMicrotask(() => undefined);",
  Promise: "export const later = Promise.resolve(1);",
  globalThis: "export const everything = globalThis;",
  console: 'console.log("x");',
  Intl: "export const format = new Intl.NumberFormat();",
  "an installed package": 'export { z } from "zod";',
  "another room": 'export { pass } from "../control/pass.ts";',
};

const ROOMS: Readonly<Record<string, { readonly file: string; readonly code: string }>> = {
  "control imports no adapter": { file: "src/control/x.ts", code: 'export { a } from "../store/a.ts";' },
  "control imports no package": { file: "src/control/x.ts", code: 'export { z } from "zod";' },
  "control reads no clock": { file: "src/control/x.ts", code: "export const at = Date.now();" },
  "gatefile reads no file": { file: "src/gatefile/x.ts", code: 'export { readFileSync } from "node:fs";' },
  "gatefile knows no adapter": { file: "src/gatefile/x.ts", code: 'export { a } from "../disk/a.ts";' },
  "one adapter does not know another": {
    file: "src/unleash/x.ts",
    code: 'export { a } from "../prometheus/a.ts";',
  },
  "an adapter knows of control only its ports": {
    file: "src/store/x.ts",
    code: 'export { pass } from "../control/pass.ts";',
  },
  "http knows no store": { file: "src/http/x.ts", code: 'export { a } from "../store/a.ts";' },
  "cli does not reach into the server": { file: "src/cli/x.ts", code: 'export { a } from "../http/a.ts";' },
  "promql knows no gate": { file: "src/promql/x.ts", code: 'export { a } from "../domain/a.ts";' },
  "text imports nothing": { file: "src/text/x.ts", code: 'export { a } from "../domain/a.ts";' },
  "matchers knows no gate file": { file: "src/matchers/x.ts", code: 'export { a } from "../gatefile/a.ts";' },
  "trial knows no adapter": { file: "src/trial/x.ts", code: 'export { a } from "../prometheus/a.ts";' },
  "trial imports no package": { file: "src/trial/x.ts", code: 'export { z } from "zod";' },
  "an adapter knows of trial only its ports": {
    file: "src/prometheus/x.ts",
    code: 'export { a } from "../trial/a.ts";',
  },
  "rehearsal knows no adapter": {
    file: "src/rehearsal/x.ts",
    code: 'export { a } from "../prometheus/a.ts";',
  },
  "rehearsal starts no process": {
    file: "src/rehearsal/x.ts",
    code: 'export { spawn } from "node:child_process";',
  },
  "backtest knows no adapter": { file: "src/backtest/x.ts", code: 'export { a } from "../prometheus/a.ts";' },
  "rehearsal knows no backtest": {
    file: "src/rehearsal/x.ts",
    code: 'export { a } from "../backtest/a.ts";',
  },
  "throwaway knows of rehearsal only its ports": {
    file: "src/throwaway/x.ts",
    code: 'export { a } from "../rehearsal/a.ts";',
  },
  "alertmanager does not know prometheus": {
    file: "src/alertmanager/x.ts",
    code: 'export { a } from "../prometheus/a.ts";',
  },
  "cli does not compose": { file: "src/cli/x.ts", code: 'export { a } from "../standalone/a.ts";' },
  "domain knows no matchers": {
    file: "src/domain/x.ts",
    code: 'export { a } from "../matchers/matchers.ts";',
  },
  "lib imports nothing of ours": { file: "src/lib/x.ts", code: 'export { a } from "../domain/a.ts";' },
};

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rampart-rooms-"));
  await cp(join(root, ".oxlintrc.json"), join(folder, ".oxlintrc.json"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

async function lint(
  file: string,
  code: string,
): Promise<{ readonly failed: boolean; readonly output: string }> {
  const path = join(folder, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${code}\n`);
  try {
    const { stdout } = await run(join(root, "node_modules/.bin/oxlint"), ["-c", ".oxlintrc.json", file], {
      cwd: folder,
    });
    return { failed: false, output: stdout };
  } catch (error) {
    return { failed: true, output: String((error as { stdout?: unknown }).stdout) };
  } finally {
    await rm(path);
  }
}

describe("the lint rules keep the rooms apart", () => {
  test.each(Object.entries(IMPURE_DOMAIN))("domain refuses %s", async (_name, code) => {
    const { failed, output } = await lint("src/domain/planted.ts", code);
    expect(output).toMatch(/no-restricted-(imports|globals|properties)/);
    expect(failed).toBe(true);
  });

  test("domain accepts pure code that imports its own room", async () => {
    const code = 'import { worse } from "./verdict.ts";\nexport const verdict = worse("good", "halt");';
    expect(await lint("src/domain/planted.ts", code)).toMatchObject({ failed: false });
  });

  test.each(Object.entries(ROOMS))("%s", async (_name, { file, code }) => {
    const { failed, output } = await lint(file, code);
    expect(output).toMatch(/no-restricted-(imports|globals|properties)/);
    expect(failed).toBe(true);
  });
});

describe("src/domain, read file by file", () => {
  test("imports only relative paths inside src/domain, statically, and is never async", async () => {
    const home = join(root, "src/domain");
    let files = 0;
    for await (const name of glob("**/*.ts", { cwd: home })) {
      files += 1;
      const file = join(home, name);
      const text = await readFile(file, "utf8");
      const specifiers = [...text.matchAll(/(?:\bfrom|^import)\s*"([^"]+)"/gm)].map(
        (match) => match[1] ?? "",
      );
      const foreign = specifiers.filter(
        (specifier) =>
          !specifier.startsWith(".") || !resolve(dirname(file), specifier).startsWith(`${home}/`),
      );
      expect({ name, foreign }).toEqual({ name, foreign: [] });
      expect({ name, impure: /\bimport\(|\brequire\(|\basync\b|\bawait\b/.test(text) }).toEqual({
        name,
        impure: false,
      });
    }
    expect(files).toBeGreaterThan(20);
  });
});
