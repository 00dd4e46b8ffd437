import type { Evidence } from "./oracle/evidence.ts";
import type { Violation } from "./oracle/oracle.ts";

/**
 * Defects of the engine that are known and not mended yet: what the simulation finds of them is counted and shown, and is
 * no failure. A mended one is taken out of here.
 */
export type KnownDefect = {
  readonly name: string;
  readonly says: string;
  readonly explains: (violation: Violation, evidence: Evidence) => boolean;
};

/** Longer than anything settles here. */
const SETTLE_AT_MOST = 90_000;
const MINUTE = 60_000;

export const KNOWN_DEFECTS: readonly KnownDefect[] = [
  {
    name: "start forgets a hand",
    says: "a start that finds another percent than the last pass did lets nothing settle from that change",
    explains: ({ invariant, gate, at }, { orders }) =>
      invariant === "S1" &&
      orders.some((order) => order.gate === gate && isStart(order) && isJustBefore(order.at, at)),
  },
  {
    name: "settle by a wrong clock",
    says: "a change noted while the wall clock is behind has settled at once when the clock is put right",
    explains: ({ invariant, at }, { faults }) =>
      invariant === "S1" &&
      faults.some(({ kind, size, from }) => kind === "clock jump" && size > 0 && isJustBefore(from, at)),
  },
  {
    name: "own write erases a token",
    says: "a write that was under way, or `raised: revert`, goes over a token that is foreign or newer than the store",
    explains: ({ invariant, gate, at }, { changes, definitions, faults }) => {
      // On a store that was restored it also takes back, or settles from, what only the token told of.
      if (["S1", "S10", "S30"].includes(invariant)) {
        return faults.some(
          ({ kind, from, to }) => kind === "store restored" && from <= at && at - to < 5 * MINUTE,
        );
      }
      if (invariant !== "S28") return false;
      const flag = definitions.find((fact) => fact.gate === gate)?.flag;
      const first = changes.find(
        (change) => change.flag === flag && change.at > at && change.by === "rampart",
      );
      return first !== undefined && titleOf(first.before) !== titleOf(first.after);
    },
  },
  {
    name: "late raise hides a hand",
    says: "a person's decrease of a raise that arrived late is taken for that late raise, and is no ceiling",
    explains: ({ invariant, gate, at }, { changes, definitions, messages }) => {
      if (invariant !== "S10") return false;
      const flag = definitions.find((fact) => fact.gate === gate)?.flag;
      const own = changes.findLast(
        (change) => change.flag === flag && change.at < at && change.by === "rampart",
      );
      return !messages.some(
        (message) =>
          message.gate === gate &&
          message.kind === "advanced" &&
          message.at >= (own?.at ?? 0) &&
          message.at <= at,
      );
    },
  },
  {
    name: "verified by what was not read",
    says: "a rollback is told as over where the percent could not be read, or another strategy stands in place of ours",
    explains: ({ invariant, gate, at }, { changes, requests, definitions }) => {
      if (invariant !== "S6b") return false;
      const flag = definitions.find((fact) => fact.gate === gate)?.flag;
      const state = changes.findLast((change) => change.flag === flag && change.at <= at)?.after;
      const written = requests.findLast(
        (request) => request.flag === flag && request.strategy !== null && request.at <= at,
      );
      const own = state?.strategies.find(({ id }) => id === written?.strategy);
      return state?.project === "elsewhere" || own === undefined || Number(own.rollout) > 100;
    },
  },
  {
    name: "a raise is sent again",
    says: "while the flag cannot be read a raise without an answer is sent again at each pass, whatever the signals say by then",
    explains: ({ invariant, gate, at }, { requests, faults, definitions }) => {
      const flag = definitions.find((fact) => fact.gate === gate)?.flag;
      const sent = requests.find(
        (request) => request.flag === flag && request.at === at && request.kind === "percent",
      );
      const again = requests.filter(({ title }) => title === sent?.title).length > 1;
      const unread = faults.some(
        ({ kind, from, to }) => kind === "unleash down" && from - MINUTE < at && at < to + MINUTE,
      );
      return ["S1", "S4", "S12", "S22"].includes(invariant) && again && unread;
    },
  },
  {
    name: "adopting lifts a pause",
    says: "a paused ramp that drift has halted goes on after adopt-flag, though nobody resumed it",
    explains: ({ invariant, gate, at }, { orders }) =>
      (invariant === "S5" || invariant === "S7") &&
      orders.some(
        (order) => order.gate === gate && ["pause", "reject"].includes(order.what) && near(order.heardAt, at),
      ) &&
      orders.some(
        (order) =>
          order.gate === gate &&
          order.what === "adopt-flag" &&
          order.answer !== "refused" &&
          order.heardAt > at,
      ),
  },
];

function isStart({ what, answer }: Evidence["orders"][number]): boolean {
  return (what === "start" || what === "restart") && answer !== "refused";
}

function isJustBefore(instant: number, at: number): boolean {
  return instant <= at && at - instant <= SETTLE_AT_MOST;
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) < MINUTE;
}

function titleOf({ strategies }: Evidence["changes"][number]["after"]): string | null {
  return strategies[0]?.title ?? null;
}
