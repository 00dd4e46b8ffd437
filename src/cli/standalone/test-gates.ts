import type { Millis } from "../../domain/instant.ts";
import type { Problem } from "../../domain/problem.ts";

/** What `rampart test` asks for. */
export type TestRequest = {
  /** A folder of gate files, a test file, or a gate file whose tests are meant. */
  readonly path: string;
  /** Whether to change the gates, too, and see which changes no case notices. */
  readonly mutate: boolean;
  readonly env: Readonly<Record<string, string | undefined>>;
};

/** One thing that was not as a case says, and what the engine said for what there was. */
export type CaseShortfall = {
  readonly file: string;
  readonly line: number;
  readonly afterMs: Millis;
  readonly expected: string;
  readonly was: string;
  readonly why: readonly string[];
};

export type CaseReport = {
  readonly file: string;
  readonly line: number;
  readonly gate: string;
  readonly name: string;
  /** How many passes of the engine it took, and how long. */
  readonly passes: number;
  readonly durationMs: Millis;
  readonly failures: readonly CaseShortfall[];
};

/** A change of a gate, and the case that notices it. */
export type MutantReport = {
  readonly gate: string;
  readonly signal: string;
  readonly what: string;
  /** File and line of what was changed. */
  readonly place: string;
  /** Null: none does. */
  readonly caughtBy: { readonly file: string; readonly line: number; readonly name: string } | null;
};

export type TestOutcome =
  | {
      readonly kind: "tested";
      readonly cases: readonly CaseReport[];
      /** Null: not asked for, or a case fails on the gate as it is. */
      readonly mutants: readonly MutantReport[] | null;
      readonly durationMs: Millis;
    }
  | {
      readonly kind: "faulty";
      readonly problems: readonly Problem[];
      /** Text of every file that was read, by the path its problems name. */
      readonly texts: ReadonlyMap<string, string>;
    }
  /** Nothing was tested, and what to do about it. */
  | { readonly kind: "unusable"; readonly message: string };
