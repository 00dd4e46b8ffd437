import { createHash } from "node:crypto";
import { readdir, readFile, readlink, realpath, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";

import type { Problem } from "../domain/problem.ts";
import { MAX_FILE_BYTES } from "../gatefile/decode.ts";
import { diskProblem, tooLarge } from "./disk-problem.ts";

export const MAX_FILES = 200;
export const MAX_FOLDER_DEPTH = 8;
export const MAX_LOCK_BYTES = 256 * 1024;
export const LOCK_NAME = "gates.lock";

export type FileSeen = {
  /** As people know it: the folder as configured, then the path inside. */
  readonly path: string;
  /** Path inside the folder, with `/`. */
  readonly name: string;
  readonly bytes: Uint8Array;
  /** Hex digest of the bytes. */
  readonly sha256: string;
};

export type FolderSnapshot = {
  readonly files: readonly FileSeen[];
  readonly lock: Uint8Array | null;
  /** Files that are there and may not or cannot be read. */
  readonly problems: readonly Problem[];
  /** Real folders to watch. */
  readonly directories: readonly string[];
  /** Changes when anything above does. */
  readonly digest: string;
};

export type FolderReading =
  | { readonly ok: true; readonly snapshot: FolderSnapshot }
  | { readonly ok: false; readonly problem: Problem };

/** How often a folder is read again when its content was swapped while it was being read. */
const SWAP_RETRIES = 3;

/**
 * Reads every YAML file below the folder. A mounted ConfigMap keeps its files in a hidden folder that `..data` links to
 * and swaps that link: hidden names are therefore skipped, links that stay inside are followed, and a reading during
 * which the link changed is thrown away.
 */
export async function readFolder(root: string): Promise<FolderReading> {
  try {
    const real = await realpath(root);
    for (let tried = 0; ; tried += 1) {
      const before = await swapLink(real);
      const walk: Walk = { root, real, files: [], problems: [], directories: [], seen: 0 };
      await walkDirectory(real, [real], walk);
      const lock = await readLock(walk);
      if ((await swapLink(real)) === before || tried === SWAP_RETRIES)
        return { ok: true, snapshot: finish(walk, lock) };
    }
  } catch (error) {
    return { ok: false, problem: diskProblem(root, `the folder cannot be read: ${reasonOf(error)}`) };
  }
}

type Walk = {
  readonly root: string;
  readonly real: string;
  readonly files: FileSeen[];
  readonly problems: Problem[];
  readonly directories: string[];
  seen: number;
};

async function walkDirectory(directory: string, ancestors: readonly string[], walk: Walk): Promise<void> {
  walk.directories.push(directory);
  const names = (await readdir(directory)).filter((name) => !name.startsWith(".")).toSorted();
  for (const name of names) await visit(join(directory, name), ancestors, walk);
}

async function visit(entry: string, ancestors: readonly string[], walk: Walk): Promise<void> {
  const name = relative(walk.real, entry).split(sep).join("/");
  const path = join(walk.root, name);
  const refuse = (message: string, code?: "R106"): void =>
    void walk.problems.push(diskProblem(path, message, code));
  try {
    const real = await realpath(entry);
    if (real !== walk.real && !real.startsWith(walk.real + sep)) {
      if (isYaml(name)) refuse("the link leads out of the folder and is not followed");
      return;
    }
    const about = await stat(real);
    if (about.isDirectory()) {
      if (ancestors.includes(real)) return refuse("the link leads back to a folder it lies in");
      if (ancestors.length >= MAX_FOLDER_DEPTH)
        return refuse(`folders nest deeper than ${MAX_FOLDER_DEPTH} levels`);
      return await walkDirectory(entry, [...ancestors, real], walk);
    }
    if (!isYaml(name)) return;
    walk.seen += 1;
    if (walk.seen > MAX_FILES)
      return refuse(`the folder has more than ${MAX_FILES} files; this one is not read`, "R106");
    if (!about.isFile()) return refuse("it is no regular file");
    if (about.size > MAX_FILE_BYTES) {
      walk.problems.push(tooLarge(path, about.size));
      return;
    }
    const bytes = await readFile(real);
    walk.files.push({ path, name, bytes, sha256: sha256(bytes) });
  } catch (error) {
    const reason = reasonOf(error);
    refuse(`it cannot be read: ${REASONS[reason] ?? reason}`);
  }
}

function isYaml(name: string): boolean {
  return /\.ya?ml$/i.test(name);
}

/** Null: there is no lock file. */
async function readLock(walk: Walk): Promise<Uint8Array | null> {
  const path = join(walk.real, LOCK_NAME);
  const about = await stat(path).catch(() => null);
  if (about === null) return null;
  if (!about.isFile() || about.size > MAX_LOCK_BYTES) {
    const message = `it is no regular file of at most ${MAX_LOCK_BYTES} bytes`;
    walk.problems.push(diskProblem(join(walk.root, LOCK_NAME), message));
    return null;
  }
  return await readFile(path);
}

/** Where the link of a mounted ConfigMap points now; null outside of one. */
async function swapLink(real: string): Promise<string | null> {
  return await readlink(join(real, "..data")).catch(() => null);
}

function finish(walk: Walk, lock: Uint8Array | null): FolderSnapshot {
  const { files, problems, directories } = walk;
  const parts = [
    ...files.map(({ name, sha256: digest }) => `${name} ${digest}`),
    ...problems.map(({ file, message }) => `${file} ${message}`),
    lock === null ? "" : sha256(lock),
  ];
  return { files, lock, problems, directories, digest: sha256(Buffer.from(JSON.stringify(parts))) };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** Node's message names the whole path again; the code says what is wrong. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!("code" in error) || typeof error.code !== "string") return error.message;
  return error.code;
}

/** Of what a folder lists and nobody can open. */
const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "it is a link to nothing, or its name is not UTF-8",
  ELOOP: "it is a link to itself",
  EACCES: "this user may not (EACCES)",
};
