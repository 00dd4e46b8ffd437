import { generateKeyPairSync } from "node:crypto";
import { expect, test } from "vitest";
import {
  fingerprintOf,
  HEAD_MESSAGE,
  headInLine,
  isSignedBy,
  signHead,
} from "../../../../src/store/audit/signed-head.ts";
import { NOON } from "../samples.ts";

const KEYS = generateKeyPairSync("ed25519");
const HEAD = { seq: 12, hash: "ab".repeat(32), at: NOON };
const SIGNED = signHead(HEAD, KEYS.privateKey, KEYS.publicKey);

function lineOf(fields: object): string {
  return JSON.stringify({ level: "info", ...fields, msg: HEAD_MESSAGE });
}

test("a head is signed by its key and by no other", () => {
  expect(SIGNED.key).toBe(fingerprintOf(KEYS.publicKey));
  expect(isSignedBy(SIGNED, KEYS.publicKey)).toBe(true);
  expect(isSignedBy(SIGNED, generateKeyPairSync("ed25519").publicKey)).toBe(false);
});

test.each([
  ["seq", { seq: 13 }],
  ["hash", { hash: "cd".repeat(32) }],
  ["time", { at: NOON + 1 }],
  ["signature", { signature: "" }],
])("the signature does not fit a head with another %s", (_, changes) => {
  expect(isSignedBy({ ...SIGNED, ...changes }, KEYS.publicKey)).toBe(false);
});

test("a head is found in its line of the log, also behind what a collector put before it", () => {
  expect(headInLine(lineOf(SIGNED))).toEqual(SIGNED);
  expect(headInLine(`2026-03-04T12:00:00Z stdout F ${lineOf(SIGNED)}`)).toEqual(SIGNED);
});

test.each([
  ["another line", JSON.stringify({ ...SIGNED, msg: "serving" })],
  ["a line that only speaks of one", JSON.stringify({ ...SIGNED, msg: `an "${HEAD_MESSAGE}"` })],
  ["half a line", lineOf(SIGNED).slice(0, -20)],
  ["a head without a signature", lineOf({ ...SIGNED, signature: null })],
  ["a head of something else", lineOf({ ...SIGNED, seq: "12" })],
  ["no object", `"${HEAD_MESSAGE}"`],
])("%s is no head", (_, line) => {
  expect(headInLine(line)).toBeNull();
});
