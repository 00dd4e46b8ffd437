import { access, constants, stat } from "node:fs/promises";
import { lookup } from "node:dns/promises";
import { dirname } from "node:path";
import type { Hidden } from "../config/hidden.ts";
import { isForbiddenAddress } from "../lib/forbidden-address.ts";
import type { PlaceFacts } from "../trial/doctor/check-place.ts";

const READ_BY_OTHERS = 0o004;

/** Looks at the machine without changing anything on it: no folder is made, no file opened for writing. */
export async function placeFacts(
  storePath: string,
  webhookUrl: string | null,
  secrets: readonly Hidden[],
): Promise<PlaceFacts> {
  return {
    store: { path: storePath, state: await storeState(storePath) },
    openSecrets: await openSecrets(secrets),
    webhook: webhookUrl === null ? null : await webhookState(webhookUrl),
  };
}

async function storeState(path: string): Promise<PlaceFacts["store"]["state"]> {
  const folder = dirname(path);
  if (!(await may(folder, constants.F_OK))) return "no-folder";
  // SQLite writes its journal beside the file.
  if (!(await may(folder, constants.W_OK))) return "not-writable";
  const isNew = !(await may(path, constants.F_OK));
  return isNew || (await may(path, constants.W_OK)) ? "writable" : "not-writable";
}

async function may(path: string, mode: number): Promise<boolean> {
  return await access(path, mode).then(
    () => true,
    () => false,
  );
}

async function openSecrets(secrets: readonly Hidden[]): Promise<readonly string[]> {
  const files = secrets.flatMap((secret) => {
    const source = secret.source();
    return "file" in source ? [source.file] : [];
  });
  const open = await Promise.all(
    [...new Set(files)].map(async (file) => {
      const about = await stat(file).catch(() => null);
      return about !== null && (about.mode & READ_BY_OTHERS) !== 0 ? [file] : [];
    }),
  );
  return open.flat();
}

async function webhookState(url: string): Promise<PlaceFacts["webhook"]> {
  // Brackets are how a URL writes an address of IPv6, no part of it.
  const host = new URL(url).hostname.replaceAll(/^\[|\]$/g, "");
  try {
    const addresses = await lookup(host, { all: true });
    return { state: addresses.some(({ address }) => isForbiddenAddress(address)) ? "forbidden" : "resolves" };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    return { state: "unresolved", detail: code };
  }
}
