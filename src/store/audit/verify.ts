import type { AuditHead } from "../../control/ports.ts";
import { type AuditRow, chainHash, NOTHING_BEFORE } from "./chain.ts";

/** A head that was kept outside of the store. */
export type KeptHead = { readonly seq: number; readonly hash: string };

export type Verification =
  | {
      readonly kind: "sound";
      /** Null: the audit is empty. */
      readonly head: AuditHead | null;
      /** How many of the heads were compared. */
      readonly heads: number;
    }
  /** `seq` is the first record that is wrong or missing. */
  | { readonly kind: "broken"; readonly seq: number; readonly why: string };

/** Follows the chain from its first record and compares it with heads that were kept elsewhere. */
export function verifyChain(
  rows: Iterable<Readonly<Record<string, unknown>>>,
  kept: readonly KeptHead[],
): Verification {
  const expected = Map.groupBy(kept, ({ seq }) => seq);
  let last: AuditHead | null = null;
  let agreed = 0;
  for (const found of rows) {
    const seq: number = (last?.seq ?? 0) + 1;
    const checked = checkRow(found, seq, last?.hash ?? NOTHING_BEFORE);
    if (!checked.ok) return { kind: "broken", seq, why: checked.why };
    const { at, hash } = checked.row;
    if (expected.get(seq)?.some((head) => head.hash !== hash) === true) {
      return { kind: "broken", seq: agreed + 1, why: rewritten(agreed, seq) };
    }
    if (expected.has(seq)) agreed = seq;
    last = { seq, hash, at };
  }
  const newest = Math.max(0, ...expected.keys());
  if (newest > (last?.seq ?? 0)) {
    const seq = (last?.seq ?? 0) + 1;
    return {
      kind: "broken",
      seq,
      why: `the records ${seq} to ${newest} were cut off: there is a head of ${newest}`,
    };
  }
  return { kind: "sound", head: last, heads: kept.length };
}

type CheckedRow =
  | { readonly ok: true; readonly row: AuditRow }
  | { readonly ok: false; readonly why: string };

function checkRow(found: Readonly<Record<string, unknown>>, seq: number, prev: string): CheckedRow {
  const row = auditRowOf(found);
  if (row === null) return { ok: false, why: "a field of it is of a kind that Rampart never writes" };
  if (row.seq !== seq) return { ok: false, why: `it is missing: the next record there is ${row.seq}` };
  if (row.prev !== prev) return { ok: false, why: "it does not follow on the record before it" };
  if (row.hash !== chainHash(row.prev, row))
    return { ok: false, why: "it does not fit its hash: it was altered" };
  return { ok: true, row };
}

function rewritten(agreed: number, seq: number): string {
  const from = agreed + 1;
  const which = from === seq ? "it was" : `one or more of the records ${from} to ${seq} were`;
  return `${which} written anew: the head that was kept of ${seq} is another one`;
}

/** The row, when every field is of the kind that is written there; null else. */
export function auditRowOf(found: Readonly<Record<string, unknown>>): AuditRow | null {
  const { kind, actor, gate, body, prev, hash } = found;
  const [seq, at] = [numberOf(found["seq"]), numberOf(found["at"])];
  if (seq === null || at === null) return null;
  if (typeof kind !== "string" || typeof actor !== "string" || typeof body !== "string") return null;
  if (typeof prev !== "string" || typeof hash !== "string") return null;
  if (gate !== null && typeof gate !== "string") return null;
  return { seq, at, kind, actor, gate, body, prev, hash };
}

function numberOf(value: unknown): number | null {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" ? value : null;
}
