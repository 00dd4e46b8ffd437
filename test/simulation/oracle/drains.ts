import {
  type Case,
  type Finding,
  each,
  finding,
  isForgotten,
  mayHaveHappened,
  overlap,
  strayed,
} from "./case.ts";

/** Beside three passes: a pass that takes long, waiting for a dark Prometheus, and one that the store broke. */
const SLACK = 60_000;
/** Nobody can end a drain on a machine that is down, nor of a gate without a definition. */
const EXCUSES = ["process down", "definition gone"] as const;
const OVER: readonly string[] = ["rolled-back", "drain-overdue", "rolling-back"];

type Drain = { readonly from: number; readonly to: number; readonly end: string | null };

/** A drain lasts until a person says that it is done, or until its deadline; until then nobody starts anew. */
export function checkDrains(own: Case): Finding {
  const drains = own.messages
    .filter(({ kind, at }) => kind === "draining" && !isForgotten(own, at))
    .map(({ at }) => drainFrom(own, at));
  const ends = each(
    drains,
    ({ from }) => from,
    (drain) => wrongEnd(own, drain),
  );
  const starts = own.orders.filter(
    ({ what, answer, at, heardAt }) =>
      ["start", "restart"].includes(what) &&
      answer === "done" &&
      drains.some(({ from, to }) => at > from && heardAt < to),
  );
  const begun = starts.map(({ at, what }) => ({ at, says: `a ${what} was taken while the gate drained` }));
  return finding(ends.premises, [...ends.violations, ...begun, ...leftOut(own)]);
}

/** A rollback that was over at once, of a gate that drains. */
function leftOut(own: Case): Finding["violations"] {
  if (own.definitions.some(({ drainMs }) => drainMs === null)) return [];
  const told = own.messages.filter(
    ({ kind, at }) => (kind === "draining" || OVER.includes(kind)) && !isForgotten(own, at),
  );
  return told
    .filter(({ kind }, index) => kind === "rolled-back" && told[index - 1]?.kind === "rolling-back")
    .map(({ at }) => ({ at, says: "a rollback was over, and nobody waited for those on the new path" }));
}

function drainFrom(own: Case, from: number): Drain {
  const end = own.messages.find(({ kind, at }) => at > from && OVER.includes(kind));
  const restored = own.faults.find((fault) => fault.kind === "store restored" && fault.to > from)?.to;
  const finished = own.orders.find(
    ({ what, answer, at }) => what === "finish" && answer !== "refused" && at >= from,
  )?.at;
  const to = Math.min(end?.at ?? Infinity, restored ?? Infinity, finished ?? Infinity, own.endedAt);
  return { from, to, end: end !== undefined && end.at === to ? end.kind : null };
}

function wrongEnd(own: Case, { from, to, end }: Drain): string | null {
  if (strayed(own, from, to)) return null;
  const drains = own.definitions.flatMap(({ drainMs }) => drainMs ?? []);
  const [least, most] = [Math.min(...drains), Math.max(...drains)];
  if (end === "rolled-back" && !wasFinished(own, from, to)) return "a drain ended and nobody had said so";
  if (end === "drain-overdue" && to - from < least - SLACK)
    return `a drain was overdue after ${(to - from) / 1_000} s`;
  const every = Math.max(...own.definitions.map(({ everyMs }) => everyMs));
  const lasted = to - from - overlap(own.faults, EXCUSES, from, to);
  return lasted > most + 3 * every + SLACK ? `a drain lasted for ${lasted / 1_000} s` : null;
}

/** Somebody said so while it drained, or to a process that hung and may have gone on since. */
function wasFinished(own: Case, from: number, to: number): boolean {
  return own.orders.some(
    (order) =>
      order.what === "finish" &&
      mayHaveHappened(order) &&
      (order.heardAt >= from || order.answer === "none") &&
      order.at <= to,
  );
}
