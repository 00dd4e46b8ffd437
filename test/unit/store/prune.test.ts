import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, test } from "vitest";
import { DAY, HOUR } from "../../../src/domain/instant.ts";
import type { Store } from "../../../src/store/store.ts";
import { passFacts } from "../../support/builders.ts";
import { aRecording } from "../../support/recorded-pass.ts";
import { makeFolder, mustOpen } from "./folder.ts";
import {
  decision,
  definition,
  deploy,
  exposureChange,
  moment,
  NOON,
  record,
  reply,
  telling,
} from "./samples.ts";

let store: Store;

beforeEach(async () => {
  store = await mustOpen(":memory:");
});
afterEach(() => store.close());

test("passes go after 90 days, those that wrote or that somebody caused after 400", async () => {
  await keep("passed");
  await keep("wrote", { action: { kind: "lower", from: 5, to: 0, title: "t" } });
  await keep("caused", { actor: "person:kim" });
  await keep("folded", { lastAt: NOON + 10 * DAY });

  expect(await store.prune(NOON + 90 * DAY)).toMatchObject({ decisions: 0 });
  expect(await store.prune(NOON + 90 * DAY + 1)).toMatchObject({ decisions: 1 });
  expect(await left()).toEqual(["folded", "caused", "wrote"]);
  expect(await store.prune(NOON + 400 * DAY)).toMatchObject({ decisions: 1 });
  expect(await left()).toEqual(["caused", "wrote"]);
  expect(await store.prune(NOON + 400 * DAY + 1)).toMatchObject({ decisions: 2 });
  expect(await store.record("checkout")).toMatchObject({ version: 4 });
});

test("more rows than one slice all go", async () => {
  for (let index = 0; index < 1_203; index++) await keep(`dec_${index}`);
  await keep("new", { at: NOON + 50 * DAY, lastAt: NOON + 50 * DAY });
  expect(await store.prune(NOON + 100 * DAY)).toMatchObject({ decisions: 1_203 });
  expect(await left()).toEqual(["new"]);
});

test("replies stay for two days", async () => {
  await store.commit(moment(record("checkout"), { reply: reply("k1") }));
  expect(await store.prune(NOON + 48 * HOUR)).toMatchObject({ replies: 0 });
  expect(await store.reply("person:kim", "k1")).not.toBeNull();
  expect(await store.prune(NOON + 48 * HOUR + 1)).toMatchObject({ replies: 1 });
  expect(await store.reply("person:kim", "k1")).toBeNull();
});

test("tellings go 30 days after their delivery, and never before it", async () => {
  await store.commit(moment(record("checkout"), { tellings: [telling("t1"), telling("t2")] }));
  await store.delivered("t1", NOON + DAY);
  expect(await store.prune(NOON + 31 * DAY)).toMatchObject({ tellings: 0 });
  expect(await store.prune(NOON + 31 * DAY + 1)).toMatchObject({ tellings: 1 });
  expect(await store.prune(NOON + 900 * DAY)).toMatchObject({ tellings: 0 });
  expect(await store.due(NOON, 5)).toMatchObject([{ key: "t2" }]);
});

test("entries of the ledger go after 400 days, more than one slice of them too", async () => {
  const changes = Array.from({ length: 501 }, (_, index) => exposureChange(`chg_${index}`));
  await store.commit(moment(record("checkout"), { changes }));
  await store.addDeploy(deploy("new", { at: NOON + DAY }), null);
  expect(await store.prune(NOON + 400 * DAY)).toMatchObject({ changes: 0 });
  expect(await store.prune(NOON + 400 * DAY + 1)).toMatchObject({ changes: 501 });
  expect(await store.changes({ gate: null, service: null }, 5, null)).toEqual([
    deploy("new", { at: NOON + DAY }),
  ]);
});

test("a pinned definition is never removed", async () => {
  await store.commit(moment(record("checkout"), { pin: definition("sha256:aa") }));
  await store.prune(NOON + 900 * DAY);
  expect(await store.pinned("sha256:aa")).not.toBeNull();
});

async function keep(id: string, changes: Parameters<typeof decision>[1] = {}): Promise<void> {
  const expecting = (await store.record("checkout"))?.version ?? null;
  const kept = decision(id, changes);
  await store.commit(moment(record("checkout"), { expecting, decision: { kind: "insert", decision: kept } }));
}

async function left(): Promise<readonly string[]> {
  return (await store.decisions("checkout", 50, null)).map(({ id }) => id);
}

test("what a decision was made from goes with it, and a gate with the last decision that was made by it", async () => {
  const folder = await makeFolder();
  const onDisk = await mustOpen(folder.path);
  await keepMade(onDisk, "old", "sha256:aa", NOON);
  await keepMade(onDisk, "older", "sha256:bb", NOON);
  await keepMade(onDisk, "new", "sha256:bb", NOON + 50 * DAY);
  await onDisk.prune(NOON + 100 * DAY);
  expect(await onDisk.recording("old")).toBeNull();
  expect(await onDisk.recording("older")).toBeNull();
  expect(await onDisk.recording("new")).not.toBeNull();
  await onDisk.close();

  const database = new DatabaseSync(folder.path);
  expect(database.prepare("select hash from recorded_gates").all()).toEqual([{ hash: "sha256:bb" }]);
  expect(database.prepare("select decision from decision_inputs").all()).toEqual([{ decision: "new" }]);
  database.close();
  await folder.remove();
});

async function keepMade(kept: Store, id: string, hash: string, at: number): Promise<void> {
  const { definition: known } = passFacts();
  const inputs = aRecording({ facts: passFacts({ decision: id, definition: { ...known, hash } }) });
  const expecting = (await kept.record("checkout"))?.version ?? null;
  const row = { kind: "insert", decision: decision(id, { at, lastAt: at }) } as const;
  await kept.commit(moment(record("checkout"), { expecting, decision: row, inputs }));
}
