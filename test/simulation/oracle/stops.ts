import {
  type Case,
  type Finding,
  HELPLESS,
  definitionsAt,
  each,
  exposureOf,
  isForgotten,
  mayHaveHappened,
  overlap,
  stateAt,
} from "./case.ts";
import type { Order } from "./evidence.ts";

/** Something that ends growth until one of these orders of a person. */
type Stop = {
  readonly at: number;
  readonly what: string;
  readonly lifts: readonly string[];
  /** The most that a rollback leaves: 0, or the step below of one that goes no further. */
  readonly to: number;
};

/** A raise that was decided before a stop may be on its way for this long. */
const IN_FLIGHT = 15_000;
const BEGIN = ["start", "restart"] as const;
const BY_ORDER: Readonly<Record<string, readonly string[]>> = {
  pause: ["resume", ...BEGIN],
  rollback: BEGIN,
  reject: ["resume", ...BEGIN],
  abort: BEGIN,
  observe: BEGIN,
};
const BY_MESSAGE: Readonly<Record<string, readonly string[]>> = {
  paused: ["resume", ...BEGIN],
  halted: ["resume", "adopt-flag", ...BEGIN],
  "stepping-back": ["resume", "adopt-flag", ...BEGIN],
  "rolling-back": BEGIN,
  draining: BEGIN,
  "rolled-back": BEGIN,
  finished: BEGIN,
};
/** Beside three passes: the time for writes that get lost and are repeated. */
const LANDS_WITHIN = 60_000;
function stopsOf(own: Case): readonly Stop[] {
  const ordered = own.orders
    .filter(({ what, answer }) => answer === "done" && BY_ORDER[what] !== undefined)
    .map(({ what, heardAt }) => ({ at: heardAt, what, lifts: BY_ORDER[what] ?? [], to: 0 }));
  const told = own.messages
    .filter(({ kind }) => BY_MESSAGE[kind] !== undefined)
    .map(({ at, kind }) => ({
      at,
      what: kind,
      lifts: BY_MESSAGE[kind] ?? [],
      to: kind === "stepping-back" ? Math.max(0, ...stepsBelow(own, at)) : 0,
    }));
  return [...ordered, ...told].filter(({ at }) => !isForgotten(own, at));
}

/** The highest declared step below what stands there, by each definition that the run may be pinned to. */
export function stepsBelow(own: Case, at: number): readonly number[] {
  // What it orders may arrive in the very millisecond in which it is told.
  const percent = exposureOf(stateAt(own.changes, at - 1));
  return definitionsAt(own, at).map(({ steps }) =>
    Math.max(0, ...steps.map(({ to }) => to).filter((to) => to < percent)),
  );
}

function liftOf(own: Case, stop: Stop): Order | undefined {
  return own.orders.find(
    (order) => stop.lifts.includes(order.what) && mayHaveHappened(order) && order.heardAt >= stop.at,
  );
}

/** After a stop nothing is raised until a person says so, whatever dies or restarts meanwhile. */
export function checkLatch(own: Case): Finding {
  return each(
    stopsOf(own),
    ({ at }) => at,
    (stop) => {
      const until = liftOf(own, stop)?.at ?? Number.POSITIVE_INFINITY;
      const raise = own.asked.find(({ at }) => at > stop.at + IN_FLIGHT && at < until);
      return raise === undefined
        ? null
        : `after ${stop.what} a raise to ${raise.to}% was sent without a person's word`;
    },
  );
}

const GO_BACK: readonly string[] = ["rollback", "rolling-back", "stepping-back"];

/** A rollback ends at 0, or at the step it goes back to, set and served, unless a person takes over. */
export function checkRollbacksLand(own: Case): Finding {
  const rollbacks = stopsOf(own).filter(({ what }) => GO_BACK.includes(what));
  const every = Math.max(...own.definitions.map(({ everyMs }) => everyMs));
  return each(
    rollbacks,
    ({ at }) => at,
    (stop) => {
      if (own.ending?.state === "rolling-back") return "a rollback was still under way at the end";
      const late = landedAfter(own, stop);
      if (late > 3 * every + LANDS_WITHIN)
        return `a rollback landed after ${Math.round(late / 1_000)} s in which it could`;
      if (liftOf(own, stop) !== undefined || wasMovedByHand(own, stop.at)) return null;
      const set = exposureOf(stateAt(own.changes, own.endedAt));
      return set <= stop.to && (own.ending?.served ?? 101) <= stop.to
        ? null
        : `a rollback ended at ${set}% set, ${own.ending?.served}% served`;
    },
  );
}

/** Between the two looks of which each must show 0 before a rollback counts as over; a call takes a little of it. */
const BETWEEN_LOOKS = 4_000;

/** "Rolled back" is told only of a flag that has stood at 0 for both looks. */
export function checkToldTruly(own: Case): Finding {
  const told = own.messages.filter(({ kind }) => kind === "rolled-back" || kind === "draining");
  return each(
    told,
    ({ at }) => at,
    ({ at }) => {
      if (endsDrain(own, at)) return stoodAbove(own, at);
      const since = at - BETWEEN_LOOKS;
      // Who stood still in between tells what was true before it.
      if (wasMovedByHand(own, since, at) || overlap(own.faults, ["process hung"], since - 60_000, at) > 0)
        return null;
      const within = own.changes.filter((change) => change.at > since && change.at <= at);
      const highest = Math.max(
        exposureOf(stateAt(own.changes, since)),
        ...within.map(({ after }) => exposureOf(after)),
      );
      if (highest > 0) return `told that it was rolled back, and it stood at ${highest}% just before`;
      return wasServed(own, since, at) ? "told that it was rolled back while SDKs still showed it" : null;
    },
  );
}

/** A drain was verified when it began. */
function endsDrain(own: Case, at: number): boolean {
  const last = own.messages.findLast((message) => message.at < at && ENDED.includes(message.kind));
  return last?.kind === "draining";
}

const ENDED: readonly string[] = ["draining", "drain-overdue", "rolling-back", "rolled-back"];

/** What is told as drained stood at 0, or somebody has raised it so lately that no pass need have seen it. */
function stoodAbove(own: Case, at: number): string | null {
  const every = Math.max(...own.definitions.map(({ everyMs }) => everyMs));
  const since = at - 3 * every - 2 * IN_FLIGHT;
  const within = own.changes.filter((change) => change.at > since && change.at <= at);
  const lowest = Math.min(
    exposureOf(stateAt(own.changes, since)),
    ...within.map(({ after }) => exposureOf(after)),
  );
  const unseen = overlap(own.faults, HELPLESS, since, at) > 0;
  return lowest === 0 || unseen ? null : `told that it was drained and rolled back at ${lowest}%`;
}

/** While this lasts SDKs show what stood so long ago, and nobody can tell while they do not answer. */
const SERVED_LATE = 100_000;

function wasServed(own: Case, from: number, to: number): boolean {
  const lasts = (kind: string): boolean =>
    own.faults.some((fault) => fault.kind === kind && fault.from < from && fault.to > to);
  if (lasts("served unknown")) return true;
  const seen = [from, to].map((at) => exposureOf(stateAt(own.changes, at - SERVED_LATE)));
  return lasts("served late") && seen.every((percent) => percent > 0);
}

/** How long a rollback took to get where it goes, without the time in which nothing could arrive; 0 where somebody acted meanwhile. */
function landedAfter(own: Case, stop: Stop): number {
  if (exposureOf(stateAt(own.changes, stop.at)) <= stop.to) return 0;
  const landed =
    own.changes.find(({ at, after }) => at >= stop.at && exposureOf(after) <= stop.to)?.at ?? own.endedAt;
  const lifted = liftOf(own, stop)?.at ?? Number.POSITIVE_INFINITY;
  if (lifted <= landed || wasMovedByHand(own, stop.at, landed)) return 0;
  return landed - stop.at - overlap(own.faults, HELPLESS, stop.at, landed);
}

export function wasMovedByHand(own: Case, since: number, until = Number.POSITIVE_INFINITY): boolean {
  return own.changes.some(({ at, by }) => by !== "rampart" && at >= since && at <= until);
}

/** A raise that was in flight when growth was stopped is gone again soon. */
export function checkRegrowth(own: Case): Finding {
  const every = Math.max(...own.definitions.map(({ everyMs }) => everyMs));
  const regrown = stopsOf(own).flatMap((stop) => {
    const lift = liftOf(own, stop)?.at ?? Number.POSITIVE_INFINITY;
    const before = exposureOf(stateAt(own.changes, stop.at));
    const found = own.raises.find(
      ({ change, to }) =>
        change.at > stop.at && change.at < lift && to > before && exposureOf(change.after) > before,
    );
    return found === undefined ? [] : [{ stop, lift, before, raise: found }];
  });
  return each(
    regrown,
    ({ stop }) => stop.at,
    ({ stop, lift, before, raise }) => {
      const from = raise.change.at;
      const later = own.changes.slice(own.changes.indexOf(raise.change) + 1);
      const back = later.find(({ after }) => exposureOf(after) <= before)?.at ?? own.endedAt;
      const until = Math.min(back, lift, takenAt(own, from), own.endedAt);
      if (wasMovedByHand(own, from, until)) return null;
      const lasted = until - from - overlap(own.faults, HELPLESS, from, until);
      return lasted <= 3 * every + 2 * IN_FLIGHT
        ? null
        : `${raise.to}% came back after ${stop.what} and stayed for ${lasted / 1_000} s`;
    },
  );
}

/** When a person took the flag as it stood, or out of the machine's hands. */
function takenAt(own: Case, from: number): number {
  const taken = own.orders.find(
    ({ what, answer, heardAt }) =>
      ["adopt-flag", "observe"].includes(what) && answer !== "refused" && heardAt >= from,
  );
  return taken?.at ?? Number.POSITIVE_INFINITY;
}

/** Whoever may lower is never refused. */
export function checkLoweringAllowed(own: Case): Finding {
  const ordered = own.orders.filter(({ what, answer }) => what === "rollback" && answer !== "none");
  return each(
    ordered,
    ({ at }) => at,
    ({ answer, code, at }) => {
      if (answer === "done" || code === "unknown-gate") return null;
      const ran = own.orders.some(
        (order) =>
          BEGIN.some((what) => what === order.what) &&
          order.at < at &&
          order.answer === "done" &&
          !isForgotten(own, order.heardAt),
      );
      // A gate that never ran has no strategy that it could lower, and at 0 % there is nothing to lower.
      const exposed = exposureOf(stateAt(own.changes, at)) > 0;
      return code === "flag" && !(ran && exposed) ? null : `a rollback was refused: ${code}`;
    },
  );
}
