import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import type { BackupRequest, StoreBackupOutcome } from "../cli/standalone/backup.ts";
import { copyStore } from "../store/backup.ts";

/** A whole, compacted copy of a store that no server holds. */
export async function backupStore({ store, to }: BackupRequest): Promise<StoreBackupOutcome> {
  const copied = await copyStore(store, to);
  if (!copied.ok) {
    const more = copied.code === "locked" ? "; without --store the running server makes the backup" : "";
    const blind = copied.code === "locked" || copied.code === "unopenable";
    return { kind: "failed", blind, message: `${copied.message}${more}` };
  }
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(to)) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { kind: "saved", bytes, sha256: hash.digest("hex") };
}
