import { IN_FLIGHT, SEEN_WITHIN, isArmed, isUndisturbed } from "./armed.ts";
import {
  type Case,
  type Finding,
  each,
  exposureOf,
  isForgotten,
  mayHaveHappened,
  spellsOf,
  stateAt,
} from "./case.ts";
import type { ReadingSet, Said } from "./evidence.ts";

/** What a reading is taken for missing by, where its newest sample has stopped: a few scrapes. */
const STALE_AFTER = 60_000;
const STOPS: readonly string[] = ["halted", "stepping-back", "rolling-back"];

type Spell = ReadingSet & { readonly to: number };

/** A signal that orders a halt of a ramp that runs, paused as it may be, is obeyed within three passes. */
export function checkHaltsObeyed(own: Case): Finding {
  const within = seenWithin(own);
  return each(
    steadySpells(own, ["halt"], within).filter(
      (spell) => !hasStopped(own, spell.at) && !isKnown(own, spell, within),
    ),
    ({ at }) => at + within,
    ({ name, at }) =>
      isTold(own, STOPS, at, at + within)
        ? null
        : `${name} said halt for ${within / 1_000} s, and nobody was told that it halted`,
  );
}

/** A halt that nobody decides on becomes a rollback at its deadline, while what halted it lasts. */
export function checkDeadlines(own: Case): Finding {
  const within =
    seenWithin(own) + SEEN_WITHIN + Math.max(...own.definitions.map(({ haltDeadlineMs }) => haltDeadlineMs));
  return each(
    steadySpells(own, ["halt"], within).filter(
      // A halt after a step back is another one.
      ({ at }) => isLeftAlone(own, at, at + within) && !isTold(own, ["stepping-back"], at, at + within),
    ),
    ({ at }) => at + within,
    ({ name, at }) => staysUp(own, at, at + within, `${name} said halt for ${within / 1_000} s`),
  );
}

/** What is missing for longer than the gate allows goes back, while nobody works on Prometheus. */
export function checkMissing(own: Case): Finding {
  const within =
    seenWithin(own) +
    STALE_AFTER +
    Math.max(...own.definitions.map(({ missingRollbackMs }) => missingRollbackMs));
  return each(
    steadySpells(own, ["missing", "stale"], within).filter(
      ({ at }) => isLeftAlone(own, at, at + within) && !isWorkedOn(own, at, at + within),
    ),
    ({ at }) => at + within,
    ({ name, at }) => staysUp(own, at, at + within, `${name} was missing for ${within / 1_000} s`),
  );
}

/** Whoever rejects a step takes the ramp back, where the gate does not only pause it. */
export function checkRejects(own: Case): Finding {
  const rejected = own.orders.filter(
    ({ what, answer, at }) => what === "reject" && answer === "done" && !isForgotten(own, at),
  );
  return each(
    own.definitions.every(({ rejectsTo }) => rejectsTo === "rollback") ? rejected : [],
    ({ heardAt }) => heardAt,
    ({ heardAt }) => {
      const last = own.messages.findLast(({ kind, at }) => TURNED.includes(kind) && at <= heardAt);
      return last === undefined || last.kind === "started"
        ? "somebody rejected it, and it was not rolled back"
        : null;
    },
  );
}

const TURNED: readonly string[] = ["started", "rolling-back", "rolled-back", "draining"];

/** How long a breach may last before a pass must have acted on it. */
function seenWithin({ definitions }: Case): number {
  const every = Math.max(...definitions.map(({ everyMs }) => everyMs));
  return Math.max(...definitions.map(({ lastsMs }) => lastsMs)) + 3 * every + SEEN_WITHIN;
}

/** Times in which a signal of every definition said one thing for so long, of a ramp that nothing disturbed. */
function steadySpells(own: Case, says: readonly Said[], lasts: number): readonly Spell[] {
  return spellsOf(own, says).filter(
    ({ name, at, to }) =>
      to - at >= lasts &&
      own.definitions.every(({ signals }) => signals.includes(name)) &&
      isArmed(own, at) &&
      isUndisturbed(own, at, at + lasts) &&
      // A pass that could not be stored has not been.
      !own.faults.some(({ kind, from }) => kind === "store broken" && from >= at && from <= at + lasts),
  );
}

/** Approvals and promises aside, nobody ordered anything. */
function isLeftAlone(own: Case, from: number, to: number): boolean {
  return !own.orders.some(
    (order) =>
      !["approve", "promise"].includes(order.what) &&
      mayHaveHappened(order) &&
      order.heardAt >= from - IN_FLIGHT &&
      order.at <= to,
  );
}

/** It stands still already, and nobody was told that it goes on. */
function hasStopped(own: Case, at: number): boolean {
  const last = own.messages.findLast(
    (message) => message.at <= at && [...STOPS, "resumed", "started"].includes(message.kind),
  );
  return last !== undefined && STOPS.includes(last.kind);
}

/** Somebody has let the ramp go on in spite of it, and no pass need have seen it good since. */
function isKnown(own: Case, { name, at }: Spell, within: number): boolean {
  const seenGood = spellsOf(own, ["good"]).findLast(
    (spell) => spell.name === name && spell.to <= at && spell.to - spell.at >= within,
  );
  const first = own.readings.find((set) => set.name === name)?.at ?? at;
  return own.orders.some(
    (order) =>
      ["resume", "adopt-flag", "restore"].includes(order.what) &&
      mayHaveHappened(order) &&
      order.heardAt >= (seenGood?.to ?? first) - within &&
      order.at <= at,
  );
}

/** Somebody has said that Prometheus is, for a time that may reach into this one. */
function isWorkedOn({ upkeep, faults }: Case, from: number, to: number): boolean {
  const strayed = faults.reduce((sum, { size }) => sum + Math.abs(size), 0);
  return upkeep.some(({ at, forMs }) => forMs !== null && at <= to && at + forMs + strayed >= from);
}

function isTold(own: Case, kinds: readonly string[], from: number, to: number): boolean {
  return own.messages.some(({ kind, at }) => kinds.includes(kind) && at >= from && at <= to);
}

function staysUp(own: Case, from: number, to: number, since: string): string | null {
  const percent = exposureOf(stateAt(own.changes, to));
  return percent === 0 || isTold(own, ["rolling-back"], from, to)
    ? null
    : `${since}, nobody decided, and ${percent}% stayed`;
}
