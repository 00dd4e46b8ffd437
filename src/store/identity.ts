import type { Kysely } from "kysely";
import type { Instant } from "../domain/instant.ts";
import type { Tables } from "./tables.ts";

/** Gives that many random bytes. */
export type RandomBytes = (size: number) => Uint8Array;

export type Identity = { readonly storeId: string; readonly epoch: number };

/** Gives a new store its id and every opening its own epoch; durable before any write token can carry them. */
export async function claimIdentity(
  db: Kysely<Tables>,
  randomBytes: RandomBytes,
  now: Instant,
): Promise<Identity> {
  const row = await db
    .insertInto("meta")
    .values({ one: 1, store_id: makeStoreId(randomBytes), epoch: 1, checked_at: now })
    .onConflict((conflict) =>
      conflict.column("one").doUpdateSet((old) => ({ epoch: old("meta.epoch", "+", 1) })),
    )
    .returning(["store_id", "epoch"])
    .executeTakeFirstOrThrow();
  return { storeId: row.store_id, epoch: row.epoch };
}

const DIGITS = 36;
const LENGTH = 3;

/** Three lower-case letters or digits. */
function makeStoreId(randomBytes: RandomBytes): string {
  const number = randomBytes(6).reduce((sum, byte) => sum * 256 + byte, 0);
  return (number % DIGITS ** LENGTH).toString(DIGITS).padStart(LENGTH, "0");
}
