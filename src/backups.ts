import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import type { Backups, TakenBackup } from "./http/door.ts";
import type { Store } from "./store/store.ts";

/** Copies of the running store for whoever asks over HTTP, one at a time. */
export function createBackups(store: Pick<Store, "backup">, storePath: string): Backups {
  // Beside the store, where there is room for it and nobody else may read.
  const path = `${storePath}.backup-under-way`;
  let isUnderWay = false;

  async function take(): Promise<TakenBackup> {
    // A process that died while it copied left its part; whoever holds the store is alone with this name.
    await rm(path, { force: true });
    const written = await store.backup(path);
    if (!written.ok) return { kind: "failed", message: written.message };
    const file = await open(path, "r");
    // It has no name any more and goes with its last reader, however that one ends.
    await rm(path);
    return sendable(file);
  }

  return {
    async take() {
      if (isUnderWay) return { kind: "busy" };
      isUnderWay = true;
      try {
        return await take();
      } finally {
        isUnderWay = false;
      }
    },
  };
}

async function sendable(file: FileHandle): Promise<TakenBackup> {
  try {
    const { size: bytes } = await file.stat();
    const hash = createHash("sha256");
    for await (const chunk of file.createReadStream({ start: 0, autoClose: false })) hash.update(chunk);
    return { kind: "taken", bytes, sha256: hash.digest("hex"), content: file.createReadStream({ start: 0 }) };
  } catch (error) {
    await file.close();
    throw error;
  }
}
