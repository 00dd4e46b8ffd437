import type { Kysely, Selectable } from "kysely";
import type { StoredToken, Tokens } from "../control/ports.ts";
import { decodeTexts, UnreadableRow } from "./body.ts";
import type { Tables } from "./tables.ts";

const TABLE = "tokens";

export function tokensIn(db: Kysely<Tables>): Tokens {
  return {
    async add(token) {
      await db.insertInto(TABLE).values(rowOf(token)).execute();
    },
    async find(id) {
      const row = await db.selectFrom(TABLE).where("id", "=", id).selectAll().executeTakeFirst();
      return row === undefined ? null : tokenOf(row);
    },
    async list() {
      const rows = await db.selectFrom(TABLE).selectAll().orderBy("created_at").orderBy("id").execute();
      return rows.map(tokenOf);
    },
    /** False when there is no such token, or when it was revoked before: the first instant stays. */
    async revoke(id, at) {
      const { numUpdatedRows } = await db
        .updateTable(TABLE)
        .set({ revoked_at: at })
        .where("id", "=", id)
        .where("revoked_at", "is", null)
        .executeTakeFirst();
      return numUpdatedRows === 1n;
    },
  };
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
