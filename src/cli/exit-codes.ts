import type { ProblemBody, ProblemCode } from "../api/problem.ts";
import { isProblemCode } from "../api/problem.ts";

/** Exit codes, the same for every command. */
export const EXIT = {
  done: 0,
  unexpected: 1,
  usage: 2,
  closed: 3,
  halted: 4,
  approval: 5,
  blind: 6,
  waitedInVain: 7,
} as const;

export type Exit = (typeof EXIT)[keyof typeof EXIT];

/** Of `plan --detailed-exitcode` alone. */
export const DETAILED = { same: EXIT.done, error: EXIT.usage, change: 10 } as const;

/** What a refused request ends with. Nothing the server refuses may look like an open gate. */
const OF_PROBLEM: Readonly<Record<ProblemCode, Exit>> = {
  "unknown-gate": EXIT.usage,
  forbidden: EXIT.usage,
  "illegal-move": EXIT.usage,
  "watch-only": EXIT.usage,
  "not-ready": EXIT.closed,
  flag: EXIT.usage,
  preflight: EXIT.usage,
  cooldown: EXIT.closed,
  "no-request": EXIT.closed,
  "stale-evidence": EXIT.closed,
  "not-eligible": EXIT.usage,
  signals: EXIT.closed,
  conflict: EXIT.closed,
  "no-token": EXIT.usage,
  "token-in-url": EXIT.usage,
  invalid: EXIT.usage,
  "no-idempotency-key": EXIT.usage,
  "bad-idempotency-key": EXIT.usage,
  "reused-idempotency-key": EXIT.usage,
  "not-found": EXIT.usage,
  "unknown-decision": EXIT.usage,
  // Neither the same decision nor another one: nobody can tell.
  "no-inputs": EXIT.blind,
  "unknown-token": EXIT.usage,
  "unknown-source": EXIT.usage,
  "no-maintenance": EXIT.usage,
  "method-not-allowed": EXIT.usage,
  "changed-meanwhile": EXIT.closed,
  "too-large": EXIT.usage,
  "not-json": EXIT.usage,
  // Nobody looked at the gate, so nothing is known about it.
  "too-many": EXIT.blind,
  "store-unavailable": EXIT.blind,
  failed: EXIT.blind,
};

const STOPPED: readonly (string | null | undefined)[] = ["halted", "rolling-back", "draining", "rolled-back"];

export function exitOfProblem(problem: ProblemBody): Exit {
  if (problem.status >= 500) return EXIT.blind;
  if (problem.code === "illegal-move" && STOPPED.includes(problem.state)) return EXIT.halted;
  return isProblemCode(problem.code) ? OF_PROBLEM[problem.code] : EXIT.usage;
}
