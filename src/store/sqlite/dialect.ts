import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from "kysely";
import type { StoreUnavailable } from "../../control/ports.ts";
import { SqliteDriver, type SqliteHandle } from "./driver.ts";

/** Kysely's SQLite grammar over Node's own SQLite. */
export function sqliteDialect(handle: SqliteHandle, onFatal: (failure: StoreUnavailable) => void): Dialect {
  return {
    createDriver: () => new SqliteDriver(handle, onFatal),
    createQueryCompiler: () => new SqliteQueryCompiler(),
    createAdapter: () => new TransactionalDdlAdapter(),
    createIntrospector: (db) => new SqliteIntrospector(db),
  };
}

/** SQLite rolls back `create table` like anything else; Kysely's own adapter does not use that. */
class TransactionalDdlAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}
