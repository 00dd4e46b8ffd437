import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");
const FIXTURES = join(ROOT, "test/fixtures");
const MINUTES = 60_000;

let folder: string;
let home: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rampart-package-"));
  home = join(folder, "home");
  await mkdir(home);
  // Without it npm would look for a project in the folders above.
  await writeFile(join(home, "package.json"), '{ "private": true }');
  await npm(ROOT, "pack", "--pack-destination", folder);
  const [tarball = ""] = (await readdir(folder)).filter((name) => name.endsWith(".tgz"));
  const quick = ["--omit=dev", "--omit=optional", "--ignore-scripts", "--no-audit", "--no-fund"];
  await npm(home, "install", join(folder, tarball), "--prefer-offline", ...quick);
}, 5 * MINUTES);

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the packed package, installed into an empty folder", () => {
  test("knows its version", async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
    expect(await rampart("version")).toEqual({ code: 0, stdout: `rampart ${version}\n`, stderr: "" });
  });

  test("finds nothing wrong with a good gate", async () => {
    await writeFile(join(home, "good.yaml"), await readFile(join(FIXTURES, "good/smallest.yaml")));
    expect(await rampart("lint", "good.yaml", "-o", "json")).toEqual({
      code: 0,
      stdout: '{\n  "problems": []\n}\n',
      stderr: "",
    });
  });

  test("points at the mistake of a bad one", async () => {
    await mkdir(join(home, "bad"));
    await writeFile(
      join(home, "bad/gate.yaml"),
      await readFile(join(FIXTURES, "bad/bare-number-on-ratio.yaml")),
    );
    const { code, stdout } = await rampart("lint", "bad/gate.yaml");
    expect(code).toBe(2);
    expect(stdout).toContain("error[R203]");
    expect(stdout).toContain("docs/lint.md#r203");
  });

  test("brings the signal library, and the page its problems name", async () => {
    expect(await rampart("lint", "node_modules/rampart/gates", "--strict")).toMatchObject({ code: 0 });
    expect(await readFile(join(home, "node_modules/rampart/docs/lint.md"), "utf8")).toContain("## R203");
  });

  test("opens a store of its own", async () => {
    const config = "node_modules/rampart/config/rampart.example.yaml";
    const onStore = ["--store", "rampart.db", "--config", config];
    const made = await rampart(
      "token",
      "create",
      "--kind=machine",
      "--name=ci",
      "--preset=ci",
      "-q",
      ...onStore,
    );
    expect(made).toMatchObject({ code: 0, stderr: "" });
    expect(made.stdout).toMatch(/^rmp_production_/);
    expect((await rampart("token", "list", "-o", "plain", ...onStore)).stdout).toContain("machine\tci\t");
  });

  test("holds neither sources nor tests", async () => {
    const inside = await readdir(join(home, "node_modules/rampart"), { recursive: true });
    expect(inside.filter((name) => name.endsWith(".ts"))).toEqual([]);
    expect(inside.filter((name) => /^(?:src|test|demo|scripts|coverage)/.test(name))).toEqual([]);
  });
});

test("npx in a checkout runs the sources", async () => {
  const { code, stdout } = await run(ROOT, "npx", ["rampart", "lint", "gates"]);
  expect(stdout).toMatch(/^\d+ files, no problems\n$/);
  expect(code).toBe(0);
});

type Ended = { readonly code: number; readonly stdout: string; readonly stderr: string };

function rampart(...args: readonly string[]): Promise<Ended> {
  return run(home, join(home, "node_modules/.bin/rampart"), args);
}

async function npm(cwd: string, ...args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await run(cwd, "npm", args);
  if (code !== 0) throw new Error(`npm ${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
}

/** With the Node that runs the tests first on the path: the shebang asks for whatever is there. */
function run(cwd: string, program: string, args: readonly string[]): Promise<Ended> {
  const path = [dirname(process.execPath), process.env["PATH"] ?? ""].join(delimiter);
  const env = { ...process.env, PATH: path, RAMPART_CONFIG: "" };
  return new Promise((resolve, reject) => {
    execFile(program, args, { cwd, env }, (error, stdout, stderr) => {
      if (error === null) resolve({ code: 0, stdout, stderr });
      else if (typeof error.code === "number") resolve({ code: error.code, stdout, stderr });
      else reject(error);
    });
  });
}
