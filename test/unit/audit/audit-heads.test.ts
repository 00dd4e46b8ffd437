import { generateKeyPairSync } from "node:crypto";
import { beforeEach, expect, test } from "vitest";
import { createAuditHeads, type AuditHeads } from "../../../src/audit-heads.ts";
import type { AuditHead } from "../../../src/control/ports.ts";
import { MINUTE } from "../../../src/domain/instant.ts";
import { createLog } from "../../../src/lib/log.ts";
import { headInLine, isSignedBy } from "../../../src/store/audit/signed-head.ts";
import { NOON, type SetClock, setClock } from "../store/samples.ts";

const KEY = generateKeyPairSync("ed25519");

let clock: SetClock;
let head: AuditHead | null;
let lines: string[];
let heads: AuditHeads;

beforeEach(() => {
  clock = setClock();
  head = null;
  lines = [];
  const { log } = createLog({ level: "info", destination: { write: (line) => void lines.push(line) } });
  heads = createAuditHeads({ audit: { head: async () => head }, key: KEY, clock, log });
});

function stand(seq: number): void {
  head = { seq, hash: String(seq % 10).repeat(64), at: NOON };
}

function told(): readonly (number | undefined)[] {
  return lines.map((line) => headInLine(line)?.seq);
}

test("the line of the log carries the whole head, signed", async () => {
  stand(1);
  await heads.flush();
  const found = headInLine(lines[0] ?? "");
  expect(found).toMatchObject({ seq: 1, hash: "1".repeat(64), at: NOON });
  expect(found !== null && isSignedBy(found, KEY.publicKey)).toBe(true);
});

test("an empty audit has no head to tell", async () => {
  await heads.flush();
  expect(lines).toEqual([]);
});

test("a head is told at every hundredth new record", async () => {
  for (const seq of [1, 99, 100, 150, 199, 205]) {
    stand(seq);
    await heads.look();
  }
  expect(told()).toEqual([100, 205]);
});

test("a head is told after five minutes when anything is new, and never twice", async () => {
  stand(3);
  await heads.look();
  clock.set(NOON + 5 * MINUTE - 1);
  await heads.look();
  expect(told()).toEqual([]);
  clock.set(NOON + 5 * MINUTE);
  await heads.look();
  await heads.flush();
  clock.set(NOON + 20 * MINUTE);
  await heads.look();
  expect(told()).toEqual([3]);
});

test("the end tells what is new, however little", async () => {
  stand(3);
  await heads.flush();
  stand(4);
  await heads.look();
  await heads.flush();
  expect(told()).toEqual([3, 4]);
});
