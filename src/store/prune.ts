import { setImmediate as nextTurn } from "node:timers/promises";
import type { Kysely } from "kysely";
import { DAY, HOUR, type Instant, type Millis } from "../domain/instant.ts";
import type { Tables } from "./tables.ts";

/** How many rows of each sort went. */
export type Pruned = {
  readonly decisions: number;
  readonly replies: number;
  readonly tellings: number;
  readonly changes: number;
};

const DECISIONS_MS: Millis = 90 * DAY;
const DECISIONS_THAT_ACTED_MS: Millis = 400 * DAY;
/** Clients may repeat a request for a day; twice that, for clocks and long queues. */
const REPLIES_MS: Millis = 48 * HOUR;
const TELLINGS_MS: Millis = 30 * DAY;
/** As long as the decisions that made them. */
const CHANGES_MS: Millis = 400 * DAY;

/** Deleting blocks the process, so it goes in slices that leave passes room between them. */
const SLICE = 500;

/** Removes what has been kept long enough. Records, pinned definitions and undelivered tellings are never removed. */
export async function prune(db: Kysely<Tables>, now: Instant): Promise<Pruned> {
  const decisions =
    (await inSlices(() => pruneDecisions(db, 0, now - DECISIONS_MS))) +
    (await inSlices(() => pruneDecisions(db, 1, now - DECISIONS_THAT_ACTED_MS)));
  await pruneGates(db);
  const replies = await pruneReplies(db, now - REPLIES_MS);
  const tellings = await inSlices(() => pruneTellings(db, now - TELLINGS_MS));
  const changes = await inSlices(() => pruneChanges(db, now - CHANGES_MS));
  return { decisions, replies, tellings, changes };
}

async function inSlices(removeSlice: () => Promise<number>): Promise<number> {
  let total = 0;
  for (;;) {
    const removed = await removeSlice();
    total += removed;
    if (removed < SLICE) return total;
    await nextTurn();
  }
}

async function pruneDecisions(db: Kysely<Tables>, keepLong: number, before: Instant): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("decisions")
    .where("seq", "in", (query) =>
      query
        .selectFrom("decisions")
        .where("keep_long", "=", keepLong)
        .where("last_at", "<", before)
        .limit(SLICE)
        .select("seq"),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

/** All at once: each change of a gate's file leaves one. Inputs have gone with their decisions. */
async function pruneGates(db: Kysely<Tables>): Promise<void> {
  await db
    .deleteFrom("recorded_gates")
    .where("hash", "not in", (query) => query.selectFrom("decision_inputs").select("definition"))
    .execute();
}

/** All at once: only commands leave replies. */
async function pruneReplies(db: Kysely<Tables>, before: Instant): Promise<number> {
  const { numDeletedRows } = await db.deleteFrom("replies").where("at", "<", before).executeTakeFirst();
  return Number(numDeletedRows);
}

async function pruneTellings(db: Kysely<Tables>, before: Instant): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("outbox")
    .where("seq", "in", (query) =>
      query.selectFrom("outbox").where("delivered_at", "<", before).limit(SLICE).select("seq"),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}

async function pruneChanges(db: Kysely<Tables>, before: Instant): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("changes")
    .where("seq", "in", (query) =>
      query.selectFrom("changes").where("at", "<", before).limit(SLICE).select("seq"),
    )
    .executeTakeFirst();
  return Number(numDeletedRows);
}
