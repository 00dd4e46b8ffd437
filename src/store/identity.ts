import type { Kysely } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Tables } from "./tables.ts";

/** Gives that many random bytes. */
export type RandomBytes = (size: number) => Uint8Array;

export type Identity = { readonly storeId: string; readonly epoch: number };

/** How far an epoch is at most from the one before it. */
const STRIDE = 1_000;

/**
 * Gives a new store its id and every opening its own epoch; durable before any write token can carry them. An epoch is above
 * the one before it by a number drawn anew: a backup that is put back draws another one than what followed it did, and so
 * never takes for its own a token of the future it has lost.
 */
export async function claimIdentity(
  db: Kysely<Tables>,
  randomBytes: RandomBytes,
  now: Instant,
): Promise<Identity> {
  const stride = 1 + (numberOf(randomBytes(2)) % STRIDE);
  const row = await db
    .insertInto("meta")
    .values({ one: 1, store_id: makeStoreId(randomBytes), epoch: 1, checked_at: now })
    .onConflict((conflict) =>
      conflict.column("one").doUpdateSet((old) => ({ epoch: old("meta.epoch", "+", stride) })),
    )
    .returning(["store_id", "epoch"])
    .executeTakeFirstOrThrow();
  return { storeId: row.store_id, epoch: row.epoch };
}

const DIGITS = 36;
const LENGTH = 3;

/** Three lower-case letters or digits. */
function makeStoreId(randomBytes: RandomBytes): string {
  return (numberOf(randomBytes(6)) % DIGITS ** LENGTH).toString(DIGITS).padStart(LENGTH, "0");
}

function numberOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum * 256 + byte, 0);
}
