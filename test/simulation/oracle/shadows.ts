import {
  type Case,
  type Finding,
  OURS,
  definitionsAt,
  each,
  exposureOf,
  finding,
  startsBefore,
  stateAt,
} from "./case.ts";
import type { FlagRequest, Message } from "./evidence.ts";
import { countable, isForced, isProven } from "./raises.ts";

/** A clock may be wrong by 5 s before it is told from a right one; a call may take a little time. */
const SLACK = 6_000;
/** An order and its write lie at most so far apart. */
const IN_FLIGHT = 15_000;

/** A shadow step is entered on good signals and lasts for its hold before anybody is exposed. */
export function checkShadows(own: Case): Finding {
  const entered = own.messages
    .filter((message) => isEntry(own, message))
    .flatMap(({ at }) => entryOf(own, at));
  const proofs = each(
    entered.filter(({ at }) => !isForced(own, at - IN_FLIGHT, at)),
    ({ at }) => at,
    (request) =>
      definitionsAt(own, request.at).some((fact) => isProven(own, fact, request))
        ? null
        : "the shadow step was entered without a good reading of every signal",
  );
  const first = own.raises.filter(
    ({ request, from }) =>
      from === 0 && definitionsAt(own, request.at).every(({ steps }) => steps[0]?.to === 0),
  );
  const holds = each(
    first,
    ({ request }) => request.at,
    ({ request, to }) => {
      const since = Math.min(...startsBefore(own, request.at).map(({ at }) => at));
      const entry = own.messages.findLast(
        (message) => message.at >= since && message.at < request.at && isEntry(own, message),
      );
      if (entry === undefined) return `raised to ${to}% and its shadow step was never entered`;
      if (isForced(own, entry.at, request.at)) return null;
      const held = definitionsAt(own, request.at).some(
        (fact) => countable(own, fact, entry.at - SLACK, request.at) >= (fact.steps[0]?.holdMs ?? 0),
      );
      return held ? null : `raised to ${to}% before the hold of its shadow step was over`;
    },
  );
  return finding(proofs.premises + holds.premises, [...proofs.violations, ...holds.violations]);
}

/** People were told that the ramp went on, and nobody was exposed by it. */
function isEntry(own: Case, { kind, at }: Message): boolean {
  const facts = definitionsAt(own, at);
  const isShadow = facts.length > 0 && facts.every(({ steps }) => steps[0]?.to === 0);
  return kind === "advanced" && isShadow && exposureOf(stateAt(own.changes, at)) === 0;
}

/** The write by which the step was entered: of 0 % over 0 %. */
function entryOf(own: Case, at: number): readonly FlagRequest[] {
  const change = own.changes.findLast((other) => other.by === OURS && other.at <= at);
  const request = own.requests.find(
    ({ kind, title, to, expecting }) =>
      kind === "percent" &&
      to === 0 &&
      expecting?.rollout === 0 &&
      change?.after.strategies.some((strategy) => strategy.title === title) === true,
  );
  return request === undefined ? [] : [request];
}
