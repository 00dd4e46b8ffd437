import type { Kysely, Selectable } from "kysely";
import type { AuditEntry, StoredToken, Tokens } from "../control/ports.ts";
import { appendAudit } from "./audit/audit.ts";
import { decodeTexts, UnreadableRow } from "./body.ts";
import type { Tables } from "./tables.ts";

const TABLE = "tokens";

export function tokensIn(db: Kysely<Tables>): Tokens {
  return {
    add: (token) =>
      db.transaction().execute(async (transaction) => {
        await transaction.insertInto(TABLE).values(rowOf(token)).execute();
        await appendAudit(transaction, [issueEntry(token)]);
      }),
    async find(id) {
      const row = await db.selectFrom(TABLE).where("id", "=", id).selectAll().executeTakeFirst();
      return row === undefined ? null : tokenOf(row);
    },
    async list() {
      const rows = await db.selectFrom(TABLE).selectAll().orderBy("created_at").orderBy("id").execute();
      return rows.map(tokenOf);
    },
    /** False when there is no such token, or when it was revoked before: the first instant stays. */
    revoke: (id, at, by) =>
      db.transaction().execute(async (transaction) => {
        const revoked = await transaction
          .updateTable(TABLE)
          .set({ revoked_at: at })
          .where("id", "=", id)
          .where("revoked_at", "is", null)
          .returning(["kind", "name"])
          .executeTakeFirst();
        if (revoked === undefined) return false;
        const body = { token: id, ...revoked };
        await appendAudit(transaction, [{ at, kind: "token-revoked", actor: by, gate: null, body }]);
        return true;
      }),
  };
}

/** Everything about a token but its digest. */
function issueEntry({ id, kind, name, scopes, createdAt, createdBy, expiresAt }: StoredToken): AuditEntry {
  const body = { token: id, kind, name, scopes, expiresAt };
  return { at: createdAt, kind: "token-issued", actor: createdBy, gate: null, body };
}

function rowOf(token: StoredToken): Tables["tokens"] {
  return {
    id: token.id,
    digest: token.digest,
    kind: token.kind,
    name: token.name,
    scopes: JSON.stringify(token.scopes),
    created_at: token.createdAt,
    created_by: token.createdBy,
    expires_at: token.expiresAt,
    revoked_at: token.revokedAt,
  };
}

function tokenOf(row: Selectable<Tables["tokens"]>): StoredToken {
  return {
    id: row.id,
    digest: row.digest,
    kind: kindOf(row),
    name: row.name,
    scopes: decodeTexts(TABLE, row.id, row.scopes),
    createdAt: row.created_at,
    createdBy: row.created_by,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}

function kindOf(row: { readonly id: string; readonly kind: string }): StoredToken["kind"] {
  if (row.kind === "person" || row.kind === "machine") return row.kind;
  throw new UnreadableRow(TABLE, row.id, `its kind is ${row.kind}`);
}
