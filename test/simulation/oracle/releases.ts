import {
  type Case,
  type Finding,
  OURS,
  each,
  exposureOf,
  finding,
  isForgotten,
  mayHaveHappened,
  overlap,
  stateAt,
  strayed,
} from "./case.ts";

const MINUTE = 60_000;
/** An order and its write lie at most so far apart. */
const IN_FLIGHT = 15_000;
/** A clock may be wrong by 5 s before it is told from a right one; a call may take a little time. */
const SLACK = 6_000;
/** For so long a raise of before may still arrive, and only a token in the title keeps it out. */
const MAY_ARRIVE = 10 * MINUTE;
/** After one of these the flag is the gate's again. */
const TAKES: readonly string[] = ["start", "restart", "adopt-flag", "rollback", "reject"];
const ENDS: readonly string[] = ["rolled-back", "finished"];

/** A flag is let go of when nothing of before can reach it any more, and then as its team had called it; nothing is written after that. */
export function checkReleases(own: Case): Finding {
  const released = own.messages.filter(({ kind, at }) => kind === "released" && !isForgotten(own, at));
  const after = each(
    released,
    ({ at }) => at,
    ({ at }) => {
      const until =
        own.orders.find(
          (order) => TAKES.includes(order.what) && mayHaveHappened(order) && order.heardAt >= at,
        )?.at ?? Infinity;
      const sent = own.requests.find(
        (request) => request.kind !== "read" && request.at > at + IN_FLIGHT && request.at < until,
      );
      if (sent !== undefined) return `a write of ${sent.to}% was sent to a flag that was let go of`;
      return titleLeft(own, at) ?? arrivedLate(own, at, until);
    },
  );
  const ordered = own.orders.filter(
    ({ what, answer, at }) => what === "release" && answer === "done" && !isForgotten(own, at),
  );
  const early = each(
    ordered,
    ({ at }) => at,
    ({ at }) => {
      const end =
        own.messages.findLast((message) => ENDS.includes(message.kind) && message.at <= at)?.at ?? 0;
      const isClear = end === 0 || strayed(own, end, at) || isForgotten(own, end);
      // Who stood still in between tells of an end that lies back as long.
      const slept = overlap(own.faults, ["process hung"], end - MINUTE, end);
      return isClear || at - end >= MAY_ARRIVE - SLACK - slept
        ? null
        : `a flag was let go of ${(at - end) / 1_000} s after its ramp, while a raise could still arrive`;
    },
  );
  return finding(after.premises + early.premises, [...after.violations, ...early.violations]);
}

/** The title is the team's again, and the percent is the one that was there. */
function titleLeft(own: Case, at: number): string | null {
  const last = own.changes.findLast((change) => change.by === OURS && change.at <= at);
  const byHand = own.changes.some(
    (change) => change.by !== OURS && change.at > (last?.at ?? at) && change.at <= at,
  );
  if (last === undefined || byHand) return null;
  if (exposureOf(last.before) !== exposureOf(last.after)) return "the percent was changed by letting go";
  const titles = stateAt(own.changes, at)?.strategies.map(({ title }) => title ?? "") ?? [];
  return titles.some((title) => title.includes("[rampart "))
    ? "told that the flag was let go of, and a token still stands in its title"
    : null;
}

function arrivedLate(own: Case, at: number, until: number): string | null {
  const raise = own.raises.find(
    ({ request, change }) => change.at > at && change.at < until && request.at > at - MAY_ARRIVE,
  );
  return raise === undefined ? null : `a raise to ${raise.to}% arrived after the flag was let go of`;
}
