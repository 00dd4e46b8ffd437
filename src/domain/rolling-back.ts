import { REASSERT_FOR } from "./absorb.ts";
import { type Draft, type PassFacts, tell, withRamp } from "./draft.ts";
import { exposedPercent } from "./drift.ts";
import type { Gate } from "./gate.ts";
import { because } from "./because.ts";
import { type Instant, MINUTE, type Millis, SECOND } from "./instant.ts";
import type { Percent } from "./percent.ts";
import type { Ramp } from "./ramp.ts";
import type { GateRecord } from "./record.ts";
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
const NOT_SERVED = because("state", "served-late", "set to 0%, but SDKs do not show it yet", {
  opens: "look why the SDKs of this environment do not poll Unleash",
});

type RollingBack = Extract<Ramp, { state: "rolling-back" }>;

/** What keeps a rollback from its end for longer than it should take; null while it is in time. */
export function lateness(ramp: RollingBack, now: Instant): Because | null {
  const since = ramp.verification.servedLateSince;
  if (since !== null) return now - since < SERVED_LATE ? null : NOT_SERVED;
  return ramp.rung === "rollout" ? null : NOT_WRITTEN;
}

/** Drives a rollback to its end: climbs the ladder while *set* resists, and ends only when set and served both show it. */
export function verify(gate: Gate, draft: Draft, ramp: RollingBack, facts: PassFacts): Draft {
  const { intention, exposure, drift } = draft.record;
  const written = intention === null || isUnwritable(draft.record);
  // Behind a switched-off environment a percent that somebody wrote exposes nobody, until it is switched on again.
  const loose = drift.some(({ kind }) => kind === "raised" || kind === "rollout-unreadable");
  if (!written || loose || percentRead(draft.record, facts) !== 0) return climb(gate, draft, ramp, facts);
  if (exposure.served !== 0) return waitForServed(draft, ramp, facts);

  const firstAt = ramp.verification.firstAt ?? facts.now;
  if (facts.now - firstAt < BETWEEN_CHECKS) {
    return withRamp(draft, { ...ramp, verification: { firstAt, servedLateSince: null } });
  }
  const rolledBack: GateRecord = {
    ...draft.record,
    ramp: {
      state: "rolled-back",
      since: facts.now,
      fromPercent: ramp.fromPercent,
      causes: ramp.causes,
    },
    intention: null,
    reassertUntil: facts.now + REASSERT_FOR,
  };
  return tell({ ...draft, record: rolledBack }, { kind: "rolled-back", page: false, causes: ramp.causes });
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
  const order = { kind: "lower", to: 0, step: 0, decision: facts.decision, at: facts.now } as const;
  const pending = draft.record.intention;
  const record = pending === null ? intend(gate, draft.record, facts, order) : draft.record;
  const late = pending !== null && facts.now - pending.at >= FIRST_RUNG;
  const rung = late ? "environment-off" : ramp.rung;
  const next: RollingBack = { ...ramp, rung, verification: { firstAt: null, servedLateSince: null } };
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

function waitForServed(draft: Draft, ramp: RollingBack, facts: PassFacts): Draft {
  const since = ramp.verification.servedLateSince ?? facts.now;
  const next: RollingBack = { ...ramp, verification: { firstAt: null, servedLateSince: since } };
  const pageDue = ramp.pagedAt === null || facts.now - ramp.pagedAt >= PAGE_AGAIN;
  if (facts.now - since < SERVED_LATE || !pageDue) return withRamp(draft, next);
  return tell(withRamp(draft, { ...next, pagedAt: facts.now }), {
    kind: "rollback-late",
    page: true,
    causes: [NOT_SERVED],
  });
}
