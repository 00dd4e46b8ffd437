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
  spellsOf,
  startsBefore,
  stateAt,
  strayed,
} from "./case.ts";
import type { Order } from "./evidence.ts";

const IN_FLIGHT = 15_000;
/** A pass that takes long, and the look at which the machine notices that it is due. */
const SLACK = 15_000;

/** A signal that orders a rollback of a ramp that runs, paused or halted as it may be, is obeyed within three passes. */
export function checkVerdictsObeyed(own: Case): Finding {
  const [every, lasts] = [
    Math.max(...own.definitions.map(({ everyMs }) => everyMs)),
    Math.max(...own.definitions.map(({ lastsMs }) => lastsMs)),
  ];
  const within = lasts + 3 * every + SLACK;
  const ordering = spellsOf(own, ["rollback"]).filter(
    ({ name, at, to }) =>
      to - at >= within &&
      own.definitions.every(({ signals }) => signals.includes(name)) &&
      isArmed(own, at) &&
      isUndisturbed(own, at, at + within),
  );
  return each(
    ordering,
    ({ at }) => at + within,
    ({ name, at }) => {
      const isStep = own.definitions.some(({ stepping }) => stepping.includes(name));
      const settles = isStep ? Math.max(...own.definitions.map(({ settleMs }) => settleMs)) : 0;
      const told = own.messages.some(
        (message) =>
          message.at <= at + within &&
          ((message.kind === "rolling-back" && message.at >= at) ||
            // What went a step back has to settle there before it goes on.
            (isStep && message.kind === "stepping-back" && message.at >= at - settles - within)),
      );
      const percent = exposureOf(stateAt(own.changes, at + within));
      return told || percent === 0
        ? null
        : `${name} said rollback for ${within / 1_000} s, and ${percent}% stayed`;
    },
  );
}

const ENDS: readonly string[] = ["rolling-back", "rolled-back", "finished"];

/** A run is under way, and its own strategy exposes somebody. */
function isArmed(own: Case, at: number): boolean {
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

const DISTURBS = ["process down", "prometheus dark", "definition gone"] as const;

/** Orders after which another run, or another percent, is in force. */
const TURNS: readonly string[] = ["start", "restart", "abort", "finish", "adopt-flag", "adopt-definition"];

/** Nobody turned it another way meanwhile, and nothing kept the machine from seeing it. */
function isUndisturbed(own: Case, from: number, to: number): boolean {
  const within = (at: number): boolean => at >= from - IN_FLIGHT && at <= to;
  const settle = Math.max(...own.definitions.map(({ settleMs }) => settleMs));
  return (
    overlap(own.faults, DISTURBS, from - IN_FLIGHT, to) === 0 &&
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

/** While these last nothing may grow. */
const CLOSED = ["stop switch on", "stop switch unknown", "served unknown", "process lags"] as const;

/** No raise is decided while the stop switch is on or cannot be read, nor by a process that lags. */
export function checkLocks(own: Case): Finding {
  const spans = own.faults.filter(({ kind }) => CLOSED.some((closed) => closed === kind));
  return finding(
    spans.length,
    spans.flatMap(({ kind, from, to }) =>
      own.asked
        .filter(({ at }) => at > from + IN_FLIGHT && at < to)
        .map((raise) => ({ at: raise.at, says: `a raise to ${raise.to}% was sent during: ${kind}` })),
    ),
  );
}

/** Until somebody says `act`, and again after `observe`, a gate is watched and raises nothing. */
export function checkObserving(own: Case): Finding {
  const said = own.orders.filter(({ what }) => what === "act" || what === "observe");
  const observed = said.filter((order) => isHeardObserve(order) && !isForgotten(own, order.at));
  const from = [own.definitions[0]?.from ?? 0, ...observed.map(({ heardAt }) => heardAt)];
  return finding(
    from.length,
    from.flatMap((since) => {
      const acts = said.find(
        (order) => order.what === "act" && order.heardAt >= since && mayHaveHappened(order),
      );
      const until = acts?.at ?? Infinity;
      return own.asked
        .filter(({ at }) => at > since + IN_FLIGHT && at < until)
        .map(({ at, to }) => ({ at, says: `a gate that only observes sent a raise to ${to}%` }));
    }),
  );
}

function isHeardObserve({ what, answer }: Order): boolean {
  return what === "observe" && answer === "done";
}
