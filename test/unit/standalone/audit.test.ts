import { execFile } from "node:child_process";
import { generateKeyPairSync, type KeyPairKeyObjectResult } from "node:crypto";
import { chmod, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { VerifyAuditRequest } from "../../../src/cli/standalone/audit.ts";
import { auditKey, exportAudit, verifyAudit } from "../../../src/standalone/audit.ts";
import { openAuditKey } from "../../../src/store/audit/audit-key.ts";
import { HEAD_MESSAGE, signHead } from "../../../src/store/audit/signed-head.ts";
import { blocks, page } from "../docs/doc-files.ts";
import { auditOf } from "../store/audit/rows.ts";
import { makeFolder, mustOpen } from "../store/folder.ts";
import { deploy } from "../store/samples.ts";

const KEYS = generateKeyPairSync("ed25519");
const STRANGER = generateKeyPairSync("ed25519");

let folder: Awaited<ReturnType<typeof makeFolder>>;
let store: string;

beforeEach(async () => {
  folder = await makeFolder();
  store = folder.path;
  await enter("c1", "c2", "c3");
});
afterEach(() => folder.remove());

async function enter(...ids: readonly string[]): Promise<void> {
  const opened = await mustOpen(store);
  for (const id of ids) await opened.addDeploy(deploy(id), null);
  await opened.close();
}

function file(name: string, text: string): Promise<string> {
  const path = join(folder.folder, name);
  return writeFile(path, text).then(() => path);
}

/** A log with the head of each of these records. */
function log(seqs: readonly number[], keys: KeyPairKeyObjectResult = KEYS): Promise<string> {
  const rows = auditOf(store);
  const lines = seqs.map((seq) => {
    const row = rows[seq - 1];
    if (row === undefined) throw new Error(`there is no record ${seq}`);
    return JSON.stringify({ ...signHead(row, keys.privateKey, keys.publicKey), msg: HEAD_MESSAGE });
  });
  return file("rampart.log", ["not a line of ours", ...lines, ""].join("\n"));
}

function publicKeyFile(): Promise<string> {
  return file("audit.pub.pem", KEYS.publicKey.export({ type: "spki", format: "pem" }).toString());
}

function verify(request: Partial<VerifyAuditRequest> = {}) {
  return verifyAudit({
    store,
    config: "none.yaml",
    head: null,
    headFile: null,
    publicKeyFile: null,
    ...request,
  });
}

function unseen(why: string) {
  return { kind: "unseen", blind: false, message: expect.stringContaining(why) };
}

describe("verifying", () => {
  test("compares every head of a log, and their signatures when the key is there", async () => {
    const headFile = await log([1, 3]);
    await enter("c4");
    expect(await verify({ headFile })).toMatchObject({ kind: "sound", store, heads: 2, signed: false });
    const signed = await verify({ headFile, publicKeyFile: await publicKeyFile() });
    expect(signed).toMatchObject({ kind: "sound", heads: 2, signed: true });
  });

  test("finds that a store is not the one whose heads are in the log", async () => {
    const headFile = await log([1, 3]);
    const other = `${store}.other`;
    const opened = await mustOpen(other);
    await opened.addDeploy(deploy("c1"), null);
    await opened.addDeploy(deploy("forged"), null);
    await opened.close();
    // The first head fits: the same was written first.
    const cut = { kind: "broken", seq: 3, why: "the records 3 to 3 were cut off: there is a head of 3" };
    expect(await verify({ store: other, headFile })).toMatchObject(cut);
    const again = await mustOpen(other);
    await again.addDeploy(deploy("c3"), null);
    await again.close();
    const anew = {
      kind: "broken",
      seq: 2,
      why: expect.stringContaining("one or more of the records 2 to 3"),
    };
    expect(await verify({ store: other, headFile })).toMatchObject(anew);
  });

  test("believes no head that another key has signed", async () => {
    const headFile = await log([3], STRANGER);
    expect(await verify({ headFile, publicKeyFile: await publicKeyFile() })).toMatchObject({
      kind: "broken",
      seq: null,
      why: expect.stringContaining("the head of record 3 in"),
    });
  });

  test("leaves nothing beside the file and needs no right to write there", async () => {
    await chmod(store, 0o400);
    const before = await readdir(folder.folder);
    expect(await verify()).toMatchObject({ kind: "sound", head: { seq: 3 } });
    expect(await readdir(folder.folder)).toEqual(before);
  });

  test("cannot look while a server holds the store, and says what would help", async () => {
    const held = await mustOpen(store);
    expect(await verify()).toEqual({
      kind: "unseen",
      blind: true,
      message: `the store ${store} is locked by another process: only one may use it at a time; stop the server, or look at a backup`,
    });
    await held.close();
  });

  test("reads a backup while the server runs", async () => {
    const held = await mustOpen(store);
    const copy = join(folder.folder, "backup.db");
    await held.backup(copy);
    expect(await verify({ store: copy })).toMatchObject({ kind: "sound", head: { seq: 3 } });
    await held.close();
  });

  test.each([
    ["a file that is not there", async () => "none.db", /cannot be opened/],
    ["a file that is no database", () => file("text.db", "text ".repeat(500)), /is damaged/],
    ["a database without an audit", emptyDatabase, /has no audit/],
  ])("cannot look at %s", async (_, make, why) => {
    const path = await make();
    expect(await verify({ store: path })).toMatchObject({
      kind: "unseen",
      message: expect.stringMatching(why),
    });
  });

  test("is told what is wrong with the files of heads and keys", async () => {
    const headFile = await log([1]);
    const none = join(folder.folder, "none");
    const empty = await file("empty.log", "serving\n");
    expect(await verify({ headFile: none })).toMatchObject(unseen("none cannot be read"));
    expect(await verify({ headFile: empty })).toMatchObject(unseen("has no head of an audit in it"));
    expect(await verify({ headFile, publicKeyFile: none })).toMatchObject(unseen("none cannot be read"));
    expect(await verify({ headFile, publicKeyFile: empty })).toMatchObject(
      unseen("is no Ed25519 key in PEM"),
    );
  });

  test("takes the store from the configuration when none is named", async () => {
    const config = await file("rampart.yaml", `store: { path: ${store} }\n`);
    expect(await verify({ store: null, config })).toMatchObject({ kind: "sound", store });
    expect(await verify({ store: null })).toMatchObject({
      kind: "unseen",
      message: expect.stringContaining("--store"),
    });
    const broken = await file("broken.yaml", "stor: {}\n");
    expect(await verify({ store: null, config: broken })).toMatchObject({ kind: "unseen", blind: false });
  });
});

test("whoever has the exported lines can follow the chain with the program on the page", async () => {
  const lines: string[] = [];
  const place = { store, config: "none.yaml", write: (line: string) => void lines.push(line) };
  expect(await exportAudit({ ...place, after: 0 })).toEqual({ kind: "exported", records: 3 });
  expect(await follow(lines)).toBe(`${auditOf(store).at(-1)?.hash}\n`);
  await expect(follow(lines.with(1, lines[1]?.replace("shop", "shap") ?? ""))).rejects.toThrow(
    "record 2 is wrong",
  );
  await expect(follow(lines.toSpliced(1, 1))).rejects.toThrow("record 3 is wrong");
  const rest: string[] = [];
  await exportAudit({ ...place, after: 2, write: (line) => void rest.push(line) });
  expect(rest).toEqual(lines.slice(2));
});

test("the public key is that of the key beside the store, or of the one the configuration names", async () => {
  expect(await auditKey({ store, config: "none.yaml" })).toMatchObject({
    kind: "unseen",
    message: expect.stringContaining("the server makes it when it first starts"),
  });
  await openAuditKey(`${store}.audit-key.pem`, true);
  const beside = await auditKey({ store, config: "none.yaml" });
  expect(beside).toMatchObject({ kind: "key", pem: expect.stringContaining("BEGIN PUBLIC KEY") });
  const own = await file("own.pem", KEYS.privateKey.export({ type: "pkcs8", format: "pem" }).toString());
  const config = await file("rampart.yaml", `store: { path: ${store} }\naudit: { keyFile: ${own} }\n`);
  const named = await auditKey({ store: null, config });
  expect(named).toMatchObject({ kind: "key", path: own });
  expect(named).not.toMatchObject({ pem: beside.kind === "key" ? beside.pem : "" });
});

/** Runs the program that the page of operations has. */
async function follow(lines: readonly string[]): Promise<string> {
  const [program] = blocks(page("docs/operations.md")).filter(({ language }) => language === "js");
  const path = await file("follow.mjs", program?.text ?? "");
  const running = promisify(execFile)(process.execPath, [path]);
  running.child.stdin?.end(lines.map((line) => `${line}\n`).join(""));
  return (await running).stdout;
}

async function emptyDatabase(): Promise<string> {
  const path = join(folder.folder, "empty.db");
  const database = new DatabaseSync(path);
  database.exec("create table other (x)");
  database.close();
  return path;
}
