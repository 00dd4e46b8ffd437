import { CHOICE_KINDS } from "../actors/choosers.ts";
import { EDIT_KINDS } from "../actors/editors.ts";
import type { Tally } from "../campaign.ts";
import { FAULT_KINDS } from "../faults/faults.ts";

/** Every move of the state machine: from what, to what. */
const MOVES: Readonly<Record<string, readonly string[]>> = {
  idle: ["proving", "rolling-back"],
  proving: ["baking", "paused", "halted", "rolling-back", "idle"],
  baking: ["paused", "halted", "rolling-back", "finished"],
  paused: ["proving", "baking", "halted", "rolling-back", "idle"],
  halted: ["proving", "baking", "rolling-back", "idle"],
  "rolling-back": ["halted", "draining", "rolled-back"],
  draining: ["rolling-back", "rolled-back"],
  "rolled-back": ["proving", "rolling-back"],
  finished: ["proving", "rolling-back"],
};

/**
 * A start at an exposed last step bakes at once, and a restart never does. Who adopts the flag after a halt by drift alone
 * finds the pause again that the halt came upon.
 */
const SELDOM: readonly string[] = ["idle -> baking", "finished -> baking", "halted -> paused"];

/** What people hear of seldom, and yet have to. */
const TOLD = ["stepping-back", "draining", "drain-overdue", "cannot-see", "maintenance", "released"].map(
  (kind) => `told ${kind}`,
);

const FAULTS_OF_WRITES = ["lost", "reply-lost", "late", "refused"].map((fault) => `fault write ${fault}`);

/** What the client of Prometheus, where it is the real one, makes of what comes back. */
const ANSWERS = ["success", "bad-answer"].map((outcome) => `prometheus answers ${outcome}`);

/** What must be seen at least once in a run of many seeds. */
export function neverSeen({ counts, premises }: Tally): readonly string[] {
  const moves = Object.entries(MOVES).flatMap(([from, tos]) => tos.map((to) => `move ${from} -> ${to}`));
  const edits = [...EDIT_KINDS, ...CHOICE_KINDS].map((kind) => `edit ${kind}`);
  const faults = [...FAULT_KINDS.map((kind) => `fault ${kind}`), ...FAULTS_OF_WRITES];
  const upkeep = ["begun", "ended"].map((what) => `maintenance ${what} in the dark`);
  const orders = ["promise done", "promise refused"].map((what) => `order ${what}`);
  const wanted = ["seat taken", ...orders, ...moves, ...edits, ...faults, ...upkeep, ...TOLD, ...ANSWERS];
  const missing = wanted.filter((what) => (counts.get(what) ?? 0) === 0);
  const empty = [...premises].filter(([, count]) => count === 0).map(([name]) => `premise of ${name}`);
  return [...missing, ...empty];
}

/** Moves that no table knows. */
export function illegalMoves({ counts }: Pick<Tally, "counts">): readonly string[] {
  const legal = new Set(Object.entries(MOVES).flatMap(([from, tos]) => tos.map((to) => `${from} -> ${to}`)));
  return [...counts.keys()]
    .filter((what) => what.startsWith("move "))
    .map((what) => what.slice("move ".length))
    .filter((move) => !legal.has(move) && !SELDOM.includes(move));
}

/** The least shares of ramps, so that neither the healthy nor the sick are forgotten. */
const LEAST = { finished: 0.3, rolledBack: 0.2, touched: 0.1 } as const;

/** Of which ramps there were too few. */
export function shortfalls(
  tally: Pick<Tally, "ramps" | "finished" | "rolledBack" | "touched">,
): readonly string[] {
  const { finished, rolledBack, touched } = LEAST;
  const short = (what: string, count: number, least: number): readonly string[] =>
    count >= least * tally.ramps ? [] : [`${what} (${count} of ${tally.ramps}, at least ${100 * least}%)`];
  return [
    ...short("ramps that finished", tally.finished, finished),
    ...short("ramps that were rolled back", tally.rolledBack, rolledBack),
    ...short("ramps that saw a hand edit", tally.touched, touched),
  ];
}
