import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { DAY } from "../../../../src/domain/instant.ts";
import type { GateRecord } from "../../../../src/domain/record.ts";
import { storeOn } from "../../../../src/store/open-store.ts";
import { openDatabase } from "../../../../src/store/sqlite/database.ts";
import type { Store } from "../../../../src/store/store.ts";
import { makeFolder, mustOpen, opened, options } from "../folder.ts";
import {
  decision,
  deploy,
  exposureChange,
  fullRecord,
  moment,
  NOON,
  RAMPS,
  record,
  reply,
  type SetClock,
  setClock,
  telling,
  token,
} from "../samples.ts";
import { auditOf, said } from "./rows.ts";

let folder: Awaited<ReturnType<typeof makeFolder>>;
let clock: SetClock;
let store: Store;

beforeEach(async () => {
  folder = await makeFolder();
  clock = setClock();
  store = await mustOpen(folder.path, { clock });
});
afterEach(() => folder.remove());

async function audited() {
  await store.close();
  return auditOf(folder.path);
}

async function insert(changes: Parameters<typeof decision>[1], saved: GateRecord = record("checkout")) {
  const expecting = (await store.record("checkout"))?.version ?? null;
  const made = decision(`dec_${expecting ?? 0}`, changes);
  return store.commit(moment(saved, { expecting, decision: { kind: "insert", decision: made } }));
}

describe("in the audit is", () => {
  test("a decision that means to write, with its evidence in short and the digest of all of it", async () => {
    clock.set(NOON + 5);
    const action = { kind: "raise", from: 5, to: 25, title: "t" } as const;
    await insert({ action });
    const [row] = await audited();
    expect(row).toMatchObject({ seq: 1, at: NOON + 5, kind: "decision", actor: "clock", gate: "checkout" });
    expect(row === undefined ? null : said(row)).toMatchObject({
      body: {
        decision: "dec_0",
        definition: "sha256:aa",
        verdict: "good",
        action,
        exposure: { wanted: 5, set: 5, served: 5 },
        signals: [{ signal: "checkout-errors", verdict: "good", code: "good", value: 0.1 + 0.2, asOf: null }],
        evidence: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
      },
    });
  });

  test("a decision that changed the state or came of somebody's order, and none that only looked", async () => {
    await insert({});
    await insert({ before: "proving", after: "halted" });
    await insert({ actor: "person:kim" });
    expect((await audited()).map(({ actor }) => actor)).toEqual(["clock", "person:kim"]);
  });

  test("a move of the ramp that has no decision of its own", async () => {
    await store.commit(moment(record("checkout", { ramp: { state: "proving", step: 1 } })));
    const landed = record("checkout", { ramp: { state: "proving", step: 2 } });
    await store.commit(moment(landed, { expecting: 1 }));
    await store.commit(moment({ ...landed, holdMs: 5 }, { expecting: 2 }));
    expect((await audited()).map(said)).toMatchObject([
      {
        kind: "transition",
        body: { from: { state: "idle", step: null }, to: { state: "proving", step: 1 } },
      },
      {
        kind: "transition",
        body: { from: { state: "proving", step: 1 }, to: { state: "proving", step: 2 } },
      },
    ]);
  });

  test("nothing of a pass that was folded into the one before", async () => {
    await insert({});
    const folded = decision("dec_0", { count: 2, actor: "person:kim" });
    await store.commit(
      moment(record("checkout"), { expecting: 1, decision: { kind: "fold", decision: folded } }),
    );
    expect(await audited()).toEqual([]);
  });

  test("every approval once, also when a run takes it over", async () => {
    const full = fullRecord("checkout", RAMPS.idle);
    const approvals = full.run?.approvals ?? [];
    await store.commit(moment({ ...full, run: null, entryApprovals: approvals }));
    await store.commit(moment(full, { expecting: 1 }));
    const rows = await audited();
    expect(rows.map(said)).toMatchObject([
      {
        kind: "approval",
        actor: "person:lee",
        gate: "checkout",
        body: {
          step: 3,
          decision: "dec_1",
          definition: "sha256:aa",
          reason: "seen",
          groups: ["release-leads"],
        },
      },
    ]);
  });

  test("every promise once, with its words", async () => {
    const given = {
      person: "lee",
      by: "erp-platform",
      says: "the limit is raised",
      definition: "sha256:aa",
      at: NOON,
      expiresAt: null,
      reason: "raised in ERP-812",
    };
    await store.commit(moment(record("checkout", { promises: [given] })));
    await store.commit(moment(record("checkout", { promises: [given], holdMs: 1 }), { expecting: 1 }));
    const { person, at, ...rest } = given;
    expect((await audited()).map(said)).toMatchObject([
      { kind: "approval", actor: `person:${person}`, gate: "checkout", body: { ...rest, approvedAt: at } },
    ]);
  });

  test("every entry of the ledger, with who did it", async () => {
    const changes = [
      exposureChange("c1"),
      exposureChange("c2", { by: "sam" }),
      exposureChange("c3", { by: null }),
    ];
    await store.commit(moment(record("checkout"), { changes }));
    await store.addDeploy(deploy("c4", { at: NOON - DAY }), null);
    expect((await audited()).map(({ kind, actor, at }) => [kind, actor, at])).toEqual([
      ["exposure", "rampart", NOON],
      ["exposure", "unleash:sam", NOON],
      ["exposure", "unknown", NOON],
      ["deploy", "machine:ci", NOON],
    ]);
  });

  test("every token that was made or taken back, and never its digest", async () => {
    await store.add(token("t1"));
    await store.revoke("t1", NOON + 1, "person:anna");
    await store.revoke("t1", NOON + 2, "person:eve");
    const rows = await audited();
    expect(rows.map(said)).toMatchObject([
      {
        kind: "token-issued",
        actor: "admin",
        body: { token: "t1", name: "kim", scopes: ["read", "approve"] },
      },
      { kind: "token-revoked", actor: "person:anna", at: NOON + 1, body: { token: "t1", name: "kim" } },
    ]);
    expect(JSON.stringify(rows)).not.toContain(token("t1").digest);
  });

  test("what is appended from outside, as one chain over restarts", async () => {
    const entry = {
      at: NOON,
      kind: "denied",
      actor: "machine:ci",
      gate: null,
      body: { code: "forbidden" },
    } as const;
    expect(await store.audit.head()).toBeNull();
    await store.audit.append([entry, entry]);
    await store.close();
    store = await mustOpen(folder.path, { clock });
    await store.audit.append([entry]);
    await store.audit.append([]);
    const head = await store.audit.head();
    const rows = await audited();
    expect(rows.map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(head).toEqual({ seq: 3, hash: rows[2]?.hash, at: NOON });
  });
});

test("a commit that lost the race leaves nothing in the audit", async () => {
  await insert({ actor: "person:kim" });
  expect(await store.commit(moment(record("checkout"), { changes: [exposureChange("c1")] }))).toBe(false);
  expect(await audited()).toHaveLength(1);
});

test("records are never changed, removed, replaced or put elsewhere than at the end", async () => {
  await store.add(token("t1"));
  await store.close();
  const database = new DatabaseSync(folder.path);
  const values = "1, 0, 'denied', 'x', null, '{}', 'p', 'h'";
  for (const sql of [
    "update audit set at = 1",
    "update audit set hash = 'h' where seq = 1",
    "delete from audit",
    `insert or replace into audit values (${values})`,
    "insert into audit values (3, 0, 'denied', 'x', null, '{}', (select hash from audit), 'h')",
    "insert into audit values (2, 0, 'denied', 'x', null, '{}', 'p', 'h')",
  ]) {
    expect(() => database.exec(sql), sql).toThrow("a record of the audit is");
  }
  database.close();
  expect(auditOf(folder.path)).toHaveLength(1);
});

test("pruning and a backup leave every record as it was", async () => {
  await insert({ actor: "person:kim" });
  await store.addDeploy(deploy("c1"), reply("k1"));
  expect(await store.prune(NOON + 900 * DAY)).toMatchObject({ decisions: 1, changes: 1 });
  const copy = `${folder.path}.backup`;
  expect(await store.backup(copy)).toEqual({ ok: true });
  const rows = await audited();
  expect(rows).toHaveLength(2);
  expect(auditOf(copy)).toEqual(rows);
});

describe("where the audit cannot be written", () => {
  test.each([
    ["a raise is not decided", (broken: Store) => broken.commit(raise())],
    ["a deploy is not entered", (broken: Store) => broken.addDeploy(deploy("c1"), reply("k1"))],
    ["a token is not made", (broken: Store) => broken.add(token("t1"))],
    ["a token is not taken back", (broken: Store) => broken.revoke("t0", NOON, "person:anna")],
  ])("%s, and nothing of it is kept", async (_, write) => {
    await store.add(token("t0"));
    await store.close();
    const database = openDatabase(folder.path);
    if (!database.ok) throw new Error(database.message);
    const handle = database.database;
    const broken = opened(await storeOn(handle, options(folder.path, { clock })));
    handle.exec("create trigger broken before insert on audit begin select raise(abort, 'no room'); end");
    await expect(write(broken)).rejects.toThrow("no room");
    expect(await broken.record("checkout")).toBeNull();
    expect(await broken.decision("dec_1")).toBeNull();
    expect(await broken.due(NOON, 5)).toEqual([]);
    expect(await broken.changes({ gate: null, service: null }, 5, null)).toEqual([]);
    expect(await broken.reply("person:kim", "k1")).toBeNull();
    expect(await broken.list()).toEqual([token("t0")]);
    await broken.close();
  });
});

function raise() {
  const action = { kind: "raise", from: 5, to: 25, title: "t" } as const;
  return moment(record("checkout"), {
    decision: { kind: "insert", decision: decision("dec_1", { action }) },
    tellings: [telling("t1")],
    changes: [exposureChange("c1")],
    reply: reply("k1"),
  });
}
