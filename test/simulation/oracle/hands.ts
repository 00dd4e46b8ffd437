import {
  type Case,
  AGREES,
  type Finding,
  HELPLESS,
  OURS,
  each,
  exposureOf,
  isForgotten,
  mayHaveHappened,
  overlap,
  stateAt,
} from "./case.ts";
import type { FlagChange, FlagState, Order, StrategyFact } from "./evidence.ts";
import { type Rotation, rotationBy, rotationsOf, wrongRotation } from "./rotations.ts";
import { wasRead } from "./raises.ts";

/** Orders of a person about a flag whose token is not ours: take it as it is, or write what is on record. */
const TAKES_TOKEN: readonly string[] = ["adopt-flag", "restore"];
const GOES_ON: readonly string[] = ["start", "restart", "resume"];
const RESTORED = "a restored store";
const IN_FLIGHT = 15_000;

/** What a person lowered to is never exceeded by us, but for a race that is given back. */
export function checkHumanWins(own: Case): Finding {
  const every = Math.max(...own.definitions.map(({ everyMs }) => everyMs));
  const lowered = own.changes.filter(
    (change, index) =>
      change.by !== OURS &&
      exposureOf(change.after) < exposureOf(change.before) &&
      exposureOf(change.after) < levelBefore(own, index) &&
      !wasMetUnseen(own, change),
  );
  return each(
    lowered,
    ({ at }) => at,
    (change) => {
      const value = exposureOf(change.after);
      const until = liftedAt(own, change);
      const later = own.changes.slice(own.changes.indexOf(change) + 1);
      const above = later.find(
        ({ at, by, after, before }) =>
          by === OURS && at < until && exposureOf(after) > value && exposureOf(after) > exposureOf(before),
      );
      if (above === undefined) return null;
      const raised = `a person's ${value}% was raised to ${exposureOf(above.after)}%`;
      if (!wasRace(own, change, above)) return raised;
      const back =
        own.changes.find(({ at, after }) => at >= above.at && exposureOf(after) <= value)?.at ?? own.endedAt;
      const end = Math.min(back, until);
      const lasted = end - above.at - overlap(own.faults, HELPLESS, above.at, end);
      return lasted <= 3 * every + 2 * IN_FLIGHT ? null : `${raised} in a race and not given back`;
    },
  );
}

/** A decrease of ours went as far in the same moment, and the log, which alone tells of theirs, could not be read. */
function wasMetUnseen(own: Case, change: FlagChange): boolean {
  const next = own.changes[own.changes.indexOf(change) + 1];
  return (
    next?.by === OURS &&
    next.at - change.at <= 1_000 &&
    exposureOf(next.after) <= exposureOf(change.after) &&
    overlap(own.faults, ["event log down"], change.at, change.at + IN_FLIGHT) > 0
  );
}

/**
 * Where the ramp stood by its own last move, or by what a person started or adopted; a hand's raise above is not its own, nor
 * does a new token over it make it that.
 */
function levelBefore(own: Case, index: number): number {
  const before = own.changes.slice(0, index);
  const written = before.findLast(
    (change) => change.by === OURS && exposureOf(change.before) !== exposureOf(change.after),
  );
  const since = written?.at ?? 0;
  const agreed = own.orders.findLast(
    (order) =>
      AGREES.includes(order.what) &&
      mayHaveHappened(order) &&
      !isForgotten(own, order.at) &&
      order.at > since &&
      order.at <= (own.changes[index]?.at ?? 0),
  );
  if (agreed === undefined) return exposureOf(written?.after ?? null);
  // It may have been taken as it stood when the order was given, or when it was answered.
  return Math.max(...[agreed.at, agreed.heardAt].map((at) => exposureOf(stateAt(own.changes, at))));
}

/** Until a person lets it grow again, by an order or by the flag itself. */
function liftedAt(own: Case, change: FlagChange): number {
  const order = own.orders.find(
    ({ what, heardAt, answer }) => AGREES.includes(what) && answer !== "refused" && heardAt >= change.at,
  );
  const hand = own.changes.find(
    (other) =>
      other.by !== OURS &&
      other.at >= change.at &&
      other !== change &&
      exposureOf(other.after) > exposureOf(change.after),
  );
  return Math.min(order?.at ?? Number.POSITIVE_INFINITY, hand?.at ?? Number.POSITIVE_INFINITY);
}

/** Unleash reads a strategy and writes it back in two steps: who wrote in between is run over without anybody's fault. */
function wasRace(own: Case, lowered: FlagChange, above: FlagChange): boolean {
  const next = own.changes[own.changes.indexOf(lowered) + 1];
  return next === above && above.at - lowered.at <= 1_000;
}

/** Nothing is raised on a flag whose audience or strategies are not those that a person started or adopted. */
export function checkNoRepair(own: Case): Finding {
  const patience = 2 * Math.max(...own.definitions.map(({ everyMs }) => everyMs)) + IN_FLIGHT;
  return each(
    own.raises,
    ({ request }) => request.at,
    ({ request, to }) => {
      const orders = own.orders.filter(
        (order) => AGREES.includes(order.what) && order.at <= request.at && mayHaveHappened(order),
      );
      // Of an order without an answer nobody knows whether it was carried out.
      const certain = orders.slice(
        Math.max(
          0,
          orders.findLastIndex(({ answer }) => answer === "done"),
        ),
      );
      const [agreed] = certain;
      if (agreed === undefined) return null;
      const found = certain.flatMap((order) => mayHaveAgreedOn(own, order, request.at, patience));
      // Whom a restart reaches first is its own affair.
      const rotations = rotationsOf(own).filter(({ at }) => at >= agreed.at && at <= request.at);
      const rotated = rotations.flatMap((rotation) => found.map((state) => rotate(state, rotation)));
      const seen = [...found, ...rotated].map(audience);
      const differs = (state: FlagState | null): boolean => !seen.includes(audience(state));
      if (!differs(stateAt(own.changes, request.at))) return null;
      const since = own.changes.findLast(({ at, before }) => at <= request.at && !differs(before))?.at ?? 0;
      return request.at - since > patience
        ? `raised to ${to}% for another audience than the one agreed on`
        : null;
    },
  );
}

/** The flag as it stood when the order was given, when it was answered, or at any time until what hung over it had gone on. */
function mayHaveAgreedOn(
  own: Case,
  { at, heardAt, answer }: Order,
  before: number,
  patience: number,
): readonly (FlagState | null)[] {
  const hang = own.faults.find(
    ({ kind, from, to }) => kind === "process hung" && from <= heardAt && to >= heardAt,
  );
  const until = Math.min(answer === "none" && hang !== undefined ? hang.to + patience : heardAt, before);
  const meanwhile =
    until > heardAt ? own.changes.filter((change) => change.at > at && change.at <= until) : [];
  return [
    ...[at, Math.min(heardAt, before)].map((instant) => stateAt(own.changes, instant)),
    ...meanwhile.map(({ after }) => after),
  ];
}

function rotate(state: FlagState | null, { strategy, to: { groupId } }: Rotation): FlagState | null {
  if (state === null) return null;
  const strategies = state.strategies.map((own) => (own.id === strategy ? { ...own, groupId } : own));
  return { ...state, strategies };
}

/** All of a flag that is not ours to write. */
function audience(state: FlagState | null): string {
  if (state === null) return "";
  const { strategies, ...place } = state;
  return JSON.stringify([place, strategies.map(withoutOurs)]);
}

function withoutOurs(strategy: StrategyFact): object {
  return { ...strategy, rollout: null, title: null };
}

/**
 * A write of ours changes the percent and the title of one strategy, at a restart that rotates its groupId besides, or
 * switches the environment off; nothing else, ever.
 */
export function checkMinimalTouch(own: Case): Finding {
  const ours = own.changes.filter(({ by }) => by === OURS);
  return each(
    ours,
    ({ at }) => at,
    (change) => {
      const { before, after } = change;
      if (!before.enabled && after.enabled) return "an environment was switched on";
      const touched = after.strategies.filter((strategy, index) => strategy !== before.strategies[index]);
      const off = before.enabled && !after.enabled;
      if (touched.length > (off ? 0 : 1)) return "more than one strategy was written";
      const rotation = rotationBy(change);
      const known = rotation === null ? before : rotate(before, rotation);
      const same = audience({ ...after, enabled: before.enabled }) === audience(known);
      if (same && rotation !== null) return wrongRotation(own, rotation);
      return same ? null : "a write of ours changed more than percent and title";
    },
  );
}

/** On a token of another store, or under a store that lost what was written, nothing is raised before a person agrees. */
export function checkForeignStore(own: Case): Finding {
  const foreign = own.changes
    .filter(
      ({ by, after }) =>
        by !== OURS && after.strategies.some(({ title }) => title?.includes("#zzz.") === true),
    )
    .filter((change) => titles(change.before) !== titles(change.after) && !isPutBack(own, change))
    .map(({ at, after }) => ({ at, what: "a token of another store", title: titles(after) }));
  // What was sent before the backup, and arrived after it, is on record there.
  const isOnRecord = (state: FlagState | null, from: number): boolean =>
    own.requests.some(
      (request) =>
        request.at <= from &&
        state?.strategies.some(({ title }) => title !== null && title === request.title) === true,
    );
  // Where such a write has taken the place of what is forgotten, nothing tells of it any more.
  const isLost = (from: number, to: number): boolean => {
    const lost = own.changes.filter(
      ({ by, at, after }) => by === OURS && at > from && at < to && !isOnRecord(after, from),
    );
    // One new token with the percent unchanged may have been on record there, and not sent yet.
    const [only, ...others] = lost;
    const isPending =
      only !== undefined && others.length === 0 && exposureOf(only.before) === exposureOf(only.after);
    return lost.length > 0 && !isPending && !isOnRecord(stateAt(own.changes, to), from);
  };
  const restored = own.faults
    .filter(({ kind, from, to }) => kind === "store restored" && isLost(from, to))
    .map(({ to }) => ({ at: to, what: RESTORED, title: titles(stateAt(own.changes, to)) }));
  return each(
    [...foreign, ...restored],
    ({ at }) => at,
    ({ at, what, title }) => {
      // A start is a person's word, but does not make the token of another store ours; once something else stands in its place it means nothing any more.
      const agreed = own.orders.find(
        (order) =>
          order.heardAt >= at &&
          mayHaveHappened(order) &&
          (TAKES_TOKEN.includes(order.what) ||
            (what === RESTORED && AGREES.includes(order.what)) ||
            (GOES_ON.includes(order.what) && titles(stateAt(own.changes, order.at)) !== title)),
      );
      const retitled = own.changes.find(
        (change) => change.by !== OURS && change.at > at && titles(change.before) !== titles(change.after),
      );
      const until = Math.min(
        agreed?.at ?? Number.POSITIVE_INFINITY,
        retitled?.at ?? Number.POSITIVE_INFINITY,
      );
      const raise = own.asked.find((request) => request.at > at + IN_FLIGHT && request.at < until);
      return raise === undefined ? null : `a raise to ${raise.to}% was sent on ${what}`;
    },
  );
}

/** Whether a write of ours that was sent while that very title stood there for the first time takes its place again. */
function arrivesLate(own: Case, change: FlagChange): boolean {
  const next = own.changes.find(({ at }) => at > change.at);
  return own.requests.some(
    ({ at, title, kind }) =>
      kind === "percent" && at < change.at && next?.after.strategies.some((after) => after.title === title),
  );
}

/** Whether a person had agreed to that very title, and nobody read what stood in its place since, or a late write takes it. */
function isPutBack(own: Case, change: FlagChange): boolean {
  const earlier = own.changes.filter(({ at }) => at < change.at);
  const same = earlier.findLast(({ by, after }) => by !== OURS && titles(after) === titles(change.after));
  const between = earlier.at(-1)?.at ?? 0;
  return (
    same !== undefined &&
    own.orders.some(
      (order) =>
        TAKES_TOKEN.includes(order.what) &&
        order.heardAt >= same.at &&
        order.at <= between &&
        mayHaveHappened(order),
    ) &&
    (!wasRead(own, between, change.at) || arrivesLate(own, change))
  );
}

function titles(state: FlagState | null): string {
  return JSON.stringify(state?.strategies.map(({ title }) => title));
}
