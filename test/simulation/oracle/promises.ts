import { isSame } from "./adoptions.ts";
import {
  type Case,
  type Finding,
  type Raise,
  definitionsAt,
  each,
  mayHaveHappened,
  startsBefore,
} from "./case.ts";
import type { DefinitionFact, Order } from "./evidence.ts";
import { jumped } from "./raises.ts";

/** A clock may be wrong by 5 s before growth stops; a call may take a little time. */
const SLACK = 6_000;

/** No step that asks for a promise is entered before somebody of the group, who is neither starter nor author, has given it. */
export function checkPromises(own: Case): Finding {
  const asking = own.raises.filter(({ request, to }) =>
    definitionsAt(own, request.at).every((fact) => isAsked(fact, to)),
  );
  return each(
    asking,
    ({ request }) => request.at,
    (raise) => {
      const ok = definitionsAt(own, raise.request.at).some((fact) => isPromised(own, fact, raise));
      return ok ? null : `raised to ${raise.to}% without the promise that the step asks for`;
    },
  );
}

function isAsked({ promise, steps }: DefinitionFact, to: number): boolean {
  return promise !== null && (promise.step === null || steps[promise.step - 1]?.to === to);
}

/** It holds for every step and every run of its definition, until it expires. */
function isPromised(own: Case, fact: DefinitionFact, { request, to }: Raise): boolean {
  const { promise, authors } = fact;
  if (promise === null || !isAsked(fact, to)) return true;
  const starts = startsBefore(own, request.at);
  const given = own.orders.filter(
    (order) =>
      order.what === "promise" &&
      mayHaveHappened(order) &&
      order.at <= request.at &&
      order.groups.includes(promise.group) &&
      authors?.includes(order.by) !== true &&
      starts.some((start) => start.by !== order.by) &&
      isValid(own, promise.expiresMs, order, request.at) &&
      wasForIt(own, fact, order),
  );
  return new Set(given.map(({ by }) => by)).size >= (authors === null ? 2 : 1);
}

function isValid(own: Case, expiresMs: number | null, { heardAt }: Order, at: number): boolean {
  return expiresMs === null || heardAt + expiresMs + SLACK + jumped(own, heardAt, at) >= at;
}

/** A promise is given for the definition in force: that of the run, or the file where none runs. */
function wasForIt(own: Case, fact: DefinitionFact, order: Order): boolean {
  const standing = own.definitions.filter(
    ({ from }, index) => from <= order.heardAt && (own.definitions[index + 1]?.from ?? Infinity) >= order.at,
  );
  const pinned = [order.at, order.heardAt].flatMap((at) => definitionsAt(own, at));
  return [...standing, ...pinned].some((candidate) => isSame(candidate, fact));
}
