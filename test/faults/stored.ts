import { cp, mkdtemp, rm, access } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { z } from "zod";

const decisionBody = z.object({
  id: z.string(),
  gate: z.string(),
  at: z.number(),
  lastAt: z.number(),
  count: z.number(),
  after: z.string(),
  verdict: z.string(),
  action: z.object({ kind: z.string(), to: z.number().optional(), title: z.string().optional() }),
});
const recordBody = z.object({
  gate: z.string(),
  version: z.number(),
  ramp: z.object({ state: z.string() }),
  exposure: z.object({ wanted: z.number().nullable(), set: z.number().nullable() }),
});

export type StoredDecision = z.infer<typeof decisionBody>;
export type StoredRecord = z.infer<typeof recordBody>;

/** The rows of a store whose process is gone, read with nothing but SQLite. */
export type Stored = {
  readonly decisions: ReadonlyMap<string, StoredDecision>;
  readonly records: ReadonlyMap<string, StoredRecord>;
};

/** Reads a copy, so that the file and its log stay as their process left them. Throws where SQLite finds damage. */
export async function readStored(path: string): Promise<Stored> {
  const folder = await mkdtemp(join(tmpdir(), "rampart-stored-"));
  try {
    const copy = join(folder, "store.db");
    await cp(path, copy);
    if (await exists(`${path}-wal`)) await cp(`${path}-wal`, `${copy}-wal`);
    return readRows(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function readRows(path: string): Stored {
  const database = new DatabaseSync(path);
  try {
    const [sound] = Object.values(database.prepare("pragma integrity_check").get() ?? {});
    if (sound !== "ok") throw new Error(`the store is damaged: ${String(sound)}`);
    const bodies = (table: string): readonly unknown[] =>
      database
        .prepare(`select body from ${table}`)
        .all()
        .map(({ body }) => JSON.parse(String(body)));
    const decisions = bodies("decisions").map((body) => decisionBody.parse(body));
    const records = bodies("gate_records").map((body) => recordBody.parse(body));
    return {
      decisions: new Map(decisions.map((decision) => [decision.id, decision])),
      records: new Map(records.map((record) => [record.gate, record])),
    };
  } finally {
    database.close();
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
