import { generateKeyPairSync } from "node:crypto";
import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { keyPathBeside, openAuditKey, publicKeyIn } from "../../../../src/store/audit/audit-key.ts";
import { makeFolder } from "../folder.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let path: string;

beforeEach(async () => {
  folder = await makeFolder();
  path = keyPathBeside(folder.path);
});
afterEach(() => folder.remove());

test("is made once, for its owner alone, and found again", async () => {
  const made = await openAuditKey(path, true);
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const pem = await readFile(path, "utf8");
  const again = await openAuditKey(path, true);
  if (!made.ok || !again.ok) throw new Error("there is no key");
  expect(again.key.privateKey.equals(made.key.privateKey)).toBe(true);
  expect(await readFile(path, "utf8")).toBe(pem);
  expect(await readdir(folder.folder)).toEqual(["store.sqlite.audit-key.pem"]);
});

test("is made also where an earlier process died over it", async () => {
  await writeFile(`${path}.new`, "half a k");
  expect(await openAuditKey(path, true)).toMatchObject({ ok: true });
});

test("is not made where it was asked for by name, nor where it cannot be", async () => {
  expect(await openAuditKey(path, false)).toEqual({
    ok: false,
    message: `the key of the audit ${path} cannot be read (ENOENT)`,
  });
  const nowhere = join(folder.folder, "none", "key.pem");
  expect(await openAuditKey(nowhere, true)).toEqual({
    ok: false,
    message: `the key of the audit ${nowhere} cannot be made (ENOENT)`,
  });
});

test.each([
  ["nothing", ""],
  ["text", "not a key"],
  ["a key of another kind", pemOf("ec")],
])("%s is refused, without a word of what is in the file", async (_, text) => {
  await writeFile(path, text);
  expect(await openAuditKey(path, true)).toEqual({
    ok: false,
    message: `${path} is no Ed25519 private key in PEM`,
  });
});

test("the public key is read from either half, and from nothing else", () => {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const halves = [
    publicKey.export({ type: "spki", format: "pem" }),
    privateKey.export({ type: "pkcs8", format: "pem" }),
  ];
  for (const pem of halves) expect(publicKeyIn(pem.toString())?.equals(publicKey)).toBe(true);
  for (const text of ["", "not a key", pemOf("ec")]) expect(publicKeyIn(text)).toBeNull();
});

function pemOf(kind: "ec"): string {
  const { privateKey } = generateKeyPairSync(kind, { namedCurve: "P-256" });
  return privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}
