import type { DatabaseSync, SQLInputValue, StatementSync } from "node:sqlite";
import type { CompiledQuery, DatabaseConnection, Driver, QueryResult } from "kysely";
import { StoreUnavailable } from "../../control/ports.ts";
import { storeFailure } from "../failure.ts";

/** The part of `DatabaseSync` that the driver uses. */
export type SqliteHandle = Pick<DatabaseSync, "prepare" | "exec" | "close" | "isTransaction">;

/**
 * Runs Kysely's queries on the one connection of Node's own SQLite. After a fatal failure every further statement is
 * refused with that same failure; `onFatal` hears of it once.
 */
export class SqliteDriver implements Driver {
  readonly #handle: SqliteHandle;
  readonly #connection: DatabaseConnection;
  readonly #onFatal: (failure: StoreUnavailable) => void;
  #fatal: StoreUnavailable | null = null;

  constructor(handle: SqliteHandle, onFatal: (failure: StoreUnavailable) => void) {
    this.#handle = handle;
    this.#onFatal = onFatal;
    this.#connection = {
      executeQuery: async <R>(query: CompiledQuery) => this.#execute<R>(query),
      streamQuery: () => {
        throw new Error("the SQLite driver does not stream");
      },
    };
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async releaseConnection(): Promise<void> {}

  async beginTransaction(): Promise<void> {
    this.#guarded(() => this.#handle.exec("begin immediate"));
  }

  async commitTransaction(): Promise<void> {
    this.#guarded(() => this.#handle.exec("commit"));
  }

  async rollbackTransaction(): Promise<void> {
    // After a full disk or an IO error SQLite has already rolled back, and a second rollback would hide the cause.
    if (this.#handle.isTransaction) this.#handle.exec("rollback");
  }

  async destroy(): Promise<void> {
    this.#handle.close();
  }

  #execute<R>(query: CompiledQuery): QueryResult<R> {
    return this.#guarded(() => {
      const statement = this.#handle.prepare(query.sql);
      const values = query.parameters.map(inputValue);
      if (statement.columns().length > 0) return { rows: rowsOf<R>(statement, values) };
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    });
  }

  #guarded<T>(run: () => T): T {
    if (this.#fatal !== null) throw this.#fatal;
    try {
      return run();
    } catch (error) {
      const failure = storeFailure(error);
      if (failure instanceof StoreUnavailable && failure.fatal) {
        this.#fatal = failure;
        this.#onFatal(failure);
      }
      throw failure;
    }
  }
}

function rowsOf<R>(statement: StatementSync, values: readonly SQLInputValue[]): R[] {
  // Kysely knows the row's type from the query it built; the driver only carries it.
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion
  return statement.all(...values) as R[];
}

function inputValue(value: unknown): SQLInputValue {
  if (value === null || typeof value === "string" || typeof value === "number") return value;
  if (value instanceof Uint8Array) return value;
  throw new Error(`SQLite is given only text, numbers, bytes and null here, not ${typeof value}`);
}
