import type { FlagEvent, FlagObservation, FlagRecord, FlagSeen, StrategySeen } from "./flag.ts";
import type { DriftPolicy } from "./gate.ts";
import type { Instant } from "./instant.ts";
import { type Percent, parseRollout } from "./percent.ts";
import type { Drift, DriftKind, GateRecord } from "./record.ts";
import { type WriteToken, sameToken, splitTitle } from "./token.ts";

/** How the flag read back compares with the record. */
export type Comparison = {
  /** Percent of our strategy as set now; 0 where the environment is off or the strategy serves nobody; null when unknown. */
  readonly observed: Percent | null;
  /** Differences nobody of us made. */
  readonly drift: readonly Drift[];
  /** The older token of ours that the strategy carries: a late write of a decision that is no longer in force. */
  readonly late: WriteToken | null;
};

/** The tokens a store can have written into the title: its own, up to the newest it ever issued for the flag. */
export type Issued = Pick<GateRecord, "epoch" | "sequence" | "olderSequence"> & { readonly storeId: string };

type Expected = { readonly record: FlagRecord; readonly issued: Issued };

export function issuedBy({ epoch, sequence, olderSequence }: GateRecord, storeId: string): Issued {
  return { storeId, epoch, sequence, olderSequence };
}

/** A flag of which something could be read, if only that it is gone. */
export type FlagRead = Exclude<FlagObservation, { readonly kind: "unreadable" }>;

/**
 * Compares every field that matters with the record. The percent and title of a write of ours that is still under way
 * are not drift: the caller resolves them first and hands in the record it arrived at.
 */
export function compare(expected: Expected, seen: FlagRead, at: Instant): Comparison {
  const found: Finding[] = [];
  const result = (observed: Percent | null, late: WriteToken | null = null): Comparison => ({
    observed,
    late,
    drift: found.map((finding) => ({ ...finding, by: null, at })),
  });
  if (seen.kind === "absent") {
    found.push({ kind: "flag-gone", message: `the ${seen.what} was archived or deleted`, observed: 0 });
    return result(0);
  }
  const { record } = expected;
  if (seen.archived || seen.project !== record.project) {
    const what = seen.archived ? "was archived" : `moved to project ${seen.project}`;
    found.push({ kind: "flag-gone", message: `the flag ${what}`, observed: null });
    return result(exposedPercent(record, seen));
  }
  found.push(...othersServing(record, seen));
  const ours = seen.strategies.find((strategy) => strategy.id === record.strategyId);
  if (ours === undefined) {
    found.push({
      kind: "strategy-gone",
      message: `strategy ${record.strategyId} was removed`,
      observed: 0,
    });
    return result(0);
  }
  const percent = parseRollout(ours.rollout ?? "");
  const late = percent !== null && percent >= record.rollout ? lateTokenOf(expected, ours) : null;
  found.push(...strategyFindings(expected, ours, percent, late !== null));
  if (!seen.environmentEnabled || ours.disabled) {
    if (record.environmentEnabled) {
      const what = ours.disabled ? "the strategy was disabled" : "the environment was switched off";
      found.push({ kind: "environment-off", message: what, observed: 0 });
    }
    return result(0, late);
  }
  return result(percent, late);
}

/**
 * The percent that this reading shows to be exposed by the strategy on record; null where it shows nothing of it: a
 * percent that is none, or another strategy in place of ours.
 */
export function exposedPercent(record: FlagRecord, seen: FlagRead): Percent | null {
  if (seen.kind === "absent" || seen.archived || !seen.environmentEnabled) return 0;
  const ours = seen.strategies.find((strategy) => strategy.id === record.strategyId);
  if (ours !== undefined) return ours.disabled ? 0 : parseRollout(ours.rollout ?? "");
  return othersServing(record, seen).some(({ kind }) => kind === "strategy-added") ? null : 0;
}

type Finding = Pick<Drift, "kind" | "message" | "observed">;

function strategyFindings(
  expected: Expected,
  ours: StrategySeen,
  percent: Percent | null,
  isLate: boolean,
): readonly Finding[] {
  const { record } = expected;
  const found: Finding[] = [];
  if (percent === null) {
    found.push({
      kind: "rollout-unreadable",
      message: `rollout is ${JSON.stringify(ours.rollout)}, not a whole percent`,
      observed: null,
    });
  } else if (!isLate && percent !== record.rollout) {
    found.push(percentFinding(record.rollout, percent));
  }
  found.push(...titleFindings(expected, ours));
  for (const field of ["groupId", "stickiness", "constraints", "segments", "variants"] as const) {
    if (ours[field] === record[field]) continue;
    found.push({
      kind: "audience",
      message: `${field} was changed from ${record[field] ?? "none"} to ${ours[field] ?? "none"}`,
      observed: percent,
    });
  }
  return found;
}

export function percentFinding(recorded: Percent, observed: Percent): Finding {
  const kind: DriftKind = observed > recorded ? "raised" : observed === 0 ? "lowered-to-zero" : "lowered";
  return { kind, message: `${recorded}% was changed to ${observed}%`, observed };
}

function isUnknown(token: WriteToken, issued: Issued): boolean {
  return token.store !== issued.storeId || isNewer(token, issued);
}

/**
 * Whether somebody else's Rampart, or a future this store has lost, wrote the title, and no person has adopted it: what
 * may be another's is not written over, but for a rollback to 0.
 */
export function isInOtherHands(title: string | null, record: FlagRecord, issued: Issued): boolean {
  const { token } = splitTitle(title);
  return token !== null && title !== record.title && isUnknown(token, issued);
}

/** Whether somebody gave the strategy another title than the one on record, and it is none that this store wrote. */
export function isRetitled(title: string | null, record: FlagRecord, issued: Issued): boolean {
  const { token } = splitTitle(title);
  return title !== record.title && (token === null || isUnknown(token, issued));
}

function titleFindings(expected: Expected, ours: StrategySeen): readonly Finding[] {
  const { token } = splitTitle(ours.title);
  // Whose token it is matters even where the title is the one a start or an adoption found: two stores, or one store
  // and its own future, must not both raise.
  if (token !== null && token.store !== expected.issued.storeId) {
    return titled("foreign-token", "the token in the title is of another store");
  }
  if (token !== null && isNewer(token, expected.issued)) {
    const message = "the token in the title is newer than the record: was an old store restored?";
    return titled("restored-store", message);
  }
  if (ours.title === expected.record.title || lateTokenOf(expected, ours) !== null) return [];
  return titled("title", `the title was changed to ${JSON.stringify(ours.title ?? "")}`);
}

function titled(kind: DriftKind, message: string): readonly Finding[] {
  return [{ kind, message, observed: null }];
}

function isNewer(token: WriteToken, issued: Issued): boolean {
  if (token.epoch > issued.epoch) return true;
  return token.sequence > (token.epoch === issued.epoch ? issued.sequence : issued.olderSequence);
}

/** A token this store issued, but not the one on record: what it wrote was decided before the write on record. */
function lateTokenOf(expected: Expected, ours: StrategySeen): WriteToken | null {
  const { token } = splitTitle(ours.title);
  if (token === null || isUnknown(token, expected.issued)) return null;
  return sameToken(token, splitTitle(expected.record.title).token) ? null : token;
}

function othersServing(record: FlagRecord, seen: FlagSeen): readonly Finding[] {
  const found: Finding[] = [];
  for (const other of seen.strategies) {
    if (other.id === record.strategyId) continue;
    const companion = record.companions.find((pinned) => pinned.id === other.id);
    if (companion === undefined) {
      if (other.disabled) continue;
      const name = other.title ?? other.kind;
      found.push({
        kind: "strategy-added",
        message: `strategy "${name}" was added or enabled beside ours`,
        observed: null,
      });
    } else if (!sameStrategy(companion, other)) {
      found.push({
        kind: "audience",
        message: `companion "${companion.title ?? companion.id}" changed`,
        observed: null,
      });
    }
  }
  for (const companion of record.companions) {
    if (seen.strategies.some((strategy) => strategy.id === companion.id)) continue;
    found.push({
      kind: "audience",
      message: `companion "${companion.title ?? companion.id}" was removed`,
      observed: null,
    });
  }
  return found;
}

const COMPARED = [
  "kind",
  "title",
  "disabled",
  "rollout",
  "groupId",
  "stickiness",
  "constraints",
  "segments",
  "variants",
] as const satisfies readonly (keyof StrategySeen)[];

function sameStrategy(a: StrategySeen, b: StrategySeen): boolean {
  return COMPARED.every((field) => a[field] === b[field]);
}

/** Names who made each drift: the newest event of somebody else that fits it. Drift seen before keeps its first finding. */
export function attribute(
  drift: readonly Drift[],
  known: readonly Drift[],
  events: readonly FlagEvent[],
  ownUserId: number | null,
): readonly Drift[] {
  return drift.map((found) => {
    const before = known.find((old) => old.kind === found.kind && old.message === found.message);
    if (before !== undefined && before.by !== null) return before;
    const event = events.findLast((entry) => !isOwn(entry, ownUserId) && fits(entry, found));
    const first = before ?? found;
    return event === undefined ? first : { ...first, by: event.by, at: Math.min(event.at, first.at) };
  });
}

function isOwn(event: FlagEvent, ownUserId: number | null): boolean {
  return ownUserId !== null && event.byUserId === ownUserId;
}

function fits(event: FlagEvent, drift: Drift): boolean {
  switch (drift.kind) {
    case "lowered-to-zero":
    case "lowered":
    case "raised":
    case "unmanaged":
      return event.rolloutAfter === String(drift.observed);
    case "environment-off":
      return event.type.includes("disabled") || event.type === "feature-strategy-update";
    case "flag-gone":
      return /archived|deleted|project-change/.test(event.type);
    case "strategy-added":
      return event.type.includes("strategy-add") || event.type === "feature-strategy-update";
    case "strategy-gone":
      return event.type.includes("strategy-remove");
    case "audience":
      // An added strategy changes nobody else's audience; a removed one may be a companion, of which no percent is told.
      return (
        /strategy-update|segment|variants/.test(event.type) ||
        (drift.observed === null && event.type.includes("strategy-remove"))
      );
    case "title":
    case "foreign-token":
    case "restored-store":
    case "rollout-unreadable":
      return event.type === "feature-strategy-update";
  }
}

/** Drift that says somebody else, or a future this store has lost, drives the flag. */
const OTHER_HANDS: readonly DriftKind[] = ["foreign-token", "restored-store"];

/**
 * The gate's policy as far as it can be followed with this drift: whose flag may be somebody else's is not written to,
 * so that a raise there, or another audience, halts and is never taken back.
 */
export function policyUnder(drift: readonly Drift[], policy: DriftPolicy): DriftPolicy {
  return tellsOfOtherHands(drift) ? { raised: "halt", changed: "halt" } : policy;
}

export function tellsOfOtherHands(drift: readonly Pick<Drift, "kind">[]): boolean {
  return drift.some(({ kind }) => OTHER_HANDS.includes(kind));
}

export type DriftTreatment = "roll-back" | "ceiling" | "halt" | "revert" | "close";

/** How a ramp with signals armed treats a drift. `close` stops increases and nothing else. */
export function treatmentOf(kind: DriftKind, policy: DriftPolicy): DriftTreatment {
  switch (kind) {
    case "lowered-to-zero":
    case "environment-off":
      return "roll-back";
    case "lowered":
      return "ceiling";
    case "raised":
      return policy.raised;
    case "audience":
    case "strategy-added":
      return policy.changed === "rollback" ? "roll-back" : "halt";
    case "title":
    case "foreign-token":
    case "unmanaged":
      return "close";
    case "strategy-gone":
    case "flag-gone":
    case "restored-store":
    case "rollout-unreadable":
      return "halt";
  }
}
