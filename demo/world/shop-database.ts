import { DatabaseSync } from "node:sqlite";

import { SHARED_SCHEMA } from "./schema.ts";
import { ERP_SCHEMA } from "./systems/erp.ts";
import { OMS_SCHEMA } from "./systems/oms-schema.ts";
import { STOREFRONT_SCHEMA } from "./systems/storefront-schema.ts";
import { WMS_SCHEMA } from "./systems/wms.ts";

const SQLITE_BUSY = 5;
const LOCK_WAIT_MS = 2000;

/** One file for all systems of one shop. Others may read and change it while the shop runs. */
export function openShopDatabase(path: string): DatabaseSync {
  const db = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
  // A demo's rows need not survive a power cut, and five shops share one disk.
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA cache_size = -16000;");
  for (const schema of [SHARED_SCHEMA, STOREFRONT_SCHEMA, OMS_SCHEMA, ERP_SCHEMA, WMS_SCHEMA])
    db.exec(schema);
  return db;
}

/** Runs the work in one transaction; false when somebody else held the write lock too long and nothing was done. */
export function writeAtOnce(db: DatabaseSync, work: () => void): boolean {
  try {
    db.exec("BEGIN IMMEDIATE");
  } catch (error) {
    if (isBusy(error)) return false;
    throw error;
  }
  finish(db, work);
  return true;
}

/** Reads everything as of one moment, whatever others write meanwhile. */
export function readAtOnce(db: DatabaseSync, work: () => void): void {
  db.exec("BEGIN");
  finish(db, work);
}

function finish(db: DatabaseSync, work: () => void): void {
  try {
    work();
    db.exec("COMMIT");
  } catch (error) {
    db.exec("ROLLBACK");
    throw error;
  }
}

function isBusy(error: unknown): boolean {
  return error instanceof Error && "errcode" in error && error.errcode === SQLITE_BUSY;
}
