import {
  type Case,
  OURS,
  exposureOf,
  isForgotten,
  mayHaveHappened,
  overlap,
  startsBefore,
  stateAt,
  strayed,
} from "./case.ts";

/** A pass and its write lie at most so far apart. */
export const IN_FLIGHT = 15_000;
/** A pass that takes long, and the look at which the machine notices that it is due. */
export const SEEN_WITHIN = 15_000;

const ENDS: readonly string[] = ["rolling-back", "rolled-back", "finished"];

/** A run is under way, and its own strategy exposes somebody. */
export function isArmed(own: Case, at: number): boolean {
  const start = startsBefore(own, at).findLast(({ answer }) => answer === "done");
  if (start === undefined || start.heardAt > at || isForgotten(own, start.at)) return false;
  const ended = own.messages.some(
    (message) => ENDS.includes(message.kind) && message.at >= start.at && message.at <= at,
  );
  const left = own.orders.some(
    (order) => order.what === "abort" && order.at >= start.at && order.at <= at && mayHaveHappened(order),
  );
  const state = stateAt(own.changes, at);
  const written = own.requests.findLast(({ kind, at: sent }) => kind === "percent" && sent <= at);
  return (
    !ended &&
    !left &&
    state !== null &&
    state.project === "default" &&
    exposureOf(state) > 0 &&
    state.strategies[0]?.id === written?.strategy
  );
}

/** While one of these lasts no pass may have seen what a signal said. */
export const UNSEEN = ["process down", "prometheus dark", "definition gone"] as const;

/** Orders after which another run, or another percent, is in force. */
const TURNS: readonly string[] = ["start", "restart", "abort", "finish", "adopt-flag", "adopt-definition"];

/** Nobody turned it another way meanwhile, and nothing kept the machine from seeing it. */
export function isUndisturbed(own: Case, from: number, to: number): boolean {
  const within = (at: number): boolean => at >= from - IN_FLIGHT && at <= to;
  const settle = Math.max(...own.definitions.map(({ settleMs }) => settleMs));
  return (
    overlap(own.faults, UNSEEN, from - IN_FLIGHT, to) === 0 &&
    !strayed(own, from - IN_FLIGHT, to) &&
    // What a restored store finds on the flag is a change to it, and readings settle from there.
    !own.faults.some(
      ({ kind, to: at }) => kind === "store restored" && at >= from - IN_FLIGHT - settle && at <= to,
    ) &&
    !own.orders.some(
      (order) =>
        TURNS.includes(order.what) && mayHaveHappened(order) && (within(order.at) || within(order.heardAt)),
    ) &&
    !own.changes.some(
      ({ at, by, before, after }) => within(at) && (by !== OURS || exposureOf(after) > exposureOf(before)),
    ) &&
    !own.messages.some(({ kind, at }) => kind === "finished" && within(at))
  );
}
