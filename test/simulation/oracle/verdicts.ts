import { IN_FLIGHT, SEEN_WITHIN, isArmed, isUndisturbed } from "./armed.ts";
import {
  type Case,
  type Finding,
  each,
  exposureOf,
  finding,
  isForgotten,
  mayHaveHappened,
  spellsOf,
  stateAt,
} from "./case.ts";
import type { Order } from "./evidence.ts";

/** A signal that orders a rollback of a ramp that runs, paused or halted as it may be, is obeyed within three passes. */
export function checkVerdictsObeyed(own: Case): Finding {
  const [every, lasts] = [
    Math.max(...own.definitions.map(({ everyMs }) => everyMs)),
    Math.max(...own.definitions.map(({ lastsMs }) => lastsMs)),
  ];
  const within = lasts + 3 * every + SEEN_WITHIN;
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
