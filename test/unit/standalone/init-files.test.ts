import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { parseConfig } from "../../../src/config/parse-config.ts";
import { readEnv } from "../../../src/config/env.ts";
import { placeFiles, writeFiles } from "../../../src/standalone/init-files.ts";

const GATE = `schema: gate/v1
name: checkout
owner: us
signals:
  - { name: errors, query: x, advance: at most 1 }
`;

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "rampart-files-"));
});

afterEach(() => rm(home, { recursive: true, force: true }));

const proposal = { kind: "proposed", name: "checkout", text: GATE, summary: [], remarks: [] } as const;

function place(told: string | null = null, force = false, isNew = true) {
  const text = [
    "sources: { main: { url: 'http://127.0.0.1:9090' } }",
    `gates: { path: '${join(home, "gates")}' }`,
    `store: { path: '${join(home, "data", "rampart.db")}' }`,
  ].join("\n");
  const parsed = parseConfig(text, "rampart.yaml");
  if (!parsed.ok) throw new Error("the configuration of the test is wrong");
  const found = {
    config: parsed.config,
    path: join(home, "config", "rampart.yaml"),
    text: isNew ? text : null,
    extended: null,
    env: readEnv({}),
    remarks: [],
  };
  return placeFiles(proposal, told, found, force);
}

async function proposed() {
  const outcome = await place();
  if (outcome.kind !== "proposed") throw new Error(JSON.stringify(outcome));
  return outcome.proposal;
}

test("a gate goes into the folder of gates, and a new configuration comes with it", async () => {
  const { files, next } = await proposed();
  expect(files.map(({ path }) => path)).toEqual([
    join(home, "config", "rampart.yaml"),
    join(home, "gates", "checkout.yaml"),
  ]);
  expect(next.length).toBeLessThanOrEqual(5);
  expect(await readdir(home)).toEqual([]);
});

test("what is written includes the folders that the server needs", async () => {
  const { files, folders } = await proposed();
  expect(await writeFiles({ kind: "write", files, folders, force: false })).toMatchObject({
    kind: "written",
  });
  expect((await readdir(home)).toSorted()).toEqual(["config", "data", "gates"]);
  expect(await readFile(join(home, "gates", "checkout.yaml"), "utf8")).toBe(GATE);
});

test("a gate is replaced by force alone, and a configuration never", async () => {
  const { files, folders } = await proposed();
  await mkdir(join(home, "gates"));
  await writeFile(join(home, "gates", "checkout.yaml"), "mine");
  expect(await place()).toMatchObject({ kind: "refused" });
  expect(await place(null, true)).toMatchObject({ kind: "proposed" });
  expect(await writeFiles({ kind: "write", files, folders, force: true })).toMatchObject({ kind: "written" });
  expect(await readFile(join(home, "gates", "checkout.yaml"), "utf8")).toBe(GATE);
  expect(await writeFiles({ kind: "write", files, folders, force: true })).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("rampart.yaml exists already"),
  });
});

test("nothing is written when one of the files is there", async () => {
  const { files, folders } = await proposed();
  await mkdir(join(home, "gates"));
  await writeFile(join(home, "gates", "checkout.yaml"), "mine");
  expect((await writeFiles({ kind: "write", files, folders, force: false })).kind).toBe("refused");
  expect(await readdir(home)).toEqual(["gates"]);
});

test("a gate that would not load beside the others is refused with the reason", async () => {
  await mkdir(join(home, "gates"));
  await writeFile(join(home, "gates", "other.yaml"), GATE);
  expect(await place()).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("declares a gate with the same name"),
  });
});

test("a place that the server does not look at is remarked on", async () => {
  const outcome = await place(join(home, "elsewhere.yaml"));
  expect(outcome).toMatchObject({
    kind: "proposed",
    proposal: { remarks: [expect.stringContaining("is not in")] },
  });
});

test("where a configuration is there already none is written", async () => {
  expect(await place(null, false, false)).toMatchObject({
    kind: "proposed",
    proposal: { files: [{ path: join(home, "gates", "checkout.yaml") }] },
  });
});

test("a configuration that is only added to is written over what was seen, and over nothing else", async () => {
  const path = join(home, "rampart.yaml");
  const file = { path, text: "a: 1\nb: 2\n", isReplaceable: false, extended: "a: 1\n" };
  const write = () => writeFiles({ kind: "write", files: [file], folders: [], force: true });
  await writeFile(path, "a: 7\n");
  expect(await write()).toMatchObject({
    kind: "refused",
    message: expect.stringContaining("exists already"),
  });
  await writeFile(path, "a: 1\n");
  expect(await write()).toEqual({ kind: "written", paths: [path] });
  expect(await readFile(path, "utf8")).toBe(file.text);
});
