import { DatabaseSync } from "node:sqlite";
import { threadId } from "node:worker_threads";
import { type MemoryStore, memoryStore } from "../../support/memory-store.ts";
import { type Clock, IN_MEMORY, type Store, openDatabase, storeOn } from "../engine.ts";
import { type BreakingHandle, type Shared, breakingHandle, sharedBy } from "./breaking-handle.ts";
import { type Answered, type Ports, compare, outcomeOf } from "./compare.ts";
import { lookAtAll } from "./look.ts";
import type { Backup, SimulatedStore } from "./simulated-store.ts";
import { type Turns, createTurns } from "./turns.ts";

/** A database that one opening after another uses, and some beside each other. */
type Base = {
  readonly clock: Clock;
  readonly shared: Shared;
  /** One connection runs one transaction at a time, whoever began it. */
  readonly turns: Turns;
  /** What must be in it by now, kept without a database. */
  readonly model: { now: MemoryStore };
  readonly openings: { newest: number };
  /** The newest epoch that an opening of it has taken, or one of that which it was copied from. */
  readonly claimed: { epoch: number };
  readonly answered: Answered;
};

/** The store of `src` on a database in memory; whatever it answers is held against the fake one. */
export function sqliteStore(clock: Clock, answered: Answered): SimulatedStore {
  const opened = openDatabase(IN_MEMORY);
  if (!opened.ok) throw new Error(opened.message);
  return openOn({
    clock,
    shared: sharedBy(opened.database),
    turns: createTurns(),
    model: { now: memoryStore({ clock, shares: true }) },
    openings: { newest: 0 },
    claimed: { epoch: 0 },
    answered,
  });
}

/** Opens it in its turn: all that is asked of it waits for that. */
function openOn(base: Base, stride = 1): SimulatedStore {
  const place = (base.openings.newest += 1);
  const handle = breakingHandle(base.shared);
  let store: Store | null = null;
  let opening: Promise<void> | null = base.turns(async () => {
    store = await openedOn(base, handle, stride);
    opening = null;
  });
  // Whoever waits for it hears of a failure.
  opening.catch(() => undefined);

  function own(): Store {
    if (store === null) throw new Error("the store is not open");
    return store;
  }

  function ask<T>(what: string, question: (ports: Ports) => Promise<T>): Promise<T> {
    return base.turns(async () => {
      handle.setCommits(what === "commit");
      const said = await outcomeOf(() => answerOf(question(own())));
      const broken = handle.broken();
      handle.setCommits(false);
      // Nothing of it was kept.
      const isUndone = broken !== null && broken !== "after";
      if (!isUndone) {
        const expected = await outcomeOf(() => question(base.model.now));
        base.answered(broken === null ? compare(what, said, expected) : null);
      }
      if (said.kind === "threw") throw said.error;
      return said.value;
    });
  }

  return {
    storeId: () => own().storeId(),
    epoch: () => own().epoch(),
    record: (gate) => ask("record", (ports) => ports.record(gate)),
    all: () => ask("all", (ports) => ports.all()),
    pinned: (hash) => ask("pinned", (ports) => ports.pinned(hash)),
    commit: (moment) => ask("commit", (ports) => ports.commit(moment)),
    reply: (principal, key) => ask("reply", (ports) => ports.reply(principal, key)),
    decision: (id) => ask("decision", (ports) => ports.decision(id)),
    recording: (decision) => ask("recording", (ports) => ports.recording(decision)),
    decisions: (gate, limit, before) => ask("decisions", (ports) => ports.decisions(gate, limit, before)),
    addDeploy: (deploy, reply) => ask("addDeploy", (ports) => ports.addDeploy(deploy, reply)),
    deploys: (service, since, limit) => ask("deploys", (ports) => ports.deploys(service, since, limit)),
    changes: (asked, limit, before) => ask("changes", (ports) => ports.changes(asked, limit, before)),
    darkSince: (source) => ask("darkSince", (ports) => ports.darkSince(source)),
    setDarkSince: (source, since) => ask("setDarkSince", (ports) => ports.setDarkSince(source, since)),
    maintenance: (endsAfter) => ask("maintenance", (ports) => ports.maintenance(endsAfter)),
    keepMaintenance: (kept) => ask("keepMaintenance", (ports) => ports.keepMaintenance(kept)),
    opening: () => opening,
    failNext: (point, error = new Error(`made to fail at ${point}`)) => handle.failNext(point, error),
    isNewest: () => base.openings.newest === place,
    reopen: (next) => openOn(base, next),
    backup: () => backupOf(base),
    look: () =>
      lookAtAll(ask, base.shared.database, base.answered).catch((error: unknown) =>
        base.answered(String(error)),
      ),
  };
}

async function openedOn(base: Base, handle: BreakingHandle, stride: number): Promise<Store> {
  const opened = await storeOn(handle, {
    path: IN_MEMORY,
    clock: base.clock,
    randomBytes: (size) => bytesOf(stride - 1, size),
    onFatal: () => undefined,
  });
  if (!opened.ok) throw new Error(opened.message);
  const epoch = opened.store.epoch();
  base.answered(
    epoch > base.claimed.epoch ? null : `the store was opened under the epoch ${epoch} once more`,
  );
  base.claimed.epoch = Math.max(base.claimed.epoch, epoch);
  return opened.store;
}

/** It answers before anything else than promises has its turn, or never: then it waits for itself. */
async function answerOf<T>(asked: Promise<T>): Promise<T> {
  const { promise: never, reject } = Promise.withResolvers<never>();
  const watch = setImmediate(() => reject(new Error("it never answers")));
  return Promise.race([asked, never]).finally(() => clearImmediate(watch));
}

/** The number in so many bytes, the lowest last. */
function bytesOf(number: number, size: number): Uint8Array {
  return Uint8Array.from(
    { length: size },
    (_, index) => Math.floor(number / 256 ** (size - 1 - index)) % 256,
  );
}

let copies = 0;

/** A copy in memory that a later opening uses as its own. */
function backupOf(base: Base): Backup {
  copies += 1;
  const address = `file:/${threadId}-${copies}?vfs=memdb`;
  const copy: Base = {
    ...base,
    shared: sharedBy(new DatabaseSync(address)),
    turns: createTurns(),
    model: { now: base.model.now },
    openings: { newest: 0 },
    claimed: { ...base.claimed },
  };
  const made = base.turns(async () => {
    base.shared.database.prepare("vacuum into ?").run(address);
    copy.model.now = base.model.now.backup();
    copy.claimed.epoch = base.claimed.epoch;
  });
  // Whoever opens it hears of a failure.
  copy.turns(() => made).catch(() => undefined);
  return { reopen: (stride) => openOn(copy, stride) };
}
