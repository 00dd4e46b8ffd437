import type { AlertRules, Silences } from "../domain/alert.ts";
import type { Change, Deploy, MaintenanceChange } from "../domain/change.ts";
import type { Decision } from "../domain/decision.ts";
import type { FlagEvent, FlagObservation, PinnedAudience, ServedObservation } from "../domain/flag.ts";
import type { Definition, FlagTarget } from "../domain/gate.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { RawCounters, Stretch } from "../domain/increments.ts";
import type { Recording } from "../domain/inputs.ts";
import type { Labels, Matcher } from "../domain/matcher.ts";
import type { Maintenance } from "../domain/maintenance.ts";
import type { Percent } from "../domain/percent.ts";
import type { Problem } from "../domain/problem.ts";
import type { Answer, Freshness } from "../domain/reading.ts";
import type { GateRecord } from "../domain/record.ts";
import type { Telling } from "../domain/telling.ts";
import type { ServerRefusalCode } from "../domain/way-out.ts";

/** Wall time and elapsed time. `elapsed` never jumps. */
export type Clock = {
  now(): Instant;
  elapsed(): Millis;
};

/** Fresh, unguessable ids; a port so that tests repeat. */
export type Ids = { next(prefix: string): string };

/** Prometheus as a pass needs it. Never throws: what cannot be known is an answer too. */
export type Metrics = {
  /** Answers every query as of `at` under one total deadline; the same text at the same instant is sent once. */
  ask(source: string, queries: readonly string[], at: Instant): Promise<ReadonlyMap<string, Answer>>;
  /** The newest sample behind each selector of the query, recorded series followed to the selectors of their rules. */
  freshness(source: string, query: string, at: Instant): Promise<Freshness>;
  /** Every sample of the counters in the stretch, as they were scraped; the same question is sent once. */
  counters(source: string, selector: string, stretch: Stretch): Promise<RawCounters>;
  /**
   * The alerting rules that a guard's matchers name: those whose alerts carry such labels or would, judging by the rule's own
   * labels and by what its expression selects and keeps. An open label counts once a series with it exists.
   */
  alertRules(source: string, matchers: readonly Matcher[], at: Instant): Promise<AlertRules>;
  /** Our clock minus the source's, from its last answer; null when it has not answered yet. */
  clockSkewMs(source: string): Millis | null;
};

/** Alertmanager as a pass needs it. Never throws. */
export type Silencers = {
  /** Who silenced each of these alerts of the source, one entry for each, in that order. */
  silences(source: string, alerts: readonly Labels[], at: Instant): Promise<Silences>;
};

/** What came of sending a write. Whatever it says, the caller reads back: a 500 may have been applied. */
export type WriteOutcome =
  | { readonly kind: "accepted" }
  | { readonly kind: "refused"; readonly status: number; readonly detail: string }
  | { readonly kind: "unsure"; readonly detail: string };

/** What a write tests before it changes anything. */
export type Expecting = {
  readonly title: string | null;
  readonly rollout: Percent;
  /** Ids of the segments. Absent: not tested. */
  readonly segments?: readonly number[];
  /** Canonical constraints. Absent: not tested. */
  readonly constraints?: string;
};

/** What a write at 0 % changes besides percent and title. */
export type MoreToWrite =
  | { readonly kind: "group"; readonly groupId: string }
  /** One segment, one constraint, or for null neither. */
  | { readonly kind: "audience"; readonly audience: PinnedAudience | null };

/** What must be true before a gate may ever write to its flag. Empty when all is well. */
export type PreflightRefusal = { readonly code: ServerRefusalCode; readonly message: string };

/** Unleash's admin API as a pass needs it. Never throws. */
export type Flags = {
  observe(target: FlagTarget): Promise<FlagObservation>;
  /** Refusals that only the server can tell: rights, change requests, release plans. */
  preflight(target: FlagTarget): Promise<readonly PreflightRefusal[]>;
  /**
   * One JSON Patch on exactly `/parameters/rollout` and `/title`, and on what `more` names; whatever may raise tests the
   * previous values first.
   */
  write(
    target: FlagTarget,
    strategyId: string,
    to: Percent,
    title: string,
    expecting: Expecting | null,
    more?: MoreToWrite,
  ): Promise<WriteOutcome>;
  /** Segments that strategies of the target's project may use, by name; null when they cannot be read. */
  segments(target: FlagTarget): Promise<ReadonlyMap<string, number> | null>;
  /** Second rung of a rollback. Rampart never switches an environment on. */
  switchOff(target: FlagTarget): Promise<WriteOutcome>;
  /** Events about the flag with an id above `after`, oldest first; `after` null: the newest few. */
  events(target: FlagTarget, after: number | null): Promise<readonly FlagEvent[] | null>;
  /** The user id of our own token, for telling our events from people's; null when it cannot be asked. */
  ownUserId(server: string): Promise<number | null>;
};

/** What an SDK of the environment sees, through a real SDK. Never throws. */
export type Served = {
  observe(target: FlagTarget): Promise<ServedObservation>;
  /** The stop switch `rampart.stop` as this gate's environment evaluates it. */
  stopSwitch(target: FlagTarget): "off" | "on" | "unknown";
};

/** Definitions as they stand on disk. */
export type LoadedGate =
  /** The newest file is good. */
  | { readonly kind: "valid"; readonly definition: Definition; readonly path: string }
  /** The newest file is bad; the last good definition of this process, if it had one. */
  | {
      readonly kind: "invalid";
      readonly definition: Definition | null;
      readonly path: string;
      readonly problems: readonly Problem[];
    };

export type Definitions = {
  /** By gate name. A gate that is not here has no file. */
  current(): ReadonlyMap<string, LoadedGate>;
  problems(): readonly Problem[];
};

/** One transaction: the record (guarded by the version it was read at), and what belongs to the same moment. */
export type Commit = {
  readonly record: GateRecord;
  /** Version of the row this was computed from; null: the row must not exist yet. */
  readonly expecting: number | null;
  readonly decision:
    | { readonly kind: "none" }
    | { readonly kind: "insert"; readonly decision: Decision }
    /** Replaces a row that this pass repeats, under the same id. */
    | { readonly kind: "fold"; readonly decision: Decision };
  /** From what the inserted decision was made, so that it can be made again; null: it is no pass, or a folded one. */
  readonly inputs: Recording | null;
  readonly tellings: readonly Telling[];
  /** New entries of the ledger. */
  readonly changes: readonly Change[];
  /** The definition a new run is pinned to; kept so that the run survives a changed file. */
  readonly pin: Definition | null;
  readonly reply: StoredReply | null;
};

/** The answer to a command, kept under its idempotency key in the transaction of its effect. */
export type StoredReply = {
  readonly key: string;
  readonly principal: string;
  /** Digest of method, path and body. */
  readonly request: string;
  readonly status: number;
  readonly body: string;
  readonly at: Instant;
};

/** What of the ledger is asked for; null: everything. */
export type ChangesAsked = { readonly gate: string | null; readonly service: string | null };

export type MaintenanceKept = {
  readonly change: MaintenanceChange;
  /** Null: what is under way ends, and nothing takes its place. */
  readonly begins: Maintenance | null;
  readonly reply: StoredReply | null;
};

export type Records = {
  /** Three letters made with the store, part of every write token. */
  storeId(): string;
  /** Claim epoch of this process: above that of the one before it, and another one than a lost future of the store had. */
  epoch(): number;
  record(gate: string): Promise<GateRecord | null>;
  all(): Promise<readonly GateRecord[]>;
  pinned(hash: string): Promise<Definition | null>;
  /** False: somebody else wrote first; read again and decide again. */
  commit(commit: Commit): Promise<boolean>;
  reply(principal: string, key: string): Promise<StoredReply | null>;
  decision(id: string): Promise<Decision | null>;
  /** What the decision was made from; null for a command, and where it was not kept. */
  recording(decision: string): Promise<Recording | null>;
  /** Newest first. `before` is the cursor: an id of an earlier page's last row. */
  decisions(gate: string, limit: number, before: string | null): Promise<readonly Decision[]>;
  /** Enters a deploy in the ledger, with the reply to whoever told it. False: a reply stands under that key already. */
  addDeploy(deploy: Deploy, reply: StoredReply | null): Promise<boolean>;
  /** Deploys of the service that happened at or after this instant, newest first, at most `limit`. */
  deploys(service: string, since: Instant, limit: number): Promise<readonly Deploy[]>;
  /** The ledger, newest first. `before` is the cursor: an id of an earlier page's last entry. */
  changes(asked: ChangesAsked, limit: number, before: string | null): Promise<readonly Change[]>;
  /** Since when no query of any gate to this source has been answered; null while it answers. */
  darkSince(source: string): Promise<Instant | null>;
  setDarkSince(source: string, since: Instant | null): Promise<void>;
  /** Maintenance of every source that ends after this instant, oldest first. */
  maintenance(endsAfter: Instant): Promise<readonly Maintenance[]>;
  /**
   * Ends what is under way at the source and begins what is given, in one moment with the entry of the ledger and the reply.
   * False: a reply stands under that key already.
   */
  keepMaintenance(kept: MaintenanceKept): Promise<boolean>;
};

/**
 * What a store rejects with when it could not do what it was asked: disk full, IO error, damage. Nothing of the failed
 * transaction is kept, so the caller must act as if the moment had not happened, and raise nothing.
 */
export class StoreUnavailable extends Error {
  override readonly name = "StoreUnavailable";
  /**
   * True when no later success could be believed: after a failed fsync the kernel may have dropped the pages it
   * reported on, and the next fsync passes over the hole. The process must end and open the file anew.
   */
  readonly fatal: boolean;

  constructor(detail: string, fatal: boolean, cause: unknown) {
    super(`the store is unavailable: ${detail}`, { cause });
    this.fatal = fatal;
  }
}

/** A token as stored: the secret only as a SHA-256 digest (hex). */
export type StoredToken = {
  readonly id: string;
  readonly digest: string;
  readonly kind: "person" | "machine";
  /** A name of `people:` for a person. */
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Instant;
  readonly createdBy: string;
  readonly expiresAt: Instant;
  readonly revokedAt: Instant | null;
};

export type Tokens = {
  add(token: StoredToken): Promise<void>;
  find(id: string): Promise<StoredToken | null>;
  list(): Promise<readonly StoredToken[]>;
  /** `by` as in `createdBy`. */
  revoke(id: string, at: Instant, by: string): Promise<boolean>;
};

/** What the audit tells of; docs/operations.md explains each. */
export type AuditKind =
  | "started"
  | "definitions"
  | "decision"
  | "transition"
  | "approval"
  | "exposure"
  | "deploy"
  | "maintenance"
  | "denied"
  | "backup"
  | "token-issued"
  | "token-revoked";

/** One record of the audit, before it has its place in the chain. */
export type AuditEntry = {
  /** When it is written, which may be after it happened. */
  readonly at: Instant;
  readonly kind: AuditKind;
  /** `person:<name>` or `machine:<name>`; `clock`, `rampart`, `store` for what no token caused. */
  readonly actor: string;
  readonly gate: string | null;
  /** Becomes JSON. Never holds a secret. */
  readonly body: Readonly<Record<string, unknown>>;
};

/** The newest record of the audit: its hash stands for every record before it. */
export type AuditHead = { readonly seq: number; readonly hash: string; readonly at: Instant };

/** The chain of records that only grows. What changes a store writes its own; this is for what changes none. */
export type Audit = {
  /** All of them, durable when this resolves, or none. */
  append(entries: readonly AuditEntry[]): Promise<void>;
  /** Null while there is none. */
  head(): Promise<AuditHead | null>;
};

export type PendingTelling = Telling & {
  readonly createdAt: Instant;
  readonly attempts: number;
};

export type Outbox = {
  /** Undelivered tellings whose next attempt is due, oldest first. */
  due(now: Instant, limit: number): Promise<readonly PendingTelling[]>;
  delivered(key: string, at: Instant): Promise<void>;
  failed(key: string, nextAt: Instant, error: string): Promise<void>;
};

/** How this process is doing; an unhealthy one raises nothing. */
export type Health = {
  /** Worst recent event-loop delay. */
  eventLoopLagMs(): Millis;
};
