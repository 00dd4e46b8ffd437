import { type FlagRead, attribute, compare, isInOtherHands, isRetitled, issuedBy } from "./drift.ts";
import type { FlagEvent, FlagObservation, FlagRecord, ServedObservation, StrategySeen } from "./flag.ts";
import type { Gate } from "./gate.ts";
import { type Instant, MINUTE, type Millis } from "./instant.ts";
import { nameOfStep, sameReach, shows } from "./audience.ts";
import { because } from "./because.ts";
import { LONGEST_CROSSING, goOnward, refitted } from "./crossing.ts";
import { decreaseAfterLateRaise, isOwnRaise, undoLateRaise } from "./late-raise.ts";
import { modeOf } from "./growth.ts";
import { type Percent, parseRollout } from "./percent.ts";
import { strategyOf } from "./preflight.ts";
import { withReach } from "./reach.ts";
import type { Drift, DriftKind, GateRecord, Intention } from "./record.ts";
import { sameToken, splitTitle } from "./token.ts";
import {
  type Writer,
  exposureChanged,
  intendToken,
  standingAt,
  standingOf,
  withStanding,
} from "./transition.ts";

/** For this long after a halt or a rollback every pass re-asserts that exposure is at most what was recorded. */
export const REASSERT_FOR: Millis = 10 * MINUTE;

/** What was read of the flag, and who reads it. */
export type FlagFacts = Writer & {
  readonly now: Instant;
  readonly decision: string;
  readonly observation: FlagObservation | null;
  readonly served: ServedObservation | null;
  /** Null when the log could not be read. */
  readonly events: readonly FlagEvent[] | null;
  readonly ownUserId: number | null;
  /** Whether this is read in the pass that decided the write, so that a crossing may go on. */
  readonly goesOn?: true;
};

export type Absorbed = {
  readonly record: GateRecord;
  /** A write of ours that this reading shows to have happened. */
  readonly landed: Intention | null;
  /** Drift that was not there at the last reading. */
  readonly newDrift: readonly Drift[];
};

/**
 * Folds a reading of the flag into the record: finishes or drops a write under way, finds drift, follows exposure.
 * Used at the start of a pass and again after its write.
 */
export function absorb(gate: Gate, before: GateRecord, facts: FlagFacts): Absorbed {
  const { observation } = facts;
  if (observation === null) return { record: before, landed: null, newDrift: [] };
  if (before.flag === null) return watch(gate, before, facts);
  const pinned = withServed({ ...before, flag: before.flag }, facts.served);
  // What could not be read says nothing new: drift found before stays, and waits for a person as before.
  if (observation.kind === "unreadable") return { record: pinned, landed: null, newDrift: [] };
  const resolved = resolveIntention(
    gate,
    withOwnCohort(withOwnSwitchOff(pinned, observation), observation),
    observation,
    facts,
  );
  const { record } = resolved;

  const expected = { record: record.flag, issued: issuedBy(record, facts.storeId) };
  const compared = compare(expected, observation, facts.now);
  const decrease = decreaseAfterLateRaise(gate, record, compared, facts);
  const ownRaise = isOwnRaise(record, compared.drift, facts);
  const foreign = ownRaise ? compared.drift.filter((found) => found.kind !== "raised") : compared.drift;
  const found = decrease === null ? foreign : [...foreign, decrease];
  const drift = attribute(found, before.drift, facts.events ?? [], facts.ownUserId);
  const newDrift = drift.filter((own) => !before.drift.some((old) => sameDrift(old, own)));
  const reached = withFound(gate, record, observation);
  const followed = followExposure({ ...reached, drift }, compared.observed, facts.now, wasUnclear(before));
  const undoes = (compared.late !== null && decrease === null) || ownRaise;
  return {
    record: undoes
      ? undoLateRaise(gate, followed, compared.observed, facts)
      : (onward(gate, followed, resolved.landed, facts) ?? followed),
    landed: resolved.landed,
    newDrift,
  };
}

/** A record of a flag whose strategy is known. */
export type Pinned = GateRecord & { readonly flag: FlagRecord };

/** A flag nothing is recorded of: its exposure is followed, so that settle runs from each change whoever made it. */
function watch(gate: Gate, record: GateRecord, facts: FlagFacts): Absorbed {
  const { observation } = facts;
  if (gate.flag === null || observation?.kind !== "seen") return { record, landed: null, newDrift: [] };
  const strategy = strategyOf(gate.flag, observation);
  const percent =
    strategy === null ? null : observation.environmentEnabled ? parseRollout(strategy.rollout ?? "") : 0;
  const served = strategy === null ? null : servedOf(strategy.id, [], facts.served);
  const followed = followWatched(record, percent, facts.now);
  const exposure = withReach(gate, followed.exposure, record.run, null, strategy);
  const watched = { ...followed, exposure: { ...exposure, served } };
  // Of a finished ramp that let go of its flag the percent is what it left there.
  const isLeft = record.ramp.state === "finished";
  if (modeOf(gate, record) === "observe" || isLeft || percent === null || percent === 0) {
    return { record: { ...watched, drift: [] }, landed: null, newDrift: [] };
  }
  const message = `the flag stands at ${percent}% and no run of ours brought it there`;
  const found: Drift = { kind: "unmanaged", message, observed: percent, by: null, at: facts.now };
  const drift = attribute([found], record.drift, facts.events ?? [], facts.ownUserId);
  const newDrift = drift.filter((own) => !record.drift.some((old) => sameDrift(old, own)));
  return { record: { ...watched, drift }, landed: null, newDrift };
}

/** While nobody can say which strategy is meant, every pass may come after a change, and so does the first that can say it again. */
function followWatched(record: GateRecord, percent: Percent | null, now: Instant): GateRecord {
  const { exposure } = record;
  if (percent === null) {
    return { ...record, exposure: { ...exposure, set: null, setAt: null, changedAt: now } };
  }
  const wasLost = exposure.set === null && exposure.changedAt !== null;
  return followExposure(record, percent, now, wasLost);
}

/** Whom the strategy of the record was found to reach. */
function withFound(gate: Gate, record: Pinned, observation: FlagRead): Pinned {
  const { flag, run } = record;
  const ours =
    observation.kind === "seen" ? observation.strategies.find(({ id }) => id === flag.strategyId) : undefined;
  return { ...record, exposure: withReach(gate, record.exposure, run, flag, ours ?? null) };
}

function sameDrift(a: Drift, b: Drift): boolean {
  return a.kind === b.kind && a.message === b.message;
}

function withServed(record: Pinned, served: ServedObservation | null): Pinned {
  const { strategyId, companions } = record.flag;
  const percent = servedOf(strategyId, companions, served);
  return { ...record, exposure: { ...record.exposure, served: percent } };
}

/** The second rung of a rollback is a write of ours like any other: found done, it is on record and no drift. */
function withOwnSwitchOff(record: Pinned, observation: FlagRead): Pinned {
  const ordered = record.ramp.state === "rolling-back" && record.ramp.rung === "environment-off";
  if (!ordered || observation.kind !== "seen" || observation.environmentEnabled) return record;
  return { ...record, flag: { ...record.flag, environmentEnabled: false } };
}

/** Nobody but us knows the groupId that a run wants, so found there it is our write, whatever became of its answer. */
function withOwnCohort(record: Pinned, observation: FlagRead): Pinned {
  const cohort = record.run?.cohort ?? null;
  if (cohort === null || observation.kind !== "seen") return record;
  const ours = observation.strategies.find(({ id }) => id === record.flag.strategyId);
  return ours?.groupId === cohort ? { ...record, flag: { ...record.flag, groupId: cohort } } : record;
}

/** The percent an SDK evaluates for the strategy; null while that is not known, or where a stranger stands in its place. */
function servedOf(
  strategyId: string,
  companions: readonly Pick<StrategySeen, "id">[],
  served: ServedObservation | null,
): Percent | null {
  if (served?.kind !== "seen") return null;
  if (!served.enabled) return 0;
  const own = served.strategies.find((strategy) => strategy.id === strategyId);
  if (own !== undefined) return parseRollout(own.rollout ?? "");
  return served.strategies.every(({ id }) => companions.some((known) => known.id === id)) ? 0 : null;
}

const UNCLEAR: readonly DriftKind[] = ["rollout-unreadable", "strategy-gone", "flag-gone"];

/** Whether nobody could say at the last reading whom the strategy exposed. */
function wasUnclear({ drift }: GateRecord): boolean {
  return drift.some(({ kind }) => UNCLEAR.includes(kind));
}

/** What follows a time in which nobody could say whom the strategy exposed comes after a change, whatever it is. */
function followExposure<R extends GateRecord>(
  record: R,
  observed: Percent | null,
  now: Instant,
  unclear: boolean,
): R {
  if (observed === null) return record;
  const moved = unclear || (record.exposure.set !== null && record.exposure.set !== observed);
  const followed = moved ? exposureChanged(record, observed, now) : record;
  const verified = observed === followed.exposure.wanted;
  return {
    ...followed,
    exposure: {
      ...followed.exposure,
      set: observed,
      setAt: verified ? (followed.exposure.setAt ?? now) : null,
    },
  };
}

/**
 * The next write of a crossing, while nothing has happened since it was decided; else the ramp waits at 0 % for the next
 * pass that finds the growth law to hold. Null: nothing goes on.
 */
function onward(gate: Gate, record: GateRecord, done: Intention | null, facts: FlagFacts): GateRecord | null {
  if (done?.onward === undefined || facts.goesOn !== true || facts.events === null) return null;
  const isOpen = record.ramp.state === "proving" && record.intention === null && record.drift.length === 0;
  if (!isOpen || record.exposure.set !== 0 || facts.now - done.at > LONGEST_CROSSING) return null;
  return goOnward(gate, record, facts, done);
}

type Resolved = { readonly record: Pinned; readonly landed: Intention | null };

function resolveIntention(gate: Gate, record: Pinned, observation: FlagRead, facts: FlagFacts): Resolved {
  const { intention, flag } = record;
  if (intention?.kind === "release") return resolveRelease(record, intention, observation);
  if (intention === null || observation.kind !== "seen") return { record, landed: null };
  const ours = observation.strategies.find((strategy) => strategy.id === flag.strategyId);
  if (ours !== undefined && sameToken(splitTitle(ours.title).token, intention.token)) {
    return { record: landed(gate, record, intention, ours, facts), landed: intention };
  }
  const percent = parseRollout(ours?.rollout ?? "");
  const title = ours?.title ?? null;
  const issued = issuedBy(record, facts.storeId);
  const isRollback = record.ramp.state === "rolling-back" && intention.to === 0;
  const taken = !isRollback && isInOtherHands(title, flag, issued);
  // A new token leaves the percent as it is, so any change by a person comes before it; a decrease only if it went further.
  const overtaken =
    percent !== null &&
    (["retoken", "rotate", "refit"].includes(intention.kind)
      ? percent !== intention.to || isRetitled(title, flag, issued)
      : percent < intention.to);
  const isOnce = intention.kind === "raise" || intention.kind === "park";
  // What a person has put in meanwhile is theirs: a refit that is not seen to have happened never writes over it.
  const overfitted = intention.kind === "refit" && ours !== undefined && !sameReach(ours, flag);
  if (!isOnce && !overtaken && !taken && !overfitted) return { record, landed: null };
  // A raise, and what makes way for one, is never sent again: it is decided anew. Its late arrival must fail, so the token changes first,
  // unless a person changed the flag meanwhile: then nothing is written at all.
  const dropped = {
    ...record,
    intention: null,
    exposure: { ...record.exposure, wanted: flag.rollout },
  };
  const untouched =
    ours !== undefined && ours.title === flag.title && ours.rollout === String(flag.rollout) && !overfitted;
  return {
    record: untouched ? intendToken(gate, dropped, facts, facts.decision, facts.now) : dropped,
    landed: null,
  };
}

/** A release is done once the title is the team's own again. It ends where somebody else has changed title or percent. */
function resolveRelease(record: Pinned, intention: Intention, observation: FlagRead): Resolved {
  const { flag } = record;
  const ours =
    observation.kind === "seen" ? observation.strategies.find(({ id }) => id === flag.strategyId) : undefined;
  if (ours !== undefined && (ours.title ?? "") === intention.title) {
    return {
      record: { ...record, flag: { ...flag, title: ours.title }, intention: null },
      landed: intention,
    };
  }
  const stands = ours?.title === flag.title && ours.rollout === String(flag.rollout);
  return { record: stands ? record : { ...record, intention: null }, landed: null };
}

/** What was held and proven at the step counts when a crossing is decided anew: at 0 % nothing could be proven. */
function keptThrough(parked: Pinned, { holdMs, proof, exposure }: Pinned): Pinned {
  const since = parked.exposure.setAt;
  if (proof?.since !== exposure.setAt || since === null) return { ...parked, holdMs };
  return { ...parked, holdMs, proof: { ...proof, since } };
}

function landed(
  gate: Gate,
  record: Pinned,
  intention: Intention,
  ours: StrategySeen,
  facts: FlagFacts,
): Pinned {
  const event = facts.events?.findLast((entry) => entry.titleAfter === intention.title);
  const at = Math.min(event?.at ?? facts.now, facts.now);
  const written: FlagRecord = { ...record.flag, title: ours.title, rollout: intention.to };
  const isFitted = intention.kind === "refit" && shows(ours, intention.audience);
  const flag = isFitted ? refitted(written, ours, intention) : written;
  const cleared: Pinned = { ...record, flag, intention: null };
  const changed = intention.to === intention.from ? cleared : exposureChanged(cleared, intention.to, at);
  const verified: Pinned = {
    ...changed,
    exposure: {
      ...changed.exposure,
      wanted: intention.to,
      set: intention.to,
      // Settle runs from the change itself, hold only from its being seen.
      setAt: changed.exposure.setAt ?? facts.now,
    },
  };
  if (intention.kind === "park") return keptThrough(verified, record);
  if (intention.kind !== "raise") return verified;
  const standing = standingAt(gate, intention.step);
  return {
    ...verified,
    // Until the next pass has looked, the reasons of the step before would answer for the new one.
    because: [because("settle", "just-changed", justEntered(gate, intention))],
    // A shadow step changes no exposure, and yet its hold begins now.
    exposure: { ...verified.exposure, setAt: facts.now },
    holdMs: 0,
    ramp: standingOf(verified.ramp) === null ? verified.ramp : withStanding(verified.ramp, standing),
    run:
      verified.run === null
        ? null
        : {
            ...verified.run,
            approvals: verified.run.approvals.filter((given) => given.step > intention.step),
          },
  };
}

function justEntered(gate: Gate, { to, step }: Intention): string {
  return to === 0 ? "the shadow step has just begun" : `exposure has just gone to ${nameOfStep(gate, step)}`;
}
