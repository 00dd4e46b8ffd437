import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { writeFastRules } from "../../scripts/fast-rules.mjs";

const RULES = fileURLToPath(new URL("../../config/rules", import.meta.url));
const NAMES = ["commerce-health", "rampart"];

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "rampart-rules-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("every shipped rule file has a test", async () => {
  const wanted = NAMES.flatMap((name) => [`${name}.rules.yml`, `${name}.test.yml`]);
  expect((await readdir(RULES)).toSorted()).toEqual(wanted.toSorted());
});

test.each(NAMES)("promtool accepts %s", async (name) => {
  const { stdout } = await promtool(["check", "rules", `${name}.rules.yml`], RULES);
  expect(stdout).toContain("SUCCESS");
});

test.each(NAMES)("the promtool tests of %s pass", async (name) => {
  const { stdout } = await promtool(["test", "rules", `${name}.test.yml`], RULES);
  expect(stdout).toContain("SUCCESS");
});

test("the copies with a short interval are rule files too", async () => {
  const files = NAMES.map((name) => join(RULES, `${name}.rules.yml`));
  const copies = await writeFastRules(files, join(folder, "fast"), "1s");
  const { stdout } = await promtool(["check", "rules", ...copies], folder);
  expect(stdout.match(/SUCCESS/g)).toHaveLength(NAMES.length);
});

test("without its memory of past values the silence alert would miss a server that is gone", async () => {
  const weak = join(folder, "weak");
  await cp(RULES, weak, { recursive: true });
  const rules = await readFile(join(weak, "rampart.rules.yml"), "utf8");
  await writeFile(join(weak, "rampart.rules.yml"), rules.replaceAll("[6h]", "[30s]"));

  await expect(promtool(["test", "rules", "rampart.test.yml"], weak)).rejects.toThrow("time: 2h");
});

function promtool(args: readonly string[], cwd: string): Promise<{ stdout: string; stderr: string }> {
  return promisify(execFile)("promtool", args, { cwd });
}
