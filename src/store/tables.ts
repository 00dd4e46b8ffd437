import type { Generated } from "kysely";
import type { AuditRow } from "./audit/chain.ts";

/**
 * Rows as they lie in the database. `body` columns hold the whole value as JSON; the columns beside it are there to find,
 * order or guard the row by. Instants are milliseconds.
 */
export type Tables = {
  /** One row. */
  meta: {
    one: number;
    store_id: string;
    epoch: number;
    /** Written by the health check, to have something to write. */
    checked_at: number;
  };
  gate_records: { gate: string; version: number; body: string };
  definitions: { hash: string; body: string };
  decisions: {
    /** Order of insertion; folding keeps it. */
    seq: Generated<number>;
    id: string;
    gate: string;
    at: number;
    last_at: number;
    count: number;
    /** 1 for a decision that wrote or that somebody caused: kept longer. */
    keep_long: number;
    body: string;
  };
  /** From what a pass was decided. A row goes with its decision. */
  decision_inputs: {
    decision: string;
    /** Hash of the gate in `recorded_gates`. */
    definition: string;
    /** JSON, deflated: it says much the same again and again. */
    body: Uint8Array;
  };
  /** Gates as they were when something was decided by them. */
  recorded_gates: { hash: string; body: string };
  /** The ledger. */
  changes: {
    seq: Generated<number>;
    id: string;
    /** When it happened, which may be before it was told. */
    at: number;
    /** Of a change of exposure. */
    gate: string | null;
    /** Of a deploy. */
    service: string | null;
    body: string;
  };
  outbox: {
    seq: Generated<number>;
    key: string;
    body: string;
    created_at: number;
    next_at: number;
    attempts: number;
    last_error: string | null;
    delivered_at: number | null;
  };
  replies: {
    principal: string;
    key: string;
    request: string;
    status: number;
    body: string;
    at: number;
  };
  tokens: {
    id: string;
    digest: string;
    kind: string;
    name: string;
    /** JSON array of texts. */
    scopes: string;
    created_at: number;
    created_by: string;
    expires_at: number;
    revoked_at: number | null;
  };
  maintenance: {
    id: string;
    source: string;
    since: number;
    until: number;
    by: string;
    reason: string;
  };
  sources: { name: string; dark_since: number };
  audit: AuditRow;
};
