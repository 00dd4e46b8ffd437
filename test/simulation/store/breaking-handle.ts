import type { StatementSync } from "node:sqlite";
import type { BreakPoint } from "../../support/memory-store.ts";
import type { SqliteHandle } from "../engine.ts";

/** A database and what was prepared on it, whoever asked for it. */
export type Shared = { readonly database: SqliteHandle; readonly prepared: Map<string, StatementSync> };

export function sharedBy(database: SqliteHandle): Shared {
  return { database, prepared: new Map() };
}

/** One opening's way to a database that others use, too, with points at which it can be made to break. */
export type BreakingHandle = SqliteHandle & {
  /** The next commit that comes to that point breaks there, once. */
  failNext(point: BreakPoint, error: Error): void;
  /** Whether what is done from now on is a commit, in which alone anything breaks. Forgets what broke before. */
  setCommits(is: boolean): void;
  /** What broke since. */
  broken(): BreakPoint | null;
};

const POINT_OF: Readonly<Record<string, BreakPoint>> = {
  gate_records: "record",
  decisions: "decision",
  decision_inputs: "inputs",
  outbox: "telling",
  changes: "change",
  definitions: "pin",
  replies: "reply",
};

export function breakingHandle({ database, prepared }: Shared): BreakingHandle {
  const breaks = new Map<BreakPoint, Error>();
  let commits = false;
  let broken: BreakPoint | null = null;

  function reach(point: BreakPoint): void {
    const error = commits ? breaks.get(point) : undefined;
    if (error === undefined) return;
    breaks.delete(point);
    broken = point;
    throw error;
  }

  return {
    failNext: (point, error) => void breaks.set(point, error),
    setCommits(is) {
      commits = is;
      broken = null;
    },
    broken: () => broken,
    get isTransaction() {
      return database.isTransaction;
    },
    prepare(sql) {
      const table = /^(?:insert into|update) "(?<table>\w+)"/.exec(sql)?.groups?.["table"] ?? "";
      const point = POINT_OF[table];
      if (point !== undefined) reach(point);
      const known = prepared.get(sql);
      if (known !== undefined) return known;
      const statement = database.prepare(sql);
      prepared.set(sql, statement);
      return statement;
    },
    exec(sql) {
      if (sql.startsWith("begin")) reach("before");
      database.exec(sql);
      if (sql === "commit") reach("after");
    },
    // Others go on with it.
    close: () => undefined,
  };
}
