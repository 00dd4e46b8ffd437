import { DatabaseSync } from "node:sqlite";
import { Kysely } from "kysely";
import { afterEach, beforeEach, expect, test } from "vitest";
import { encodeBody } from "../../../src/store/body.ts";
import { migrate } from "../../../src/store/migrate.ts";
import { first } from "../../../src/store/migrations/0001-first.ts";
import { sqliteDialect } from "../../../src/store/sqlite/dialect.ts";
import type { Tables } from "../../../src/store/tables.ts";
import { makeFolder, mustOpen } from "./folder.ts";
import { decision, definition, deploy, fullRecord, moment, RAMPS, record } from "./samples.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;

beforeEach(async () => {
  folder = await makeFolder();
});
afterEach(() => folder.remove());

test("a store of the first form opens and reads whole", async () => {
  const {
    deploy: _deploy,
    woulds: _woulds,
    entryApprovals: _entry,
    promises: _promises,
    olderSequence: _older,
    ...old
  } = fullRecord("checkout", RAMPS["rolling-back"]);
  const kept = decision("dec_1", { step: Number.NaN, actor: 'kim \u0000 ☕ "\u2028"' });
  const { alerts: _alerts, ...oldDecision } = kept;
  const pinned = definition("sha256:aa");
  const { alerts, service, onDeploy, promises, rotateCohort, ...oldGate } = pinned.gate;
  if (old.run === null) throw new Error("the sample runs");
  const { cohort: _cohort, ...oldRun } = old.run;
  await writeFirstForm({
    record: { ...old, run: oldRun, exposure: withoutRaise(old.exposure) },
    decision: { ...oldDecision, exposure: withoutRaise(kept.exposure) },
    definition: { ...pinned, author: { kind: "known", person: "kim" }, gate: oldGate },
  });

  const store = await mustOpen(folder.path);
  const run = { ...oldRun, cohort: null };
  const added = { deploy: null, woulds: [], entryApprovals: [], promises: [] };
  const read = { ...old, ...added, run, version: 3, olderSequence: old.sequence };
  expect(await store.record("checkout")).toEqual(read);
  expect(await store.all()).toEqual([read]);
  expect(await store.decision("dec_1")).toEqual(kept);
  expect(await store.pinned("sha256:aa")).toEqual({
    ...pinned,
    gate: { ...oldGate, alerts: [], service: null, onDeploy: "settle", promises: [], rotateCohort: null },
  });
  expect({ alerts, service, onDeploy, promises, rotateCohort }).toEqual({
    alerts: [],
    service: null,
    onDeploy: "settle",
    promises: [],
    rotateCohort: null,
  });

  expect(await store.commit(moment(record("checkout"), { expecting: 3 }))).toBe(true);
  expect(await store.addDeploy(deploy("chg_1"), null)).toBe(true);
  await store.close();
});

test("a row that cannot be read keeps its own error and stops no other", async () => {
  await writeFirstForm({
    record: { gate: "checkout" },
    decision: { id: "dec_1" },
    definition: { hash: "sha256:aa" },
  });
  const database = new DatabaseSync(folder.path);
  database.exec(`insert into gate_records values ('erp', 1, '{"gate":"erp",')`);
  database.close();

  const store = await mustOpen(folder.path);
  expect(await store.record("checkout")).toMatchObject({ woulds: [] });
  await expect(store.record("erp")).rejects.toThrow(
    "row erp of gate_records cannot be read: its body is not JSON",
  );
  await store.close();
});

function withoutRaise<E extends { readonly raisedAt: unknown }>(exposure: E): Omit<E, "raisedAt"> {
  const { raisedAt: _, ...rest } = exposure;
  return rest;
}

/** Makes the file as the first version did. */
async function writeFirstForm(bodies: {
  readonly record: object;
  readonly decision: object;
  readonly definition: object;
}): Promise<void> {
  const database = new DatabaseSync(folder.path);
  const db = new Kysely<Tables>({
    dialect: sqliteDialect(database, (failure) => {
      throw failure;
    }),
  });
  expect(await migrate(db, folder.path, { "0001-first": first })).toBeNull();
  await db
    .insertInto("gate_records")
    .values({ gate: "checkout", version: 3, body: encodeBody(bodies.record) })
    .execute();
  const row = { id: "dec_1", gate: "checkout", at: 1, last_at: 1, count: 1, keep_long: 0 };
  await db
    .insertInto("decisions")
    .values({ ...row, body: encodeBody(bodies.decision) })
    .execute();
  await db
    .insertInto("definitions")
    .values({ hash: "sha256:aa", body: encodeBody(bodies.definition) })
    .execute();
  await db.destroy();
}
