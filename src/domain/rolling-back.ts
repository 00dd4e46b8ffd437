import { REASSERT_FOR } from "./absorb.ts";
import { type Draft, type PassFacts, tell, withRamp } from "./draft.ts";
import { exposedPercent } from "./drift.ts";
import type { Gate } from "./gate.ts";
import { because } from "./because.ts";
import { beginDrain } from "./draining.ts";
import { type Instant, MINUTE, type Millis, SECOND, formatMillis } from "./instant.ts";
import type { Percent } from "./percent.ts";
import type { Ramp, Verification } from "./ramp.ts";
import type { GateRecord } from "./record.ts";
import { orderBack, shrinkCauses, underCeiling } from "./shrink.ts";
import { steppedBack } from "./step-back.ts";
import { intend } from "./transition.ts";
import type { Because } from "./verdict.ts";

/** The first rung (writing `rollout`) has this long to be read back before the environment is switched off. */
const FIRST_RUNG: Millis = 30 * SECOND;
/** Verified means seen twice, at least this far apart. */
const BETWEEN_CHECKS: Millis = 5 * SECOND;
const SERVED_LATE: Millis = 60 * SECOND;
const PAGE_AGAIN: Millis = 5 * MINUTE;

const NOT_WRITTEN = because(
  "state",
  "not-written",
  "Unleash has not taken the rollback yet; it is still being tried",
  { opens: "switch the flag off in Unleash by hand" },
);

type RollingBack = Extract<Ramp, { state: "rolling-back" }>;

/** Percent a rollback goes to. */
export function targetOf({ stepBack }: RollingBack): Percent {
  return stepBack?.to ?? 0;
}

function notServed(ramp: RollingBack): Because {
  return because("state", "served-late", `set to ${targetOf(ramp)}%, but SDKs do not show it yet`, {
    opens: "look why the SDKs of this environment do not poll Unleash",
  });
}

/** What keeps a rollback from its end for longer than it should take; null while it is in time. */
export function lateness(ramp: RollingBack, now: Instant): Because | null {
  const since = ramp.verification.servedLateSince;
  if (since !== null) return now - since < SERVED_LATE ? null : notServed(ramp);
  return ramp.rung === "rollout" ? null : NOT_WRITTEN;
}

/** Drives a rollback on. Whatever asks for more than a step back turns it into a whole one; a person's decrease is its ceiling. */
export function goBack(gate: Gate, draft: Draft, ramp: RollingBack, facts: PassFacts): Draft {
  if (ramp.stepBack === undefined) return verify(gate, draft, ramp, facts);
  const { from } = ramp;
  const { causes, isWhole } = shrinkCauses(gate, draft.record, facts);
  if (isWhole && causes.length > 0) return orderBack(gate, draft, { from, causes }, facts);
  const record = underCeiling(gate, draft.record, facts)?.record ?? draft.record;
  return verify(gate, { ...draft, record }, ramp, facts);
}

/** Climbs the ladder while *set* resists; the rollback ends only when set and served both show it. */
function verify(gate: Gate, draft: Draft, ramp: RollingBack, facts: PassFacts): Draft {
  const { intention, exposure, drift } = draft.record;
  const isAtTarget = (percent: Percent | null) => percent !== null && percent <= targetOf(ramp);
  const written = intention === null || isUnwritable(draft.record);
  // Behind a switched-off environment a percent that somebody wrote exposes nobody, until it is switched on again.
  const loose = drift.some(({ kind }) => kind === "raised" || kind === "rollout-unreadable");
  const isSet = isAtTarget(percentRead(draft.record, facts));
  if (!written || loose || !isSet) return climb(gate, draft, ramp, facts);
  if (!isAtTarget(exposure.served)) return waitForServed(draft, ramp, facts);
  if (mayEcho(gate, draft.record, ramp, facts.now))
    return withRamp(draft, { ...ramp, verification: NOTHING_SEEN });

  const firstAt = ramp.verification.firstAt ?? facts.now;
  if (facts.now - firstAt < BETWEEN_CHECKS) {
    return withRamp(draft, { ...ramp, verification: { firstAt, servedLateSince: null } });
  }
  return verified(gate, draft, ramp, facts.now);
}

/** The percent a step goes back to is one that SDKs showed before: until they have seen the last raise, it proves nothing. */
function mayEcho({ flag }: Gate, { exposure }: GateRecord, { stepBack }: RollingBack, now: Instant): boolean {
  const { raisedAt } = exposure;
  if (stepBack === undefined || flag === null || raisedAt === null) return false;
  return now < raisedAt + flag.propagationMs;
}

/** What a rollback leads to: a halt after a step back, a drain where the gate has one, else the end. */
function verified(gate: Gate, draft: Draft, ramp: RollingBack, now: Instant): Draft {
  const { fromPercent, causes, stepBack } = ramp;
  const record: GateRecord = { ...draft.record, intention: null, reassertUntil: now + REASSERT_FOR };
  if (stepBack !== undefined) {
    const halted = steppedBack(gate, record, stepBack, causes, now);
    return tell({ ...draft, record: halted }, { kind: "halted", page: false, causes });
  }
  if (gate.drainMs !== undefined) return beginDrain({ ...draft, record }, gate.drainMs, ramp, now);
  const over: Ramp = { state: "rolled-back", since: now, fromPercent, causes };
  return tell(withRamp({ ...draft, record }, over), { kind: "rolled-back", page: false, causes });
}

/** A strategy or flag that no longer exists can be written no more. */
function isUnwritable({ drift }: GateRecord): boolean {
  return drift.some(({ kind }) => kind === "strategy-gone" || kind === "flag-gone");
}

/** What this very pass has read: an earlier one verifies nothing. Null when it has not read the percent. */
function percentRead({ flag }: GateRecord, { observation }: PassFacts): Percent | null {
  if (flag === null || observation === null || observation.kind === "unreadable") return null;
  return exposedPercent(flag, observation);
}

function climb(gate: Gate, draft: Draft, ramp: RollingBack, facts: PassFacts): Draft {
  const pending = draft.record.intention;
  const late = pending !== null && facts.now - pending.at >= FIRST_RUNG;
  if (ramp.stepBack !== undefined && (late || hasNotLanded(draft.record, ramp, facts.now)))
    return giveUpStep(gate, draft, ramp, facts);
  const order = { kind: "lower", decision: facts.decision, at: facts.now } as const;
  const { step, to } = ramp.stepBack ?? { step: 0, to: 0 };
  const record = pending === null ? intend(gate, draft.record, facts, { ...order, step, to }) : draft.record;
  const rung = late ? "environment-off" : ramp.rung;
  const next: RollingBack = { ...ramp, rung, verification: NOTHING_SEEN };
  const pageDue = ramp.pagedAt === null || facts.now - ramp.pagedAt >= PAGE_AGAIN;
  // The first rung has its time; the page that the rollback began is out already.
  if (ramp.rung === "rollout" || !pageDue) return withRamp({ ...draft, record }, next);
  const paged = withRamp({ ...draft, record }, { ...next, pagedAt: facts.now });
  return tell(paged, {
    kind: "rollback-late",
    page: true,
    causes: [NOT_WRITTEN],
  });
}

/** A step back is written over nobody else's token, so it may never have been sent: then its time runs from the order. */
function hasNotLanded({ flag }: GateRecord, ramp: RollingBack, now: Instant): boolean {
  return now - ramp.since >= FIRST_RUNG && (flag === null || flag.rollout > targetOf(ramp));
}

/** A step back that cannot be read back climbs as a whole rollback does: the environment is switched off, and that is 0 %. */
function giveUpStep(gate: Gate, draft: Draft, ramp: RollingBack, facts: PassFacts): Draft {
  const message = `the step back to ${targetOf(ramp)}% could not be read back within ${formatMillis(FIRST_RUNG)}`;
  const causes = [...ramp.causes, because("state", "step-back-lost", message)];
  const { stepBack: _given, ...rest } = ramp;
  const order = { kind: "lower", step: 0, to: 0, decision: facts.decision, at: facts.now } as const;
  const record: GateRecord = {
    ...intend(gate, draft.record, facts, order),
    ramp: { ...rest, causes, rung: "environment-off", verification: NOTHING_SEEN, pagedAt: facts.now },
  };
  return tell({ ...draft, record }, { kind: "rolling-back", page: true, causes });
}

const NOTHING_SEEN: Verification = { firstAt: null, servedLateSince: null };

function waitForServed(draft: Draft, ramp: RollingBack, facts: PassFacts): Draft {
  const since = ramp.verification.servedLateSince ?? facts.now;
  const next: RollingBack = { ...ramp, verification: { firstAt: null, servedLateSince: since } };
  const pageDue = ramp.pagedAt === null || facts.now - ramp.pagedAt >= PAGE_AGAIN;
  if (facts.now - since < SERVED_LATE || !pageDue) return withRamp(draft, next);
  return tell(withRamp(draft, { ...next, pagedAt: facts.now }), {
    kind: "rollback-late",
    page: true,
    causes: [notServed(ramp)],
  });
}
