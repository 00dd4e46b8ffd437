import {
  type Case,
  type Finding,
  OURS,
  definitionsAt,
  each,
  exposureOf,
  mayHaveHappened,
  startsBefore,
  stateAt,
} from "./case.ts";
import type { DefinitionFact, Order } from "./evidence.ts";

/** A looser definition is taken by a person who neither started the ramp nor wrote it, with the approvals of the next step. */
export function checkAdoptions(own: Case): Finding {
  const adopted = own.orders.filter(
    ({ what, answer, at }) => what === "adopt-definition" && answer === "done" && standsClear(own, at),
  );
  const looser = adopted.flatMap((order) => {
    const before = definitionsAt(own, order.at - 1);
    const taken = standingFrom(own, order);
    const isLooser =
      taken.length > 0 && taken.every((now) => before.every((old) => loosens(old, now) && !isSame(old, now)));
    return isLooser && before.length > 0 ? [{ order, before, taken }] : [];
  });
  return each(
    looser,
    ({ order }) => order.at,
    ({ order, before, taken }) => {
      const starters = startsBefore(own, order.at).map(({ by }) => by);
      if (starters.every((by) => by === order.by)) return "who started the ramp loosened its definition";
      if (taken.every(({ authors }) => authors?.includes(order.by) === true))
        return "who wrote a looser definition adopted it";
      const given = new Set(taken.flatMap((now) => approversOf(own, now, order))).size;
      const asked = Math.min(
        ...taken.flatMap((now) => before.map((old) => demandOf(own, old, now, order.at))),
      );
      return given >= asked ? null : `a looser definition was adopted with ${given} of ${asked} approvals`;
    },
  );
}

/** The ramp stands where its own last write put it, so that its next step can be told from outside. */
function standsClear(own: Case, at: number): boolean {
  const last = own.changes.findLast((change) => change.at <= at);
  const restored = own.faults.some(
    ({ kind, to }) => kind === "store restored" && to <= at && to >= (last?.at ?? 0),
  );
  return !restored && (last === undefined || last.by === OURS);
}

/** The definitions of the file while the order was under way. */
function standingFrom(own: Case, order: Order): readonly DefinitionFact[] {
  return own.definitions.filter(
    (fact, index) => fact.from <= order.heardAt && (own.definitions[index + 1]?.from ?? Infinity) >= order.at,
  );
}

export function isSame(a: DefinitionFact, b: DefinitionFact): boolean {
  return JSON.stringify({ ...a, from: 0 }) === JSON.stringify({ ...b, from: 0 });
}

/** Shorter, with fewer people or signals, or other percents. */
function loosens(old: DefinitionFact, now: DefinitionFact): boolean {
  return (
    now.bakeMs < old.bakeMs ||
    now.steps.length !== old.steps.length ||
    old.signals.some((name) => !now.signals.includes(name)) ||
    old.steps.some((step, index) => {
      const next = now.steps[index];
      return (
        next === undefined ||
        next.to !== step.to ||
        next.holdMs < step.holdMs ||
        next.approvers < step.approvers
      );
    })
  );
}

function demandOf(own: Case, old: DefinitionFact, now: DefinitionFact, at: number): number {
  const percent = exposureOf(stateAt(own.changes, at));
  const step = old.steps.filter(({ to }) => to <= percent).length;
  // At 0 % nobody can tell from outside whether a shadow step is entered already.
  const steps = percent === 0 ? [0, step] : [step];
  const asked = Math.min(
    ...steps.map((index) => (old.steps[index]?.approvers ?? 0) || (now.steps[index]?.approvers ?? 0)),
  );
  return asked === 0 ? 0 : asked + (now.authors === null ? 1 : 0);
}

/** People who approved since there was such a file, and neither started the ramp nor wrote it. */
function approversOf(own: Case, now: DefinitionFact, adoption: Order): readonly string[] {
  const starts = startsBefore(own, adoption.at);
  const since = own.definitions.find((fact) => isSame(fact, now))?.from ?? now.from;
  return own.orders
    .filter(
      (order) =>
        order.what === "approve" &&
        mayHaveHappened(order) &&
        order.heardAt >= since &&
        order.at <= adoption.heardAt &&
        now.authors?.includes(order.by) !== true &&
        starts.some((start) => start.by !== order.by),
    )
    .map(({ by }) => by);
}
