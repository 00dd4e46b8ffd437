import type {
  AnswersOfStore,
  DefinitionFact,
  DeployFact,
  Ending,
  Evidence,
  FaultSpan,
  FlagChange,
  FlagRequest,
  FlagState,
  Message,
  Order,
  ReadingSet,
  UpkeepOrder,
} from "./evidence.ts";
import { levelled } from "./levels.ts";

/** The evidence about one gate and its flag. */
export type Case = {
  readonly gate: string;
  readonly flag: string;
  readonly endedAt: number;
  readonly definitions: readonly DefinitionFact[];
  readonly changes: readonly FlagChange[];
  /** The same as the flag server has it, before percents became levels. */
  readonly log: readonly FlagChange[];
  readonly requests: readonly FlagRequest[];
  readonly orders: readonly Order[];
  readonly messages: readonly Message[];
  readonly readings: readonly ReadingSet[];
  readonly deploys: readonly DeployFact[];
  /** Of the whole machine, and of every peer. */
  readonly faults: readonly FaultSpan[];
  readonly upkeep: readonly UpkeepOrder[];
  /** Of every gate together. */
  readonly answers: AnswersOfStore;
  readonly ending: Ending | null;
  /** Requests of the controller for more than it said it had found. */
  readonly asked: readonly FlagRequest[];
  /** Raises that took effect. */
  readonly raises: readonly Raise[];
};

/** A raise of the controller that took effect. `from` is what its request tested. */
export type Raise = {
  readonly request: FlagRequest;
  readonly change: FlagChange;
  readonly from: number;
  readonly to: number;
};

/** What a check found in one case: how often it had something to check, and what was wrong. */
export type Finding = {
  readonly premises: number;
  readonly violations: readonly { readonly at: number; readonly says: string }[];
};

/** Orders of a person by which the flag as it stands is what the ramp goes on from. */
export const AGREES: readonly string[] = ["adopt-flag", "start", "restart"];

/** While one of these lasts nobody can expect a write to arrive. */
export const HELPLESS = [
  "process down",
  "unleash down",
  "unleash refuses writes",
  "unleash reads late",
  "event log down",
  "writes spoiled",
  "definition gone",
] as const;

export function casesOf(evidence: Evidence): readonly Case[] {
  const flags = new Map(evidence.definitions.map(({ gate, flag }) => [gate, flag]));
  return [...flags].map(([gate, flag]) => {
    const log = evidence.changes.filter((change) => change.flag === flag);
    const orders = evidence.orders.filter((order) => order.gate === gate);
    const raw = {
      definitions: evidence.definitions.filter((fact) => fact.gate === gate),
      changes: log,
      requests: evidence.requests.filter((request) => request.flag === flag),
    };
    const { definitions, changes, requests } = levelled(raw, orders);
    const asked = requests.filter((request) => isRaise(request, changes));
    return {
      gate,
      flag,
      endedAt: evidence.endedAt,
      definitions,
      changes,
      log,
      requests,
      asked,
      raises: changes.flatMap((change) => raiseBy(change, asked)),
      orders,
      messages: evidence.messages.filter((message) => message.gate === gate),
      readings: evidence.readings.filter((set) => set.gate === gate),
      deploys: evidence.deploys.filter((deploy) => deploy.gate === gate),
      faults: evidence.faults,
      upkeep: evidence.upkeep,
      answers: evidence.answers,
      ending: evidence.endings.find((ending) => ending.gate === gate) ?? null,
    };
  });
}

function isRaise(request: FlagRequest, changes: readonly FlagChange[]): boolean {
  if (request.kind !== "percent") return false;
  const tested = request.expecting?.rollout ?? rolloutOf(stateAt(changes, request.at), request.strategy) ?? 0;
  return request.to > tested;
}

function raiseBy(change: FlagChange, asked: readonly FlagRequest[]): readonly Raise[] {
  if (change.by !== OURS) return [];
  const request = asked.findLast(
    ({ at, strategy, title, to }) =>
      at <= change.at &&
      change.after.strategies.some(
        (own) => own.id === strategy && own.title === title && own.rollout === String(to),
      ) &&
      change.before.strategies.some((own) => own.id === strategy && own.title !== title),
  );
  if (request === undefined) return [];
  const tested = request.expecting?.rollout ?? rolloutOf(change.before, request.strategy) ?? 0;
  return [{ request, change, from: tested, to: request.to }];
}

/** Under this name the flag server logs what the controller does. */
export const OURS = "rampart";

/** The flag as it stood at that instant; null before its first change. */
export function stateAt(changes: readonly FlagChange[], at: number): FlagState | null {
  return changes.findLast((change) => change.at <= at)?.after ?? changes[0]?.before ?? null;
}

/** The whole percent of a strategy, whether the environment is on or not; null where there is none. */
export function rolloutOf(state: FlagState | null, strategy: string | null): number | null {
  const rollout = state?.strategies.find(({ id }) => id === strategy)?.rollout ?? "";
  return /^\d+$/.test(rollout) ? Number(rollout) : null;
}

/** Percent that the first strategy exposes; 0 where nobody is served by it. */
export function exposureOf(state: FlagState | null): number {
  const [first] = state?.strategies ?? [];
  if (state === null || first === undefined || !state.enabled || state.archived || first.disabled) return 0;
  return rolloutOf(state, first.id) ?? 0;
}

/** An order that was carried out, or of which nobody knows. */
export function mayHaveHappened({ answer }: Order): boolean {
  return answer !== "refused";
}

/** How much of a stretch of time lies in spans of these kinds. */
export function overlap(
  faults: readonly FaultSpan[],
  kinds: readonly string[],
  from: number,
  to: number,
): number {
  let covered = 0;
  let reached = from;
  const spans = faults.filter(({ kind }) => kinds.includes(kind)).toSorted((a, b) => a.from - b.from);
  for (const span of spans) {
    const begin = Math.max(reached, span.from);
    const end = Math.min(to, span.to);
    if (end > begin) covered += end - begin;
    reached = Math.max(reached, Math.min(to, span.to));
  }
  return covered;
}

/** A backup knows nothing of what happened after it. */
export function isForgotten(own: Case, at: number): boolean {
  return own.faults.some(({ kind, from, to }) => kind === "store restored" && from <= at && at <= to);
}

/** Whether the controller's clock was wrong, or put right, at any moment of that time. */
export function strayed({ faults }: Case, from: number, to: number): boolean {
  const jumps = faults.filter(({ kind }) => kind === "clock jump");
  const before = jumps.filter((jump) => jump.from < from).reduce((sum, { size }) => sum + size, 0);
  return before !== 0 || jumps.some((jump) => jump.from >= from && jump.from <= to);
}

/** What a signal or guard said, with the end of that. */
export function spellsOf(
  own: Case,
  says: readonly string[],
): readonly (ReadingSet & { readonly to: number })[] {
  return own.readings
    .map((set, index) => ({
      ...set,
      // Of two in the same instant the later one counts.
      to: own.readings.find(({ name }, later) => later > index && name === set.name)?.at ?? own.endedAt,
    }))
    .filter((set) => says.includes(set.says));
}

/** The definitions that a run under way at that instant may be pinned to. */
export function definitionsAt(own: Case, at: number): readonly DefinitionFact[] {
  const starts = startsBefore(own, at);
  const adoptions = own.orders.filter(
    (order) => order.what === "adopt-definition" && order.at <= at && mayHaveHappened(order),
  );
  return [...starts, ...adoptions].flatMap((order) =>
    own.definitions.filter(
      (fact, index) =>
        // What a process hung over may be carried out when it goes on.
        fact.from <= (order.answer === "none" ? at : Math.min(order.heardAt, at)) &&
        (own.definitions[index + 1]?.from ?? Infinity) >= order.at,
    ),
  );
}

const BEGINNINGS: readonly string[] = ["start", "restart"];

/** The start of the run under way at that instant: the last one heard of, and later ones of which nobody knows. */
export function startsBefore(own: Case, at: number): readonly Order[] {
  const starts = own.orders.filter(
    (order) => BEGINNINGS.includes(order.what) && order.at <= at && mayHaveHappened(order),
  );
  const last = starts.findLastIndex(({ answer }) => answer === "done");
  const restored = own.faults.some(
    ({ kind, to }) => kind === "store restored" && to >= (starts[last]?.at ?? 0) && to <= at,
  );
  return restored ? starts : starts.slice(Math.max(0, last));
}

/** Whether people were told that the raise took effect before anything else was done to the flag. */
export function wasHeard(own: Case, raise: Raise): boolean {
  return heardAt(own, raise) !== undefined;
}

export function heardAt(own: Case, { change }: Raise): number | undefined {
  const next =
    own.changes.find(({ at, by }) => at > change.at && by === OURS)?.at ?? Number.POSITIVE_INFINITY;
  return own.messages.find(({ kind, at }) => kind === "advanced" && at >= change.at && at <= next)?.at;
}

export function finding(premises: number, violations: Finding["violations"]): Finding {
  return { premises, violations };
}

/** Checks each item; what the check says of it is wrong with it. */
export function each<T>(
  items: readonly T[],
  at: (item: T) => number,
  wrong: (item: T) => string | null,
): Finding {
  return finding(
    items.length,
    items.flatMap((item) => {
      const says = wrong(item);
      return says === null ? [] : [{ at: at(item), says }];
    }),
  );
}
