import type {
  ChangesAsked,
  Clock,
  Commit,
  Outbox,
  PendingTelling,
  Records,
  StoredReply,
  StoredToken,
  Tokens,
} from "../../src/control/ports.ts";
import type { Change } from "../../src/domain/change.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Definition } from "../../src/domain/gate.ts";
import type { Recording } from "../../src/domain/inputs.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { Maintenance } from "../../src/domain/maintenance.ts";
import type { GateRecord } from "../../src/domain/record.ts";
import type { Telling } from "../../src/domain/telling.ts";

/**
 * Where a commit can be made to break. The parts fail inside the transaction, so nothing is kept; `before` and `after` are a
 * process that dies around it: after `after` everything is kept, and the caller never hears of it.
 */
export type BreakPoint =
  | "before"
  | "record"
  | "decision"
  | "inputs"
  | "telling"
  | "change"
  | "pin"
  | "reply"
  | "maintenance"
  | "after";

export type MemoryStore = Records &
  Tokens &
  Outbox & {
    /** The next commit that reaches that point rejects there, once. */
    failNext(point: BreakPoint, error?: Error): void;
    /** The store as the next process finds it, or one beside this one: the same content, and an epoch so far above the newest. */
    reopen(stride?: number): MemoryStore;
    /** Whether no other opening took a later epoch. */
    isNewest(): boolean;
    /** What a backup made now keeps: it knows nothing of what comes after. */
    backup(): MemoryStore;
    /** Every telling ever written, delivered or not, oldest first. */
    tellings(): readonly Telling[];
    /** Every entry of the ledger, in the order they were told. */
    ledger(): readonly Change[];
    /** Every decision of every gate, oldest first. */
    allDecisions(): readonly Decision[];
    /** What every pass with a row of its own was decided from, oldest first. */
    allRecordings(): readonly Recording[];
  };

type OutboxRow = PendingTelling & { readonly nextAt: Instant; readonly deliveredAt: Instant | null };

type Content = {
  readonly copy: <T>(value: T) => T;
  readonly storeId: string;
  /** The newest epoch that an opening took. */
  readonly claims: { newest: number };
  readonly records: Map<string, GateRecord>;
  readonly definitions: Map<string, Definition>;
  readonly decisions: Map<string, Decision>;
  readonly recordings: Map<string, Recording>;
  readonly outbox: Map<string, OutboxRow>;
  readonly changes: Map<string, Change>;
  readonly replies: Map<string, StoredReply>;
  readonly tokens: Map<string, StoredToken>;
  readonly darkSince: Map<string, Instant>;
  readonly maintenance: Map<string, Maintenance>;
};

type MemoryStoreOptions = {
  readonly clock: Clock;
  readonly storeId?: string;
  /** Hands out what it keeps, which is much faster: for callers of whom it is known that they change nothing. */
  readonly shares?: boolean;
};

/** The store's port without a database. Unless it `shares`, values are copied on the way in and out: nobody has an object of its own. */
export function memoryStore(options: MemoryStoreOptions): MemoryStore {
  const content: Content = {
    copy: options.shares === true ? (value) => value : structuredClone,
    storeId: options.storeId ?? "mem",
    claims: { newest: 1 },
    records: new Map(),
    definitions: new Map(),
    decisions: new Map(),
    recordings: new Map(),
    outbox: new Map(),
    changes: new Map(),
    replies: new Map(),
    tokens: new Map(),
    darkSince: new Map(),
    maintenance: new Map(),
  };
  return openOn(content, options.clock, 1);
}

function openOn(content: Content, clock: Clock, epoch: number): MemoryStore {
  const breaks = new Map<BreakPoint, Error>();
  const reach: Reach = (point) => {
    const error = breaks.get(point);
    breaks.delete(point);
    if (error !== undefined) throw error;
  };
  return {
    ...recordsOf(content, epoch, async (moment) => commit(content, clock, reach, moment)),
    ...ledgerOf(content, reach),
    ...tokensOf(content),
    ...outboxOf(content),
    failNext: (point, error = new Error(`made to fail at ${point}`)) => breaks.set(point, error),
    reopen: (stride = 1) => openOn(content, clock, (content.claims.newest += stride)),
    isNewest: () => content.claims.newest === epoch,
    backup: () => openOn(asOfNow(content), clock, epoch),
    tellings: () => content.copy([...content.outbox.values()].map(tellingOf)),
    ledger: () => content.copy([...content.changes.values()]),
    allDecisions: () => content.copy([...content.decisions.values()]),
    allRecordings: () => content.copy([...content.recordings.values()]),
  };
}

/** No value is ever changed in place, so the maps are all that has to be copied. */
function asOfNow(content: Content): Content {
  return {
    ...content,
    claims: { ...content.claims },
    records: new Map(content.records),
    definitions: new Map(content.definitions),
    decisions: new Map(content.decisions),
    recordings: new Map(content.recordings),
    outbox: new Map(content.outbox),
    changes: new Map(content.changes),
    replies: new Map(content.replies),
    tokens: new Map(content.tokens),
    darkSince: new Map(content.darkSince),
    maintenance: new Map(content.maintenance),
  };
}

type Ledger = Pick<Records, "addDeploy" | "deploys" | "changes" | "maintenance" | "keepMaintenance">;

function recordsOf(
  content: Content,
  epoch: number,
  commitMoment: Records["commit"],
): Omit<Records, keyof Ledger> {
  return {
    storeId: () => content.storeId,
    epoch: () => epoch,
    record: async (gate) => content.copy(content.records.get(gate) ?? null),
    all: async () =>
      content.copy([...content.records.values()].toSorted((a, b) => (a.gate < b.gate ? -1 : 1))),
    pinned: async (hash) => content.copy(content.definitions.get(hash) ?? null),
    commit: commitMoment,
    reply: async (principal, key) => content.copy(content.replies.get(replyKey({ principal, key })) ?? null),
    decision: async (id) => content.copy(content.decisions.get(id) ?? null),
    recording: async (decision) => content.copy(content.recordings.get(decision) ?? null),
    decisions: async (gate, limit, before) => content.copy(pageOf(content, gate, limit, before)),
    darkSince: async (source) => content.darkSince.get(source) ?? null,
    setDarkSince: async (source, since) => {
      if (since === null) content.darkSince.delete(source);
      else content.darkSince.set(source, since);
    },
  };
}

function ledgerOf(content: Content, reach: Reach): Ledger {
  return {
    addDeploy: async (deploy, reply) => {
      if (reply !== null && content.replies.has(replyKey(reply))) return false;
      allOrNothing(reach, (put) => {
        putChange(content, put, content.copy(deploy));
        if (reply !== null) put("reply", content.replies, replyKey(reply), content.copy(reply));
      });
      return true;
    },
    maintenance: async (endsAfter) => {
      const found = [...content.maintenance.values()].filter(({ until }) => until > endsAfter);
      return content.copy(found.toSorted((a, b) => a.since - b.since));
    },
    keepMaintenance: async ({ change, begins, reply }) => {
      if (reply !== null && content.replies.has(replyKey(reply))) return false;
      allOrNothing(reach, (put) => {
        for (const own of content.maintenance.values()) {
          if (own.source !== change.source || own.until <= change.at) continue;
          put("maintenance", content.maintenance, own.id, { ...own, until: change.at });
        }
        if (begins !== null) put("maintenance", content.maintenance, begins.id, content.copy(begins));
        putChange(content, put, content.copy(change));
        if (reply !== null) put("reply", content.replies, replyKey(reply), content.copy(reply));
      });
      return true;
    },
    deploys: async (service, since, limit) => {
      const deploys = newestFirst(content).filter((change) => change.kind === "deploy");
      const found = deploys.filter((deploy) => deploy.service === service && deploy.at >= since);
      return content.copy(found.slice(0, limit));
    },
    changes: async (asked, limit, before) => {
      const found = newestFirst(content).filter((change) => isAbout(change, asked));
      return content.copy(pageAfter(found, limit, before));
    },
  };
}

function putChange(content: Content, put: Put, change: Change): void {
  if (content.changes.has(change.id)) throw new Error(`change ${change.id} is there already`);
  put("change", content.changes, change.id, change);
}

/** By when they happened; of the same instant, the one told last comes first. */
function newestFirst(content: Content): readonly Change[] {
  return [...content.changes.values()].toReversed().toSorted((a, b) => b.at - a.at);
}

function isAbout(change: Change, { gate, service }: ChangesAsked): boolean {
  if (gate === null && service === null) return true;
  if (change.kind === "maintenance") return false;
  return change.kind === "deploy" ? change.service === service : change.gate === gate;
}

function pageAfter<T extends { readonly id: string }>(
  newest: readonly T[],
  limit: number,
  before: string | null,
): readonly T[] {
  if (before === null) return newest.slice(0, limit);
  const cursor = newest.findIndex(({ id }) => id === before);
  return cursor === -1 ? [] : newest.slice(cursor + 1, cursor + 1 + limit);
}

function pageOf(content: Content, gate: string, limit: number, before: string | null): readonly Decision[] {
  const newest = [...content.decisions.values()].filter((one) => one.gate === gate).toReversed();
  return pageAfter(newest, limit, before);
}

type Reach = (point: BreakPoint) => void;

type Put = <T>(point: BreakPoint, map: Map<string, T>, key: string, value: T) => void;

/** Applies part after part and takes all of them back when one fails. */
function allOrNothing(reach: Reach, write: (put: Put) => void): void {
  const undo: (() => void)[] = [];
  try {
    write((point, map, key, value) => {
      reach(point);
      const old = map.get(key);
      undo.push(() => (old === undefined ? map.delete(key) : map.set(key, old)));
      map.set(key, value);
    });
  } catch (error) {
    for (const back of undo.toReversed()) back();
    throw error;
  }
}

const KINDS: readonly string[] = ["none", "insert", "fold"];

function commit(content: Content, clock: Clock, reach: Reach, moment: Commit): boolean {
  reach("before");
  const { record, expecting, decision, inputs, tellings, changes, pin, reply } = content.copy(moment);
  if (reply !== null && content.replies.has(replyKey(reply))) return false;
  if ((content.records.get(record.gate)?.version ?? null) !== expecting) return false;

  allOrNothing(reach, (put) => {
    put("record", content.records, record.gate, { ...record, version: (expecting ?? 0) + 1 });
    if (!KINDS.includes(decision.kind)) throw new Error("there is no such kind of commit");
    if (decision.kind !== "none") {
      const { id } = decision.decision;
      if (decision.kind === "insert" && content.decisions.has(id))
        throw new Error(`decision ${id} is there already`);
      put("decision", content.decisions, id, decision.decision);
    }
    if (inputs !== null) put("inputs", content.recordings, inputs.inputs.decision, inputs);
    for (const telling of tellings) {
      if (content.outbox.has(telling.key)) continue;
      const at = clock.now();
      const row = { ...telling, createdAt: at, nextAt: at, attempts: 0, deliveredAt: null };
      put("telling", content.outbox, telling.key, row);
    }
    for (const change of changes) putChange(content, put, change);
    if (pin !== null) put("pin", content.definitions, pin.hash, pin);
    if (reply !== null) put("reply", content.replies, replyKey(reply), reply);
  });
  reach("after");
  return true;
}

function replyKey(reply: { readonly principal: string; readonly key: string }): string {
  return JSON.stringify([reply.principal, reply.key]);
}

function tokensOf(content: Content): Tokens {
  return {
    add: async (token) => {
      if (content.tokens.has(token.id)) throw new Error(`token ${token.id} is there already`);
      content.tokens.set(token.id, content.copy(token));
    },
    find: async (id) => content.copy(content.tokens.get(id) ?? null),
    list: async () =>
      content.copy([...content.tokens.values()].toSorted((a, b) => a.createdAt - b.createdAt)),
    revoke: async (id, at) => {
      const token = content.tokens.get(id);
      if (token === undefined || token.revokedAt !== null) return false;
      content.tokens.set(id, { ...token, revokedAt: at });
      return true;
    },
  };
}

function outboxOf(content: Content): Outbox {
  const change = (key: string, changes: (row: OutboxRow) => Partial<OutboxRow>): void => {
    const row = content.outbox.get(key);
    if (row !== undefined && row.deliveredAt === null) content.outbox.set(key, { ...row, ...changes(row) });
  };
  return {
    due: async (now, limit) =>
      [...content.outbox.values()]
        .filter((row) => row.deliveredAt === null && row.nextAt <= now)
        .slice(0, limit)
        .map((row) => ({ ...tellingOf(row), createdAt: row.createdAt, attempts: row.attempts })),
    delivered: async (key, at) => change(key, () => ({ deliveredAt: at })),
    failed: async (key, nextAt) => change(key, ({ attempts }) => ({ attempts: attempts + 1, nextAt })),
  };
}

function tellingOf({ key, gate, kind, page, title, text, decision }: OutboxRow): Telling {
  return { key, gate, kind, page, title, text, decision };
}
