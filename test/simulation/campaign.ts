import { KNOWN_DEFECTS } from "./known-defects.ts";
import type { Evidence } from "./oracle/evidence.ts";
import { INVARIANTS, type Violation, judge } from "./oracle/oracle.ts";
import { type SeedRun, runSeed } from "./run.ts";

/** What many seeds came to. */
export type Tally = {
  seeds: number;
  ramps: number;
  finished: number;
  rolledBack: number;
  /** Ramps whose flag somebody changed by hand. */
  touched: number;
  readonly counts: Map<string, number>;
  readonly premises: Map<string, number>;
  readonly known: Map<string, number>;
};

/** The first seed that broke an invariant, and how. */
export type Failure = {
  readonly seed: number;
  readonly violations: readonly Violation[];
  readonly run: SeedRun;
};

export function newTally(): Tally {
  return {
    seeds: 0,
    ramps: 0,
    finished: 0,
    rolledBack: 0,
    touched: 0,
    counts: new Map(),
    premises: new Map(INVARIANTS.map(({ name }) => [name, 0])),
    known: new Map(KNOWN_DEFECTS.map(({ name }) => [name, 0])),
  };
}

/** Plays one seed into the tally; a failure when the oracle finds what no known defect explains. */
export async function playSeed(tally: Tally, seed: number): Promise<Failure | null> {
  const run = await runSeed(seed);
  const { violations, premises } = judge(run.evidence);
  tally.seeds += 1;
  for (const [what, count] of run.counts) add(tally.counts, what, count);
  for (const [name, count] of premises) add(tally.premises, name, count);
  countRamps(tally, run.evidence);
  const unexplained = violations.filter((violation) => {
    const known = KNOWN_DEFECTS.find(({ explains }) => explains(violation, run.evidence));
    if (known !== undefined) add(tally.known, known.name, 1);
    return known === undefined;
  });
  return unexplained.length === 0 ? null : { seed, violations: unexplained, run };
}

/** Adds what another thread counted. */
export function merge(tally: Tally, other: Tally): void {
  tally.seeds += other.seeds;
  tally.ramps += other.ramps;
  tally.finished += other.finished;
  tally.rolledBack += other.rolledBack;
  tally.touched += other.touched;
  for (const name of ["counts", "premises", "known"] as const) {
    for (const [what, count] of other[name]) add(tally[name], what, count);
  }
}

function add(counts: Map<string, number>, what: string, count: number): void {
  counts.set(what, (counts.get(what) ?? 0) + count);
}

/** A ramp lasts from its start to the next one of its gate. */
function countRamps(tally: Tally, { orders, messages, changes, definitions, endedAt }: Evidence): void {
  const starts = orders.filter(
    ({ what, answer }) => ["start", "restart"].includes(what) && answer === "done",
  );
  for (const start of starts) {
    const until = starts.find(({ gate, at }) => gate === start.gate && at > start.at)?.at ?? endedAt;
    const within = (at: number): boolean => start.at <= at && at < until;
    const flag = definitions.find(({ gate }) => gate === start.gate)?.flag;
    const told = messages.filter(({ gate, at }) => gate === start.gate && within(at)).map(({ kind }) => kind);
    tally.ramps += 1;
    if (told.includes("finished")) tally.finished += 1;
    if (told.includes("rolled-back")) tally.rolledBack += 1;
    if (changes.some((change) => change.flag === flag && change.by !== "rampart" && within(change.at)))
      tally.touched += 1;
  }
}
