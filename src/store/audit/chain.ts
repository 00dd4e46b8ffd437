import { hash as digestOf } from "node:crypto";
import type { AuditEntry } from "../../control/ports.ts";
import { canonicalJson } from "../../lib/canonical-json.ts";

/** A record of the audit as it is stored. */
export type AuditRow = {
  /** From 1, without gaps. */
  readonly seq: number;
  /** When it was written: milliseconds since the epoch. */
  readonly at: number;
  readonly kind: string;
  readonly actor: string;
  readonly gate: string | null;
  /** Canonical JSON. */
  readonly body: string;
  /** `hash` of the record before. */
  readonly prev: string;
  readonly hash: string;
};

/** What stands for the hash of the record before the first. */
export const NOTHING_BEFORE = "0".repeat(64);

/** The record that follows. */
export function nextRow(last: Pick<AuditRow, "seq" | "hash"> | null, entry: AuditEntry): AuditRow {
  const { at, kind, actor, gate } = entry;
  const record = { seq: (last?.seq ?? 0) + 1, at, kind, actor, gate, body: canonicalJson(entry.body) };
  const prev = last?.hash ?? NOTHING_BEFORE;
  return { ...record, prev, hash: chainHash(prev, record) };
}

/** SHA-256, in hex, of the hash before and the record. */
export function chainHash(prev: string, record: Omit<AuditRow, "prev" | "hash">): string {
  return digestOf("sha256", prev + recordText(record));
}

/** The record as canonical JSON, with the body as it is stored: whoever changes a blank in it changes the hash. */
function recordText({ seq, at, kind, actor, gate, body }: Omit<AuditRow, "prev" | "hash">): string {
  const [who, about, what] = [actor, gate, kind].map((text) => JSON.stringify(text));
  return `{"actor":${who},"at":${at},"body":${body},"gate":${about},"kind":${what},"seq":${seq}}`;
}

/** One line for people and programs elsewhere: the record with both hashes, in canonical JSON again. */
export function exportedLine({ seq, at, kind, actor, gate, body, prev, hash }: AuditRow): string {
  const [who, about, what] = [actor, gate, kind].map((text) => JSON.stringify(text));
  return `{"actor":${who},"at":${at},"body":${body},"gate":${about},"hash":"${hash}","kind":${what},"prev":"${prev}","seq":${seq}}`;
}
