import type { BackupRequest, StoreBackupOutcome } from "../../../src/cli/standalone/backup.ts";
import type { Scripts } from "../scripted-standalone.ts";

export const BACKUP_OUTCOMES: Scripts<BackupRequest, StoreBackupOutcome> = {
  saved: () => ({ kind: "saved", bytes: 151_552, sha256: "4f2a91c0".repeat(8) }),
  locked: ({ store }) => ({
    kind: "failed",
    blind: true,
    message: `the store ${store} is locked by another process: only one may use it at a time; without --store the running server makes the backup`,
  }),
  missing: ({ store }) => ({ kind: "failed", blind: false, message: `there is no store ${store}` }),
};
