import {
  type Case,
  type Finding,
  OURS,
  exposureOf,
  finding,
  mayHaveHappened,
  overlap,
  stateAt,
  wasHeard,
} from "./case.ts";
import type { DefinitionFact, FlagChange, ReadingSet } from "./evidence.ts";
import { stoodStill } from "./upkeep.ts";

const AT_REST: readonly string[] = ["idle", "rolled-back", "finished"];
const MINUTE = 60_000;
/** A write that took so long hung on its way. */
const HANGS_FOR = 30_000;
/** How long a cause may lie back: a pass may be late, a write may have to be repeated. */
const REACTS_WITHIN = 15 * MINUTE;

/** When nothing is wrong any more, a ramp that people let go on finishes, and one that they take back is at rest. */
export function checkProgress(own: Case): Finding {
  const { ending } = own;
  if (ending === null) return finding(0, []);
  const ok = ending.wanted === "finish" ? ending.state === "finished" : AT_REST.includes(ending.state);
  const says = `${own.gate} was to ${ending.wanted} and is ${ending.state}: ${ending.because.join("; ")}`;
  return finding(1, ok ? [] : [{ at: own.endedAt, says }]);
}

const OUTAGES: readonly string[] = [
  "prometheus dark",
  "process down",
  "served unknown",
  "event log down",
  "stop switch unknown",
];

/** An outage by itself changes no exposure: every decrease of ours has a cause outside. */
export function checkFailStatic(own: Case): Finding {
  const exposed = own.faults.filter(
    ({ kind, from }) => OUTAGES.includes(kind) && exposureOf(stateAt(own.changes, from)) > 0,
  );
  const decreases = own.changes.filter(
    ({ by, before, after }) => by === OURS && exposureOf(after) < exposureOf(before),
  );
  const unexplained = decreases.filter((change) => !isExplained(own, change));
  return finding(
    exposed.length,
    unexplained.map(({ at, before, after }) => ({
      at,
      says: `lowered from ${exposureOf(before)}% to ${exposureOf(after)}% without a cause`,
    })),
  );
}

function isExplained(own: Case, { at, after, crossing }: FlagChange): boolean {
  // To another audience exposure goes through 0 %, and waits there where the rest does not come through.
  if (crossing === true) return true;
  const recent = (instant: number): boolean => recently(instant, at);
  const raisedAt = own.raises.findLast(({ change }) => change.at < at)?.change.at ?? 0;
  return (
    own.orders.some(
      (order) =>
        ["rollback", "reject", "restore"].includes(order.what) &&
        mayHaveHappened(order) &&
        order.at <= at &&
        (recent(order.at) || order.at > raisedAt),
    ) ||
    own.changes.some((change) => change.by !== OURS && recent(change.at)) ||
    // A decrease of long ago that hung on its way is no harm that anything could prevent.
    (own.requests.findLast(({ title }) => after.strategies.some((strategy) => strategy.title === title))
      ?.at ?? at) <
      at - HANGS_FOR ||
    // A raise that was not seen to arrive is taken back once it is found.
    own.raises.some((raise) => recent(raise.change.at) && !wasHeard(own, raise)) ||
    // An admin API that answers with the time before a raise shows a person's decrease, as far as anybody can tell.
    own.raises.some(
      ({ change }) =>
        at - change.at <= MINUTE && overlap(own.faults, ["unleash reads late"], change.at, at) > 0,
    ) ||
    // A backup that was made in the middle of a rollback goes on with it.
    own.faults.some(
      ({ kind, from, to }) => kind === "store restored" && recent(to) && wasGoingBack(own, from),
    ) ||
    own.definitions.some((fact) => isHarmed(own, fact, at))
  );
}

const BACK: readonly string[] = ["rolling-back", "stepping-back"];
const BACK_OVER: readonly string[] = ["rolled-back", "draining", "halted"];

function wasGoingBack(own: Case, at: number): boolean {
  const last = own.messages.findLast(
    (message) => message.at <= at && [...BACK, ...BACK_OVER].includes(message.kind),
  );
  return last !== undefined && BACK.includes(last.kind);
}

/** A signal or guard ordered it: by its limit, by a halt nobody answered, or by having been missing for too long. */
function isHarmed(own: Case, fact: DefinitionFact, at: number): boolean {
  const jumped = own.faults.some(({ kind, from }) => kind === "clock jump" && from <= at);
  // Maintenance stops the clocks of what is missing; what is known to be bad is bad meanwhile, too.
  const stillFor = (says: string, from: number): number =>
    says === "missing" || says === "stale" ? stoodStill(own, from, at) : 0;
  const lasted = (says: string, least: number): boolean =>
    own.readings.some(
      (set) =>
        set.says === says &&
        set.at <= at &&
        (jumped || at - missedSince(own, set) - stillFor(set.says, set.at) >= least - MINUTE) &&
        at - endOf(own, set.at, set.name) <= REACTS_WITHIN,
    );
  const dark = own.faults.some(
    ({ kind, from, to }) =>
      kind === "prometheus dark" &&
      from <= at &&
      at - to <= REACTS_WITHIN &&
      fact.darkRollbackMs !== null &&
      (jumped || at - from - stoodStill(own, from, at) >= fact.darkRollbackMs - MINUTE),
  );
  const halted = own.messages.some(
    (message) => message.kind === "halted" && at - message.at >= fact.haltDeadlineMs - MINUTE,
  );
  // To a clock that is ahead every reading is stale, and so missing.
  const strayed = own.faults
    .filter(({ kind, from }) => kind === "clock jump" && from <= at - REACTS_WITHIN)
    .reduce((sum, { size }) => sum + size, 0);
  const astray =
    strayed !== 0 || own.faults.some(({ kind, from }) => kind === "clock jump" && recently(from, at));
  return (
    astray ||
    lasted("rollback", MINUTE) ||
    // What is missing may halt as well, and its halt has the same deadline.
    (halted && ["halt", "missing", "stale"].some((says) => lasted(says, 0))) ||
    lasted("missing", fact.missingRollbackMs) ||
    lasted("stale", fact.missingRollbackMs) ||
    dark
  );
}

/** What went missing while nobody looked is missing since a source was last seen, and found dark. */
function missedSince({ faults }: Case, { at, says }: ReadingSet): number {
  if (says !== "missing" && says !== "stale") return at;
  const down = faults.find(({ kind, from, to }) => kind === "process down" && from <= at && at <= to);
  const wasDark = faults.some(
    ({ kind, from, to }) =>
      kind === "prometheus dark" && down !== undefined && from <= down.from && down.from <= to,
  );
  return down !== undefined && wasDark ? down.from : at;
}

function recently(instant: number, at: number): boolean {
  return instant <= at && at - instant <= REACTS_WITHIN;
}

function endOf(own: Case, from: number, name: string): number {
  return own.readings.find((set) => set.name === name && set.at > from)?.at ?? own.endedAt;
}
