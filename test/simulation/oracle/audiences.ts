import { AGREES, type Case, type Finding, OURS, each, mayHaveHappened } from "./case.ts";
import type { FlagChange, StrategyFact } from "./evidence.ts";
import { isBare, isRefit, isSameReach, reachesOf } from "./levels.ts";

/** Unleash reads a strategy and writes it back in two steps: who wrote in between is run over without anybody's fault. */
const RACE = 1_000;
/** A write whose answer is waited for arrives within this time. */
const IN_FLIGHT = 5_000;

/** Whom a flag reaches is changed by us while nobody is exposed, and only where it was us who had said so. */
export function checkAudiences(own: Case): Finding {
  const reaches = reachesOf(own.definitions);
  const refits =
    reaches.length === 0 ? [] : own.log.filter((change) => change.by === OURS && isRefit(change));
  return each(
    refits,
    ({ at }) => at,
    (change) => {
      const [before, after] = [change.before.strategies[0], change.after.strategies[0]];
      if (before === undefined || after === undefined) return null;
      if (before.rollout !== "0" || after.rollout !== "0")
        return `whom the flag reaches was changed between ${before.rollout}% and ${after.rollout}%`;
      const isKnown = isBare(before) || reaches.some((reach) => isSameReach(reach, before));
      if (
        !isRace(own, change) &&
        !arrivesLate(own, change) &&
        (!isKnown || isOfPeople(own, before, change.at))
      )
        return "constraints or segments that somebody else had put in were written over";
      return null;
    },
  );
}

function isRace(own: Case, change: FlagChange): boolean {
  const before = own.log[own.log.indexOf(change) - 1];
  return before !== undefined && before.by !== OURS && change.at - before.at <= RACE;
}

/** Whether it was sent before anybody else said whom the flag is for: a late blind write put back the title that it tests. */
function arrivesLate(own: Case, change: FlagChange): boolean {
  const title = change.after.strategies[0]?.title;
  const sent = own.requests.find((request) => request.title === title)?.at ?? change.at;
  return own.log.some(
    (other) => other.by !== OURS && isRefit(other) && other.at >= sent && other.at < change.at,
  );
}

/** A write that arrived long after it was sent is on record only where somebody has seen it arrive. */
function wasLate(own: Case, { at, after }: FlagChange): boolean {
  const title = after.strategies[0]?.title;
  // Of a write that is sent again and again the first one may be what arrives.
  const sent = own.requests.find((request) => request.title === title)?.at ?? at;
  return at - sent > IN_FLIGHT;
}

/**
 * Whether a person had put that in last, and it is not what the ramp was to go on with: what we had put in ourselves, be it
 * that a backup alone still tells of it, or what stood there when a person agreed.
 */
function isOfPeople(own: Case, now: StrategyFact, at: number): boolean {
  if (isBare(now)) return false;
  const refits = own.log.filter((change) => change.at < at && isRefit(change));
  const put = refits.at(-1);
  if (put === undefined || put.by === OURS) return false;
  const written = refits.filter(({ by }) => by === OURS);
  const isRemembered = own.faults.some(({ kind, to }) => kind === "store restored" && to <= at);
  const known = written.filter((change) => !wasLate(own, change));
  const since = isRemembered ? 0 : (known.at(-1)?.at ?? 0);
  const agreed = own.orders
    .filter((order) => AGREES.includes(order.what) && mayHaveHappened(order) && order.heardAt >= since)
    .flatMap((order) => [order.at, Math.min(order.heardAt, at)])
    .map((instant) => own.log.findLast((change) => change.at <= instant)?.after);
  const states = [...agreed, ...written.filter((change) => change.at >= since).map(({ after }) => after)];
  return !states.some((state) => {
    const strategy = state?.strategies[0];
    return strategy !== undefined && isSameReach(strategy, now);
  });
}
