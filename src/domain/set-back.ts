import type { Instant, Millis } from "./instant.ts";
import type { Ramp } from "./ramp.ts";
import type { GateRecord } from "./record.ts";

/**
 * The record when the wall clock was set back since the last pass: what of a cooldown, of a drain and of the rungs of a
 * rollback is over stays over, so that none of them waits until the clock is again where it was.
 */
export function afterSetBack(record: GateRecord, now: Instant): GateRecord {
  const { ramp, intention, lastPass } = record;
  const back = (lastPass?.at ?? now) - now;
  if (back <= 0) return record;
  const isUnderWay = ramp.state === "rolling-back" && intention !== null;
  return {
    ...record,
    ramp: earlier(ramp, back),
    intention: isUnderWay ? { ...intention, at: intention.at - back } : intention,
  };
}

function earlier(ramp: Ramp, back: Millis): Ramp {
  if (ramp.state === "rolled-back") return { ...ramp, since: ramp.since - back };
  if (ramp.state === "draining") return { ...ramp, since: ramp.since - back, until: ramp.until - back };
  if (ramp.state !== "rolling-back") return ramp;
  const at = (instant: Instant | null): Instant | null => (instant === null ? null : instant - back);
  const { firstAt, servedLateSince } = ramp.verification;
  return {
    ...ramp,
    since: ramp.since - back,
    verification: { firstAt: at(firstAt), servedLateSince: at(servedLateSince) },
    pagedAt: at(ramp.pagedAt),
  };
}
