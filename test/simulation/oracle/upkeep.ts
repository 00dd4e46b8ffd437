import { type Case, type Finding, each, isForgotten, overlap, strayed } from "./case.ts";
import type { FaultSpan } from "./evidence.ts";

/** A clock may be wrong by 5 s before it is told from a right one; a call may take a little time. */
const SLACK = 6_000;
/** A pass and its write lie at most so far apart. */
const IN_FLIGHT = 15_000;
const UPKEEP = "upkeep";

/** How much of a time Prometheus was certainly under maintenance, so that no clock of what is missing ran. */
export function stoodStill(own: Case, from: number, to: number): number {
  return overlap(upkeepOf(own), [UPKEEP], from, to);
}

/** From when the order was heard to the earliest that it can have ended, or to whatever was ordered next. */
function upkeepOf(own: Case): readonly FaultSpan[] {
  return own.upkeep.flatMap((order, index) => {
    const { at, heardAt: from, forMs, answer } = order;
    if (forMs === null || answer !== "done" || isForgotten(own, order.at)) return [];
    const next = own.upkeep[index + 1]?.at ?? Infinity;
    const to = Math.min(at + forMs, next);
    return to <= from || strayed(own, at, to) ? [] : [{ kind: UPKEEP, from, to, size: 0 }];
  });
}

/** From when it was dark as far as anybody could see: what answered only while nobody asked has not answered. */
function darkFrom(own: Case, dark: readonly FaultSpan[], { from }: FaultSpan): number {
  const before = dark.findLast(({ to }) => to <= from);
  if (before === undefined) return from;
  const unasked = overlap(own.faults, ["process down"], before.to, from);
  const every = Math.max(...own.definitions.map(({ everyMs }) => everyMs));
  return from - before.to - unasked <= 2 * every ? darkFrom(own, dark, before) : from;
}

/** A backup may know of an earlier darkness, and of nothing that ended it. */
function wasRestored({ faults }: Case, from: number, at: number): boolean {
  return faults.some(({ kind, to }) => kind === "store restored" && from <= to && to <= at);
}

/** Nobody is paged that Prometheus is dark before it was for long enough, and time of its maintenance does not count. */
export function checkUpkeep(own: Case): Finding {
  const dark = own.faults.filter(({ kind }) => kind === "prometheus dark");
  const paged = own.messages.flatMap(({ kind, at }) => {
    const span = dark.findLast(({ from, to }) => kind === "cannot-see" && from <= at && at <= to + IN_FLIGHT);
    if (span === undefined) return [];
    const from = darkFrom(own, dark, span);
    return strayed(own, from - IN_FLIGHT, at) || wasRestored(own, from, at) ? [] : [{ at, from }];
  });
  const least = Math.min(...own.definitions.map(({ darkPageMs }) => darkPageMs));
  return each(
    paged.filter(({ at, from }) => stoodStill(own, from, at) > 0),
    ({ at }) => at,
    ({ at, from }) => {
      const counted = at - from - stoodStill(own, from, at);
      if (stoodStill(own, at - IN_FLIGHT, at) === IN_FLIGHT)
        return "a dark Prometheus was paged while it was under maintenance";
      return counted < least - SLACK
        ? `a dark Prometheus was paged after ${counted / 1_000} s outside of its maintenance`
        : null;
    },
  );
}
