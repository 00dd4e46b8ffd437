import type { Instant } from "../domain/instant.ts";
import { ACKNOWLEDGED_FOR } from "../domain/missing.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { KnownSpan, Stop } from "./report.ts";

/** What was said at one look. */
export type Said = {
  readonly verdict: Verdict;
  readonly by: readonly string[];
  readonly message: string;
};

type Open = Stop & {
  /** The window of a calendar that keeps it from stopping anything; null: none. */
  readonly window: string | null;
};

export type Stops = {
  /** `window` is the one that keeps a signal from being believed at that look. */
  look(at: Instant, said: Said, window: string | null): void;
  all(): readonly Stop[];
};

/**
 * Gathers looks into stops. A ramp that is halted stays so until a person resumes it, and what that person has seen halts
 * nothing again within a quarter of an hour, so looks that are no further apart belong together.
 */
export function createStops(known: readonly KnownSpan[]): Stops {
  const stops: Open[] = [];

  return {
    look(at, { verdict, by, message }, window) {
      if (verdict !== "halt" && verdict !== "rollback") return;
      const index = stops.findLastIndex((each) => each.window === window);
      const last = stops[index];
      if (last !== undefined && at - last.to <= ACKNOWLEDGED_FOR) {
        const isWorse = verdict === "rollback" && last.verdict === "halt";
        stops[index] = { ...last, to: at, ...(isWorse ? { verdict, by, message } : {}) };
      } else {
        stops.push({ from: at, to: at, verdict, by, message, known: window ?? knownAt(known, at), window });
      }
    },
    all: () => stops.map(({ window: _window, ...stop }) => stop),
  };
}

/** The name of the known span that an instant lies in. */
export function knownAt(known: readonly KnownSpan[], at: Instant): string | null {
  return known.find(({ from, to }) => from <= at && at < to)?.name ?? null;
}
