import type { Kysely } from "kysely";
import {
  type Audit,
  type Clock,
  type Outbox,
  type Records,
  StoreUnavailable,
  type Tokens,
} from "../control/ports.ts";
import type { Instant } from "../domain/instant.ts";
import { auditIn } from "./audit/audit.ts";
import { backup, type BackupOutcome } from "./backup.ts";
import type { Identity } from "./identity.ts";
import { outboxIn } from "./outbox.ts";
import { prune, type Pruned } from "./prune.ts";
import { recordsIn } from "./records.ts";
import type { Reserve } from "./reserve.ts";
import type { SqliteHandle } from "./sqlite/driver.ts";
import type { Tables } from "./tables.ts";
import { tokensIn } from "./tokens.ts";

/**
 * Everything that survives a restart. Every promise that resolves after a change resolves after its fsync. A failure of
 * disk or file rejects with `StoreUnavailable`, and nothing of that change is kept.
 */
export type Store = Records &
  Tokens &
  Outbox & {
    readonly audit: Audit;
    /** Whether a small write is durable now. */
    healthy(): Promise<boolean>;
    /** Removes what was kept long enough, and takes back the reserve of room where it was needed; meant to be called now and then. */
    prune(now: Instant): Promise<Pruned>;
    /** Writes a whole, compacted copy to a new file. Never overwrites. Blocks the process meanwhile. */
    backup(path: string): Promise<BackupOutcome>;
    /** Waits for what is under way; afterwards every call rejects. */
    close(): Promise<void>;
  };

export function createStore(
  db: Kysely<Tables>,
  handle: SqliteHandle,
  clock: Clock,
  identity: Identity,
  reserve: Reserve,
): Store {
  return {
    ...recordsIn(db, clock, identity, reserve),
    ...tokensIn(db),
    ...outboxIn(db),
    audit: auditIn(db),
    healthy: () => canWrite(db, clock.now()),
    prune(now) {
      reserve.refill();
      return prune(db, now);
    },
    backup: (path) => backup(db, handle, path),
    async close() {
      // Takes its turn behind a running transaction, which closing at once would cut off.
      await db.connection().execute(() => Promise.resolve());
      await db.destroy();
    },
  };
}

async function canWrite(db: Kysely<Tables>, now: Instant): Promise<boolean> {
  try {
    await db.updateTable("meta").set({ checked_at: now }).execute();
    return true;
  } catch (error) {
    if (error instanceof StoreUnavailable) return false;
    throw error;
  }
}
