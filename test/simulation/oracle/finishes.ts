import { SEEN_WITHIN, UNSEEN } from "./armed.ts";
import {
  type Case,
  type Finding,
  OURS,
  definitionsAt,
  each,
  exposureOf,
  finding,
  isForgotten,
  mayHaveHappened,
  overlap,
  spellsOf,
  strayed,
} from "./case.ts";
import type { Message, Order } from "./evidence.ts";
import { countable } from "./raises.ts";

/** Nothing is called finished before its bake is over, but by a person; nor by a person while a signal is not good. */
export function checkFinishes(own: Case): Finding {
  const told = own.messages.filter(({ kind, at }) => kind === "finished" && !isForgotten(own, at));
  const ordered = own.orders.filter(({ what, answer }) => what === "finish" && answer === "done");
  const baked = each(
    told.filter((message) => !isOrdered(own, message)),
    ({ at }) => at,
    ({ at }) => notBaked(own, at),
  );
  const sound = each(
    ordered.filter((order) => !endsDrain(own, order)),
    ({ heardAt }) => heardAt,
    (order) => unsound(own, order),
  );
  return finding(baked.premises + sound.premises, [...baked.violations, ...sound.violations]);
}

/** What a person orders is told before they hear of it; of an order without an answer nobody knows when. */
function isOrdered(own: Case, { at }: Message): boolean {
  return own.orders.some(
    (order) =>
      order.what === "finish" &&
      mayHaveHappened(order) &&
      order.at <= at &&
      (order.answer === "none" || order.heardAt >= at),
  );
}

function notBaked(own: Case, at: number): string | null {
  // What a hand changed just before nobody need have seen.
  const changed = own.changes.findLast(
    (change) =>
      change.by === OURS && change.at <= at && exposureOf(change.after) !== exposureOf(change.before),
  );
  const from = changed?.at ?? 0;
  const ok = definitionsAt(own, at).some((fact) => countable(own, fact, from, at) >= fact.bakeMs);
  return ok ? null : `finished ${(at - from) / 1_000} s after exposure changed, before its bake was over`;
}

/** After a rollback it says that everybody has left the new path. */
function endsDrain(own: Case, { at }: Order): boolean {
  const kinds = ["draining", "drain-overdue", "started", "rolled-back"];
  const last = own.messages.findLast((message) => kinds.includes(message.kind) && message.at <= at);
  return last?.kind === "draining" || last?.kind === "drain-overdue";
}

function unsound(own: Case, { at, heardAt }: Order): string | null {
  const bad = spellsOf(own, ["between", "halt", "rollback", "missing"]).find((spell) =>
    own.definitions.every(({ signals, lastsMs, everyMs }) => {
      const from = at - lastsMs - 3 * everyMs - 2 * SEEN_WITHIN;
      return (
        signals.includes(spell.name) &&
        spell.at <= from &&
        spell.to >= heardAt &&
        overlap(own.faults, UNSEEN, from, heardAt) === 0 &&
        !strayed(own, from, heardAt)
      );
    }),
  );
  return bad === undefined ? null : `somebody finished it while ${bad.name} said ${bad.says}`;
}
