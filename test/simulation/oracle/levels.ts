import type {
  DefinitionFact,
  FlagChange,
  FlagRequest,
  FlagState,
  Order,
  Reach,
  StepFact,
  StrategyFact,
} from "./evidence.ts";

/** The server's log and the definitions of one gate, in levels. */
export type Levelled = {
  readonly definitions: readonly DefinitionFact[];
  readonly changes: readonly FlagChange[];
  readonly requests: readonly FlagRequest[];
};

const OURS = "rampart";
const BARE: Reach = { segments: "[]", constraints: "[]" };
/** A crossing that takes longer is decided again. */
const CROSSES_WITHIN = 36_000;
const BEGINNINGS: readonly string[] = ["start", "restart"];

/**
 * All of a segment is not everybody, so in a gate whose steps name such ones every percent becomes a level, in the order in
 * which exposure comes to people: some and then all of the first audience, of the second, and then percents of everybody.
 * What goes through 0 % to another audience is one change, from where it stood to where it came.
 */
export function levelled(raw: Levelled, orders: readonly Order[]): Levelled {
  const reaches = reachesOf(raw.definitions);
  if (reaches.length === 0) return raw;
  const scale = {
    reaches,
    first: levelOf(
      reaches,
      raw.definitions[0]?.steps.find(({ to }) => to > 0),
    ),
  };
  const merged = merge(raw.changes, raw.requests);
  const levelState = levelStates(reaches);
  return {
    definitions: raw.definitions.map((fact) => ({
      ...fact,
      steps: fact.steps.map((step) => ({ ...step, to: levelOf(reaches, step) })),
    })),
    changes: merged.map((change) => ({
      ...change,
      before: levelState(change.before),
      after: levelState(change.after),
    })),
    requests: raw.requests.map((request) => levelRequest(scale, raw.changes, orders, request)),
  };
}

export function reachesOf(definitions: readonly DefinitionFact[]): readonly Reach[] {
  const [first] = definitions;
  return (first?.steps ?? []).flatMap(({ reach }) => (reach === undefined ? [] : [reach]));
}

export function isSameReach(a: Partial<Reach>, b: Partial<Reach>): boolean {
  return a.segments === b.segments && a.constraints === b.constraints;
}

export function isBare(reach: Partial<Reach>): boolean {
  return isSameReach(reach, BARE);
}

function levelOf(reaches: readonly Reach[], step: StepFact | undefined): number {
  return step === undefined ? 0 : levelAt(reaches, step.reach ?? BARE, step.to);
}

function levelAt(reaches: readonly Reach[], reach: Partial<Reach>, percent: number): number {
  if (percent === 0) return 0;
  const index = reaches.findIndex((known) => isSameReach(known, reach));
  return (index === -1 ? reaches.length : index) * 100 + percent;
}

/**
 * What only steps of the gate put there is theirs to change, and so no part of what a person agreed on. One strategy stays one
 * object, for whoever asks which of them was written.
 */
function levelStates(reaches: readonly Reach[]): (state: FlagState) => FlagState {
  const known = new Map<StrategyFact, StrategyFact>();
  const level = (strategy: StrategyFact): StrategyFact => {
    const isOurs = isBare(strategy) || reaches.some((reach) => isSameReach(reach, strategy));
    const theirs = isOurs ? { segments: "", constraints: "" } : {};
    const percent = /^\d+$/.test(strategy.rollout ?? "") ? Number(strategy.rollout) : null;
    const rollout = percent === null ? strategy.rollout : String(levelAt(reaches, strategy, percent));
    return { ...strategy, ...theirs, rollout };
  };
  return (state) => ({
    ...state,
    strategies: state.strategies.map((strategy) => {
      const now = known.get(strategy) ?? level(strategy);
      known.set(strategy, now);
      return now;
    }),
  });
}

function levelRequest(
  { reaches, first }: { readonly reaches: readonly Reach[]; readonly first: number },
  changes: readonly FlagChange[],
  orders: readonly Order[],
  request: FlagRequest,
): FlagRequest {
  if (request.kind !== "percent") return request;
  const now = changes.findLast(({ at }) => at <= request.at)?.after;
  const reach = now?.strategies.find(({ id }) => id === request.strategy) ?? BARE;
  const to = levelAt(reaches, reach, request.to);
  const { expecting } = request;
  if (expecting === null) return { ...request, to };
  const tested = levelAt(reaches, reach, expecting.rollout);
  // A raise that goes through 0 %, or that waited there, is one from the step that the run had reached.
  const reached =
    stoodAt(reaches, changes, request.at) ??
    lastReached(reaches, changes, orders, { at: request.at, below: to });
  const from = tested === 0 && to !== first && reached < to ? reached : tested;
  return { ...request, to, expecting: { ...expecting, rollout: from } };
}

/** The level from which a crossing has just brought the flag to 0 %; some of an audience is its step. Null: none has. */
function stoodAt(reaches: readonly Reach[], changes: readonly FlagChange[], at: number): number | null {
  const recent = changes.filter((change) => change.at < at && at - change.at <= CROSSES_WITHIN);
  const refit = recent.findLastIndex((change) => change.by === OURS && isRefit(change));
  const park = refit === recent.length - 1 ? recent[refit - 1] : undefined;
  if (park === undefined || park.by !== OURS || percentOf(park.before) === 0) return null;
  const reach = park.before.strategies[0] ?? BARE;
  const isPart = reaches.some((known) => isSameReach(known, reach));
  return levelAt(reaches, reach, isPart ? 100 : percentOf(park.before));
}

/** Where the last raise of the run to below this level led; one that was taken back unseen is decided again. */
function lastReached(
  reaches: readonly Reach[],
  changes: readonly FlagChange[],
  orders: readonly Order[],
  { at, below }: { readonly at: number; readonly below: number },
): number {
  const start = orders.findLast(
    ({ what, answer, at: begun }) => BEGINNINGS.includes(what) && answer !== "refused" && begun <= at,
  );
  const raises = changes.filter(
    (change) =>
      change.by === OURS &&
      change.at < at &&
      change.at >= (start?.at ?? 0) &&
      percentOf(change.after) > percentOf(change.before),
  );
  const levels = raises.map(({ after }) => levelAt(reaches, after.strategies[0] ?? BARE, percentOf(after)));
  return levels.findLast((level) => level < below) ?? 0;
}

function percentOf({ strategies: [first] }: FlagState): number {
  return /^\d+$/.test(first?.rollout ?? "") ? Number(first?.rollout) : 0;
}

/** The writes of a crossing as one change, and those that made way for a raise which never came marked as such. */
function merge(changes: readonly FlagChange[], requests: readonly FlagRequest[]): readonly FlagChange[] {
  const merged: FlagChange[] = [];
  for (const change of changes) {
    const next = isPark(change, requests) ? { ...change, crossing: true as const } : change;
    const isRaise = next.by === OURS && percentOf(next.before) === 0 && percentOf(next.after) > 0;
    const refit = isRaise && isWithin(merged.at(-1), next, isRefit) ? merged.pop() : undefined;
    const park =
      refit !== undefined && isWithin(merged.at(-1), next, ({ crossing }) => crossing === true)
        ? merged.pop()
        : undefined;
    const begun = park ?? refit;
    merged.push(begun === undefined ? next : { ...next, before: begun.before, crossing: true });
  }
  return merged;
}

function isWithin(
  earlier: FlagChange | undefined,
  { at }: FlagChange,
  is: (change: FlagChange) => boolean,
): boolean {
  return earlier !== undefined && earlier.by === OURS && at - earlier.at <= CROSSES_WITHIN && is(earlier);
}

/** What makes way for another audience says what it expects to find; a rollback to 0 % does not. */
function isPark({ by, before, after }: FlagChange, requests: readonly FlagRequest[]): boolean {
  if (by !== OURS || percentOf(before) === 0 || percentOf(after) !== 0) return false;
  const title = after.strategies[0]?.title;
  return requests.some((request) => request.title === title && (request.expecting?.rollout ?? 0) > 0);
}

export function isRefit({ before, after }: FlagChange): boolean {
  return after.strategies.some((strategy) => {
    const old = before.strategies.find(({ id }) => id === strategy.id);
    return old !== undefined && !isSameReach(old, strategy);
  });
}
