import { Kysely } from "kysely";
import { type Clock, StoreUnavailable } from "../control/ports.ts";
import { claimIdentity, type RandomBytes } from "./identity.ts";
import { migrate } from "./migrate.ts";
import { MIGRATIONS } from "./migrations/all.ts";
import { NO_RESERVE, reserveBeside, withRoom } from "./reserve.ts";
import { IN_MEMORY, openDatabase, openFailure, type OpenFailure } from "./sqlite/database.ts";
import { sqliteDialect } from "./sqlite/dialect.ts";
import type { SqliteHandle } from "./sqlite/driver.ts";
import { createStore, type Store } from "./store.ts";
import type { Tables } from "./tables.ts";

export type StoreOptions = {
  /** A file, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  readonly randomBytes: RandomBytes;
  /** Hears, once, of a failure after which no success of this store may be believed: the process should end. */
  readonly onFatal: (failure: StoreUnavailable) => void;
};

export type OpenedStore = { readonly ok: true; readonly store: Store } | OpenFailure;

/** Opens the store for this process alone, checks it, brings it to the newest form and takes a new epoch. */
export async function openStore(options: StoreOptions): Promise<OpenedStore> {
  const opened = openDatabase(options.path);
  return opened.ok ? storeOn(opened.database, options) : opened;
}

/** A store on an open database, which it closes when it cannot be used. */
export async function storeOn(handle: SqliteHandle, options: StoreOptions): Promise<OpenedStore> {
  const { path, clock, randomBytes, onFatal } = options;
  const db = new Kysely<Tables>({ dialect: sqliteDialect(handle, onFatal) });
  try {
    const refusal = await migrate(db, path, MIGRATIONS);
    if (refusal === null) {
      const reserve = path === IN_MEMORY ? NO_RESERVE : reserveBeside(path);
      // A process that cannot start on a full disk could not roll anything back either.
      const identity = await withRoom(reserve, () => claimIdentity(db, randomBytes, clock.now()));
      return { ok: true, store: createStore(db, handle, clock, identity, reserve) };
    }
    await db.destroy();
    return refusal;
  } catch (error) {
    await db.destroy();
    return openFailure(path, error instanceof StoreUnavailable ? error.cause : error);
  }
}
