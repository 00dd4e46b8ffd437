import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PublishOutcome, PublishRequest } from "../cli/standalone/publish.ts";
import { type FolderSnapshot, LOCK_NAME, readFolder } from "../disk/folder-snapshot.ts";
import { differencesOf, formatLock, type LockEntry, parseLock } from "../disk/gates-lock.ts";
import { readAuthorship } from "../disk/git-authorship.ts";
import { readGateFolder } from "../gate-folder.ts";

/** Writes who wrote each file of the folder, as Git says, or compares the lock that is there with it. */
export async function publish({ folder, check, config }: PublishRequest): Promise<PublishOutcome> {
  const checked = await readGateFolder(folder, config);
  if (checked.kind === "unreadable") return { kind: "failed", message: checked.message };
  const errors = checked.problems.filter(({ severity }) => severity === "error");
  if (errors.length > 0) return { kind: "faulty", problems: errors, sources: checked.texts };

  const reading = await readFolder(folder);
  if (!reading.ok) return { kind: "failed", message: `${folder}: ${reading.problem.message}` };
  const { snapshot } = reading;
  if (snapshot.files.length === 0) {
    return { kind: "failed", message: `there is no gate in ${folder}; --gates names another folder` };
  }
  const authorship = await readAuthorship(folder, snapshot.files);
  if (!authorship.ok) return { kind: "failed", message: authorship.why };
  if (authorship.unattributed.length > 0) return { kind: "unpublishable", files: authorship.unattributed };

  const lock = join(folder, LOCK_NAME);
  const { entries } = authorship;
  const differences = differencesIn(snapshot, entries);
  if (differences.length === 0) return { kind: "current", lock, files: entries };
  if (check) return { kind: "stale", lock, differences };
  const failure = await write(lock, formatLock(entries));
  if (failure !== null) return { kind: "failed", message: `${lock} cannot be written: ${failure}` };
  return { kind: "published", lock, files: entries };
}

function differencesIn({ lock }: FolderSnapshot, entries: readonly LockEntry[]): readonly string[] {
  if (lock === null) return ["it is not there"];
  const reading = parseLock(lock);
  return reading.ok ? differencesOf(reading.lock, entries) : [`it cannot be used: ${reading.why}`];
}

/** All of it or nothing: a server may be reading the folder. Null when it is written. */
async function write(path: string, text: string): Promise<string | null> {
  const beside = `${path}.new`;
  try {
    await writeFile(beside, text);
    await rename(beside, path);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
