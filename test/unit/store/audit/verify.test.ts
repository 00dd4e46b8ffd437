import { copyFile, rm } from "node:fs/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { verifyAudit } from "../../../../src/standalone/audit.ts";
import type { VerifyAuditRequest } from "../../../../src/cli/standalone/audit.ts";
import { type AuditRow, chainHash, NOTHING_BEFORE } from "../../../../src/store/audit/chain.ts";
import { makeFolder, mustOpen } from "../folder.ts";
import { deploy, NOON, token } from "../samples.ts";
import { asOwner, auditOf } from "./rows.ts";

const RECORDS = 8;

let folder: Awaited<ReturnType<typeof makeFolder>>;
let path: string;
let rows: readonly AuditRow[];

beforeAll(async () => {
  folder = await makeFolder();
  const store = await mustOpen(folder.path);
  for (let n = 1; n <= RECORDS / 2; n += 1) {
    await store.addDeploy(deploy(`c${n}`), null);
    await store.add(token(`t${n}`));
  }
  await store.close();
  rows = auditOf(folder.path);
});
afterAll(() => folder.remove());

beforeEach(async () => {
  path = `${folder.path}.copy`;
  await copyFile(folder.path, path);
});
afterEach(() => rm(path));

function verify(head: VerifyAuditRequest["head"] = null) {
  const place = { store: path, config: "none.yaml" };
  return verifyAudit({ ...place, head, headFile: null, publicKeyFile: null });
}

function at(seq: number): AuditRow {
  const row = rows[seq - 1];
  if (row === undefined) throw new Error(`there is no record ${seq}`);
  return row;
}

/** The chain over these records as somebody makes it who knows how, from a place on. */
function rechained(changed: readonly AuditRow[]): readonly AuditRow[] {
  let prev = NOTHING_BEFORE;
  return changed.map((row, index) => {
    const next = { ...row, seq: index + 1, prev };
    prev = chainHash(prev, next);
    return { ...next, hash: prev };
  });
}

function putBack(changed: readonly AuditRow[]): void {
  asOwner(path, (run) => {
    run("delete from audit");
    for (const { seq, at: when, kind, actor, gate, body, prev, hash } of changed) {
      run(
        "insert into audit values (?, ?, ?, ?, ?, ?, ?, ?)",
        seq,
        when,
        kind,
        actor,
        gate,
        body,
        prev,
        hash,
      );
    }
  });
}

test("an audit that nobody touched is sound, beside any of its own heads", async () => {
  const last = at(RECORDS);
  const head = { seq: RECORDS, hash: last.hash, at: NOON };
  expect(await verify()).toMatchObject({ kind: "sound", head, heads: 0, signed: false });
  for (const { seq, hash } of rows)
    expect(await verify({ seq, hash })).toMatchObject({ kind: "sound", heads: 1 });
});

describe("is found, with the first record that is wrong:", () => {
  const COLUMNS: readonly (readonly [keyof AuditRow, string])[] = [
    ["at", "at + 1"],
    ["at", "4611686018427387905"],
    ["at", "'soon'"],
    ["kind", "'denied'"],
    ["actor", "'person:eve'"],
    ["actor", "x'00'"],
    ["gate", "'checkout'"],
    ["gate", "7"],
    ["body", "replace(body, ':', ': ')"],
    ["body", "'{}'"],
    ["prev", "hash"],
    ["hash", "prev"],
    ["hash", "upper(hash)"],
    ["seq", "seq + 1000"],
  ];
  const MUTATIONS = COLUMNS.flatMap(([column, value]) =>
    Array.from({ length: RECORDS }, (_, index) => [column, value, index + 1] as const),
  );

  test.each(MUTATIONS)("%s set to %s in record %i", async (column, value, seq) => {
    asOwner(path, (run) => run(`update audit set ${column} = ${value} where seq = ?`, seq));
    const found = await verify({ seq: RECORDS, hash: at(RECORDS).hash });
    expect(found).toMatchObject({ kind: "broken", seq, why: expect.stringMatching(/./) });
  });

  test.each(upTo(RECORDS))("record %i removed", async (seq) => {
    asOwner(path, (run) => run("delete from audit where seq = ?", seq));
    expect(await verify({ seq: RECORDS, hash: at(RECORDS).hash })).toMatchObject({ kind: "broken", seq });
  });

  test.each(upTo(RECORDS - 1))("records %i and the one after it swapped", async (seq) => {
    const swapped = rows.with(seq - 1, { ...at(seq + 1), seq }).with(seq, { ...at(seq), seq: seq + 1 });
    putBack(swapped);
    expect(await verify()).toMatchObject({ kind: "broken", seq });
  });

  test.each(upTo(RECORDS))("a record removed and the others moved up behind it: %i", async (seq) => {
    const moved = rows.filter((row) => row.seq !== seq).map((row, index) => ({ ...row, seq: index + 1 }));
    putBack(moved);
    expect(await verify({ seq: RECORDS, hash: at(RECORDS).hash })).toMatchObject({ kind: "broken", seq });
  });

  test.each(upTo(RECORDS))("everything cut off from record %i on, beside a head", async (seq) => {
    asOwner(path, (run) => run("delete from audit where seq >= ?", seq));
    expect(await verify()).toMatchObject({ kind: "sound" });
    expect(await verify({ seq: RECORDS, hash: at(RECORDS).hash })).toMatchObject({
      kind: "broken",
      seq,
      why: expect.stringContaining("cut off"),
    });
  });

  test.each(upTo(RECORDS))(
    "the whole chain written anew after a change in record %i, beside a head",
    async (seq) => {
      putBack(rechained(rows.with(seq - 1, { ...at(seq), actor: "person:eve" })));
      expect(await verify()).toMatchObject({ kind: "sound" });
      expect(await verify({ seq: RECORDS, hash: at(RECORDS).hash })).toMatchObject({
        kind: "broken",
        seq: 1,
        why: expect.stringContaining("written anew"),
      });
    },
  );
});

function upTo(count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => index + 1);
}
