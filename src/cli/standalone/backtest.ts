import type { Phase } from "../../backtest/backtest.ts";
import type { Backtest, KnownSpan } from "../../backtest/report.ts";
import type { Millis } from "../../domain/instant.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Places } from "./places.ts";

/** What `rampart backtest` is to replay. */
export type BacktestRequest = {
  /** A gate file, or the name of a gate in the folder of gates. */
  readonly target: string;
  readonly lastMs: Millis;
  /** Between two looks; null: the gate's `every`, and at least a minute. */
  readonly stepMs: Millis | null;
  readonly known: readonly KnownSpan[];
  readonly places: Places;
  /** IANA name. */
  readonly timeZone: string;
  /** Where a chart is to be written; null: none. */
  readonly chart: string | null;
  /** Told how far it is. What it throws ends the replay. */
  readonly tell: (phase: Phase, done: number, of: number) => void;
};

export type BacktestOutcome =
  | { readonly kind: "done"; readonly backtest: Backtest }
  | {
      readonly kind: "faulty";
      readonly problems: readonly Problem[];
      /** Text of every file that was read, by the path its problems name. */
      readonly texts: ReadonlyMap<string, string>;
    }
  /** It could not even be asked, and what to give instead. */
  | { readonly kind: "unusable"; readonly message: string }
  /** A source does not tell its past, and what would change that. */
  | { readonly kind: "blind"; readonly message: string };
