import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type CliRun, runHere } from "../support/command-line.ts";
import { watchGate } from "../support/service-gates.ts";

/** Five mistakes, each between two guillemets that are taken out before the file is written. */
const MARKED = `schema: gate/v1
name: five-mistakes
title: "Neue Bestellstrecke für Österreich 🛒🛒"
owner: checkout
runbook: https://runbooks.example.com/RB-01
every:    «500ms»
flag: { unleash: checkout, environment: production, stickiness: «random» }
steps:
  - { to: 5%, hold: 30m, «bkae»: 1h }
  - { to: 100%, bake: 1h }
signals:
  - { name: errors, title: "🛒 errors", unit: count, query: shop_errors, advance: at most 5, halt: «more than» 10 }
  - name: slow
    unit: ratio
    query: |
      sum(rate(slow_total[5m]))
        /
      sum(rate(all_total[5m])«»
    samples: sum(increase(all_total[5m]))
    advance: at most 5%
`;
const CODES = ["R113", "R111", "R101", "R220", "R301"];

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "service-lint-"));
  file = join(folder, "five.yaml");
  await writeFile(file, MARKED.replaceAll(/[«»]/g, ""));
});

afterAll(() => rm(folder, { recursive: true }));

const lint = (...args: readonly string[]): Promise<CliRun> => runHere(["lint", ...args]);

/** Line and column of each opening mark, as an editor counts them. */
function places(): readonly object[] {
  return MARKED.split("\n").flatMap((line, index) => {
    const column = line.indexOf("«") + 1;
    return column === 0 ? [] : [{ line: index + 1, column }];
  });
}

test("five mistakes in one file are five problems, each where it stands, and exit 2", async () => {
  const run = await lint(folder, "-o", "json");
  expect(run).toMatchObject({ code: 2, stderr: "" });
  const { problems } = JSON.parse(run.stdout) as {
    problems: readonly { file: string; line: number; column: number; code: string }[];
  };
  expect(problems.map(({ line, column }) => ({ line, column }))).toEqual(places());
  expect(problems.map(({ code }) => code)).toEqual(CODES);
  expect(new Set(problems.map((problem) => problem.file))).toEqual(new Set([file]));
});

test("people see the line, what is underlined and what to write instead", async () => {
  const run = await lint(file);
  expect(run.code).toBe(2);
  expect(run.stdout).toContain(
    "   9 |   - { to: 5%, hold: 30m, bkae: 1h }\n     |                          ^^^^\n",
  );
  expect(run.stdout).toContain("help: did you mean `bake`?");
  expect(run.stdout).toContain("1 file, 5 errors");
});

test("a sound folder is 0, and a path that is not there is 2", async () => {
  const sound = await mkdtemp(join(folder, "sound-"));
  await writeFile(join(sound, "watching.yaml"), watchGate({ name: "watching" }));
  expect(await lint(sound)).toMatchObject({ code: 0, stdout: "1 file, no problems\n" });
  expect(await lint(join(folder, "nothing-here"))).toMatchObject({ code: 2, stdout: "" });
});
