import {
  type Case,
  type Finding,
  OURS,
  definitionsAt,
  each,
  isForgotten,
  mayHaveHappened,
  startsBefore,
  stateAt,
} from "./case.ts";
import type { FlagChange, FlagState, StrategyFact } from "./evidence.ts";

/** By the groupId Unleash spreads users over its buckets: another one puts others into the lowest. */
export type Rotation = {
  readonly at: number;
  readonly strategy: string;
  readonly from: StrategyFact;
  readonly to: StrategyFact;
};

/** Writes of ours that gave a strategy another groupId. */
export function rotationsOf(own: Case): readonly Rotation[] {
  return own.changes.flatMap((change) => rotationBy(change) ?? []);
}

export function rotationBy({ at, by, before, after }: FlagChange): Rotation | null {
  if (by !== OURS) return null;
  for (const to of after.strategies) {
    const from = before.strategies.find(({ id }) => id === to.id);
    if (from !== undefined && from.groupId !== to.groupId) return { at, strategy: to.id, from, to };
  }
  return null;
}

/** Why a run may not have given the strategy this groupId; null where it may. */
export function wrongRotation(own: Case, { at, from, to }: Rotation): string | null {
  if (from.rollout !== "0" || to.rollout !== "0") return `the groupId was changed at ${from.rollout}%`;
  const sent = own.requests.find(({ kind, title }) => kind === "percent" && title === to.title)?.at ?? at;
  if (!definitionsAt(own, sent).some(({ rotates }) => rotates))
    return "the groupId of a gate was changed that rotates none";
  // What a process sends that hung before counts as on its way since then.
  if (![sent, at].some((instant) => startsBefore(own, instant).some(({ what }) => what === "restart")))
    return "the groupId was changed by a run that follows no rollback";
  const earlier = own.changes.filter((change) => change.at < at);
  return earlier.some((change) => groupsOf(change.after).includes(to.groupId))
    ? `the groupId ${to.groupId} had been there before`
    : null;
}

function groupsOf({ strategies }: FlagState): readonly (string | null)[] {
  return strategies.map(({ groupId }) => groupId);
}

/** A run after a rollback exposes nobody under a groupId of an earlier run, where its gate rotates. */
export function checkRotations(own: Case): Finding {
  const raises = own.raises.flatMap((raise) => {
    const { at } = raise.request;
    const [start, ...others] = startsBefore(own, at);
    const isPlain =
      start !== undefined &&
      others.length === 0 &&
      start.what === "restart" &&
      start.answer === "done" &&
      !isForgotten(own, start.at) &&
      definitionsAt(own, at).every(({ rotates }) => rotates) &&
      !own.orders.some(
        (order) =>
          order.what === "adopt-flag" &&
          mayHaveHappened(order) &&
          order.heardAt >= start.at &&
          order.at <= at,
      );
    return isPlain ? [{ ...raise, since: start.at }] : [];
  });
  return each(
    raises,
    ({ request }) => request.at,
    ({ request, to, since }) => {
      const group = groupOf(own, request.at, request.strategy);
      const earlier = own.raises
        .filter(({ change }) => change.at < since)
        .map(({ change }) => groupOf(own, change.at, request.strategy));
      return earlier.includes(group) ? `raised to ${to}% for the users of an earlier run, by ${group}` : null;
    },
  );
}

function groupOf(own: Case, at: number, strategy: string | null): string | null {
  const found = stateAt(own.changes, at)?.strategies.find(({ id }) => id === strategy);
  return found?.groupId ?? null;
}
