import { UNSEEN } from "./armed.ts";
import {
  type Case,
  type Finding,
  OURS,
  type Raise,
  definitionsAt,
  each,
  exposureOf,
  heardAt,
  isForgotten,
  mayHaveHappened,
  overlap,
  spellsOf,
  startsBefore,
  stateAt,
  strayed,
  wasHeard,
} from "./case.ts";
import type { DefinitionFact, FlagRequest } from "./evidence.ts";

/** A clock may be wrong by 5 s before growth stops; a call may take a little time. */
const SLACK = 6_000;
/** Three scrapes without a sample. */
const STALE_AFTER = 45_000;
/** An order and its write lie at most so far apart. */
const IN_FLIGHT = 15_000;
const atRequest = ({ request }: Raise): number => request.at;

/** Every raise followed one instant, at most two passes old and after settle, at which every signal and guard was good. */
export function checkFreshProof(own: Case): Finding {
  return each(own.raises, atRequest, ({ request, to }) => {
    const forced = isForced(own, request.at - IN_FLIGHT, request.at);
    const ok = definitionsAt(own, request.at).some((fact) =>
      forced ? isBearable(own, fact, request.at) : isProven(own, fact, request),
    );
    return ok
      ? null
      : `raised to ${to}% without a good reading of every signal, settled and at most two passes old`;
  });
}

export function isProven(own: Case, fact: DefinitionFact, { at }: FlagRequest): boolean {
  const changed = own.changes.findLast(
    // What somebody changes while a raise is on its way is too late for it.
    (change) =>
      change.at < at - (change.by === OURS ? 0 : 1_000) &&
      !makesWay(change, at) &&
      movesFor(own, change) &&
      wasSeen(own, change),
  );
  const since = Math.max(changed?.at ?? 0, fact.deploySettles ? deployBefore(own, at) : 0);
  const settled = since === 0 ? 0 : since + fact.settleMs - SLACK;
  const oldest = Math.max(at - 2 * fact.everyMs - SLACK, settled);
  const instants = [oldest, ...own.readings.map((set) => set.at), ...darkEnds(own)].filter(
    (instant) => instant >= oldest && instant <= at,
  );
  return instants.some((instant) => isAllGood(own, fact, instant));
}

/** The way through 0 % to another audience is part of the raise that it was decided for. */
function makesWay({ crossing, at: begun }: Case["changes"][number], at: number): boolean {
  return crossing === true && at - begun <= IN_FLIGHT;
}

/** The newest deploy that the controller knew of when it decided, by a clock that was right since. */
function deployBefore(own: Case, at: number): number {
  const known = own.deploys.filter(
    (deploy) =>
      deploy.heard &&
      deploy.heardAt < at - IN_FLIGHT &&
      !isForgotten(own, deploy.at) &&
      !strayed(own, deploy.at, at),
  );
  return Math.max(0, ...known.map((deploy) => deploy.at));
}

/**
 * Whether the controller could know of the change: it read the flag while it still stood otherwise, and what it read was
 * kept. What is changed and changed back between two such readings was never seen.
 */
function wasSeen(own: Case, change: Case["changes"][number]): boolean {
  if (change.by === OURS) return true;
  const others = own.changes.filter(moves);
  const before = others.findLast(({ at }) => at < change.at)?.at ?? 0;
  const after = others.find(({ at }) => at > change.at)?.at ?? Infinity;
  return wasRead(own, before, change.at) && (after === Infinity || wasRead(own, change.at, after));
}

/** What is read just before these may never be stored. */
const UNKEPT: readonly string[] = ["store broken", "process down"];

/** Whether a reading of that time can be on record: of a pass that could store it, not for an order that was refused. */
export function wasRead(own: Case, from: number, to: number): boolean {
  return own.requests.some(
    ({ kind, at }) =>
      kind === "read" &&
      from < at &&
      at < to &&
      !isBlind(own, at) &&
      !isForgotten(own, at) &&
      !own.faults.some(
        (fault) => UNKEPT.includes(fault.kind) && fault.from >= at && fault.from - at < IN_FLIGHT,
      ) &&
      !own.orders.some((order) => order.at <= at && at <= order.heardAt && order.answer === "refused"),
  );
}

function isBlind(own: Case, at: number): boolean {
  return overlap(own.faults, ["unleash down", "unleash reads late"], at - 1, at + 1) > 0;
}

/** Whether exposure stood otherwise before that instant; what came and went within it changed nothing. */
function movesFor(own: Case, { at }: Case["changes"][number]): boolean {
  return exposureOf(stateAt(own.changes, at - 1)) !== exposureOf(stateAt(own.changes, at));
}

function moves({ before, after }: Case["changes"][number]): boolean {
  return exposureOf(before) !== exposureOf(after);
}

/** What a person may force a raise over: signals that are neither missing nor bad for as long as their limits ask. */
function isBearable(own: Case, { signals, lastsMs }: DefinitionFact, at: number): boolean {
  const youngest = Math.max(SLACK, lastsMs);
  return signals.every(
    (name) =>
      BEARABLE.includes(saysAt(own, name, at - SLACK)) ||
      saysAt(own, name, at) === "good" ||
      wasAcknowledged(own, name, at) ||
      (saysAt(own, name, at) !== "missing" && BEARABLE.includes(saysAt(own, name, at - youngest))),
  );
}

/** Who resumed a ramp that had halted on it knows of it. */
function wasAcknowledged(own: Case, name: string, at: number): boolean {
  const set = own.readings.findLast((reading) => reading.name === name && reading.at <= at);
  if (set?.says !== "halt") return false;
  return own.orders.some(
    (order) => order.what === "resume" && mayHaveHappened(order) && order.heardAt >= set.at && order.at <= at,
  );
}

const BEARABLE: readonly string[] = ["good", "between"];

function darkEnds(own: Case): readonly number[] {
  return own.faults.filter(({ kind }) => kind === "prometheus dark").map(({ to }) => to);
}

function isAllGood(own: Case, fact: DefinitionFact, instant: number): boolean {
  const isDark = own.faults.some(
    ({ kind, from, to }) => kind === "prometheus dark" && from < instant && instant < to,
  );
  const names = [...fact.signals, ...fact.guards];
  return !isDark && names.every((name) => saysAt(own, name, instant) === "good");
}

function saysAt(own: Case, name: string, instant: number): string {
  const set = own.readings.findLast((reading) => reading.name === name && reading.at <= instant);
  if (set?.says !== "stale") return set?.says ?? "good";
  return instant - set.at <= STALE_AFTER + SLACK ? "good" : "missing";
}

/** A raise goes to the next declared percent above the one it tested, and no further. */
export function checkOneStep(own: Case): Finding {
  return each(own.raises, atRequest, ({ request, from, to }) => {
    const next = definitionsAt(own, request.at).map(({ steps }) => steps.find((step) => step.to > from)?.to);
    return next.includes(to)
      ? null
      : `raised from ${from}% to ${to}%, the next step is ${next.join(" or ")}%`;
  });
}

/** No raise is ever sent twice, each process has read the flag before it sends one, and one token means one write. */
export function checkIntent(own: Case): Finding {
  return each(
    own.asked,
    ({ at }) => at,
    (request) => {
      const sameTitle = own.requests.filter(
        ({ title, kind, at }) =>
          kind === "percent" && title === request.title && !isOtherLife(own, at, request.at),
      );
      if (sameTitle.findIndex((other) => other.to === request.to) < sameTitle.indexOf(request))
        return `the raise ${request.title} was sent again`;
      if (sameTitle.some((other) => other.to !== request.to))
        return `the token ${request.title} was used for two writes`;
      const read = own.requests.some(
        ({ kind, process, at }) => kind === "read" && process === request.process && at <= request.at,
      );
      return read ? null : `${request.process} raised a flag that it had not read`;
    },
  );
}

/** A store that was restored counts on from where its backup stood. */
function isOtherLife(own: Case, a: number, b: number): boolean {
  const [first, second] = [Math.min(a, b), Math.max(a, b)];
  return own.faults.some(({ kind, to }) => kind === "store restored" && first <= to && to <= second);
}

/** Whatever may raise says what it expects to find, so that it fails where somebody was faster. */
export function checkFencing(own: Case): Finding {
  const above = own.requests.filter(({ kind, to }) => kind === "percent" && to > 0);
  return each(
    above,
    ({ at }) => at,
    ({ expecting, to }) => (expecting === null ? `a write of ${to}% went out without a test` : null),
  );
}

/** A step that asks for approval was entered with enough different people, none of them starter or author. */
export function checkApprovals(own: Case): Finding {
  const asking = own.raises.filter(({ request, to }) =>
    definitionsAt(own, request.at).every((fact) => demandOf(fact, to) !== null),
  );
  return each(asking, atRequest, (raise) => {
    const ok = definitionsAt(own, raise.request.at).some((fact) => isApproved(own, fact, raise));
    return ok ? null : `raised to ${raise.to}% without the approvals that the step asks for`;
  });
}

function demandOf(
  { steps }: DefinitionFact,
  to: number,
): { readonly step: number; readonly count: number } | null {
  const index = steps.findIndex((step) => step.to === to);
  const count = steps[index]?.approvers ?? 0;
  return count === 0 ? null : { step: index + 1, count };
}

/** How far the clock by which an approval expires was set meanwhile: it may be right only since then. */
export function jumped({ faults }: Case, from: number, to: number): number {
  const jumps = faults.filter(
    (fault) => fault.kind === "clock jump" && fault.from >= from && fault.from <= to,
  );
  return jumps.reduce((sum, { size }) => sum + Math.abs(size), 0);
}

function isApproved(own: Case, fact: DefinitionFact, { request, to }: Raise): boolean {
  const demand = demandOf(fact, to);
  const declared = fact.steps.find((step) => step.to === to);
  if (demand === null || declared === undefined) return true;
  const starts = startsBefore(own, request.at);
  const since = Math.min(...starts.map(({ at }) => at));
  // A raise that nobody saw arrive is decided again, on the same approvals.
  const used =
    own.raises.findLast((other) => other.to === to && other.request.at < request.at && wasHeard(own, other))
      ?.change.at ?? 0;
  const given = own.orders.filter(
    (order) =>
      order.what === "approve" &&
      order.step === demand.step &&
      mayHaveHappened(order) &&
      order.at <= request.at &&
      order.heardAt >= Math.max(since, used) &&
      order.heardAt + declared.expiresMs + SLACK + jumped(own, order.heardAt, request.at) >= request.at &&
      order.groups.includes(declared.group) &&
      !hasLostRights(own, order.by, request.at) &&
      !(fact.authors ?? []).includes(order.by) &&
      starts.some((start) => start.by !== order.by) &&
      !isVoided(own, fact, order.heardAt, request.at),
  );
  const needed = demand.count + (fact.authors === null ? 1 : 0);
  return new Set(given.map(({ by }) => by)).size >= needed;
}

/** Whoever may lose their groups had lost them, for so long that no pass can have known them otherwise. */
function hasLostRights({ faults }: Case, person: string, at: number): boolean {
  return (
    person === "lead" &&
    faults.some(({ kind, from, to }) => kind === "seat taken" && from <= at - SEEN_WITHIN && at <= to)
  );
}

/** A pass that takes long, one that the store broke, and a call on its way. */
const SEEN_WITHIN = 30_000;

/** A signal that stood at halt or rollback since then, for so long that a pass saw it, ends every approval given before. */
function isVoided(
  own: Case,
  { signals, everyMs, lastsMs }: DefinitionFact,
  since: number,
  at: number,
): boolean {
  return spellsOf(own, ["halt", "rollback"]).some((spell) => {
    const [from, to] = [Math.max(spell.at, since), Math.min(spell.to, at)];
    return (
      signals.includes(spell.name) &&
      to - from >= lastsMs + 3 * everyMs + SEEN_WITHIN &&
      overlap(own.faults, UNSEEN, from, to) === 0 &&
      !strayed(own, from, to)
    );
  });
}

/** Between two raises of a run lies at least the hold, with neither downtime nor a jump of the clock counted. */
export function checkHold(own: Case): Finding {
  const pairs = own.raises.slice(1).map((next, index) => ({ next, before: own.raises[index] }));
  const held = pairs.filter(
    ({ next, before }) =>
      before?.to === next.from && wasHeard(own, before) && !isForced(own, before.change.at, next.request.at),
  );
  return each(
    held,
    ({ next }) => next.request.at,
    ({ next, before }) => {
      if (before === undefined) return null;
      // Hold begins when somebody has seen that it arrived, be it a process that had hung until then.
      const from = Math.max(before.change.at, (heardAt(own, before) ?? 0) - SLACK);
      const to = next.request.at;
      const ok = definitionsAt(own, to).some((fact) => {
        const hold = fact.steps.find((step) => step.to === before.to)?.holdMs ?? 0;
        return countable(own, fact, from, to) >= hold;
      });
      return ok
        ? null
        : `raised from ${next.from}% to ${next.to}% after ${(to - from) / 1_000} s, before its hold was over`;
    },
  );
}

export function isForced(own: Case, from: number, to: number): boolean {
  return own.orders.some((order) => order.what === "advance" && order.heardAt >= from && order.at <= to);
}

/**
 * Time that may count towards a hold: nothing of a downtime longer than three passes, and at most three passes of a jump. A
 * pass that hung beside another process tells its old time when it goes on, so what it slept over may count twice.
 */
export function countable(own: Case, { everyMs }: DefinitionFact, from: number, to: number): number {
  const downs = own.faults.filter(
    ({ kind, from: a, to: b }) => kind === "process down" && b - Math.max(a, from) > 3 * everyMs,
  );
  const jumps = own.faults.filter(({ kind, from: a }) => kind === "clock jump" && from <= a && a <= to);
  const ahead = jumps.reduce((sum, { size }) => sum + Math.min(Math.max(0, size), 3 * everyMs), 0);
  const again = overlap(own.faults, ["process hung"], from, to);
  return to - from - overlap(downs, ["process down"], from, to) + ahead + again;
}
