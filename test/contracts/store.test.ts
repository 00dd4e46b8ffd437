import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DatabaseSync } from "node:sqlite";
import { storeOn } from "../../src/store/open-store.ts";
import { openDatabase } from "../../src/store/sqlite/database.ts";
import type { Store } from "../../src/store/store.ts";
import { memoryStore } from "../support/memory-store.ts";
import { storeContract } from "./store.contract.ts";
import type { SetClock } from "../unit/store/samples.ts";

storeContract("in memory without a database", async (clock) => {
  let store = memoryStore({ clock });
  return {
    store,
    reopen: async () => (store = store.reopen()),
    breakPart: (part) => {
      store.failNext(part);
      return () => undefined;
    },
    dispose: async () => undefined,
  };
});

storeContract("SQLite in memory", async (clock) => {
  const database = opened(":memory:");
  return {
    store: await over(database, ":memory:", clock),
    // There is no file to open anew, so the next process is given the same database.
    reopen: () => over(database, ":memory:", clock),
    breakPart: (part) => breakTable(database, part),
    dispose: async () => database.close(),
  };
});

storeContract("SQLite in a file", async (clock) => {
  const folder = await mkdtemp(join(tmpdir(), "rampart-store-"));
  const path = join(folder, "store.sqlite");
  const database = opened(path);
  const store = await over(database, path, clock);
  let current = store;
  return {
    store,
    reopen: async () => {
      await current.close();
      current = await over(opened(path), path, clock);
      return current;
    },
    breakPart: (part) => breakTable(database, part),
    dispose: async () => {
      await current.close();
      await rm(folder, { recursive: true });
    },
  };
});

const TABLE_OF = {
  record: "gate_records",
  decision: "decisions",
  inputs: "decision_inputs",
  telling: "outbox",
  change: "changes",
  pin: "definitions",
  reply: "replies",
} as const;

function breakTable(database: DatabaseSync, part: keyof typeof TABLE_OF): () => void {
  database.exec(
    `create trigger broken before insert on ${TABLE_OF[part]} begin select raise(abort, 'broken'); end`,
  );
  return () => database.exec("drop trigger broken");
}

function opened(path: string): DatabaseSync {
  const result = openDatabase(path);
  if (!result.ok) throw new Error(result.message);
  return result.database;
}

async function over(database: DatabaseSync, path: string, clock: SetClock): Promise<Store> {
  const result = await storeOn(database, {
    path,
    clock,
    randomBytes: (size) => Uint8Array.from({ length: size }, (_, index) => index * 37),
    onFatal: (failure) => {
      throw failure;
    },
  });
  if (!result.ok) throw new Error(result.message);
  return result.store;
}
