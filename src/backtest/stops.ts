import type { Instant } from "../domain/instant.ts";
import { ACKNOWLEDGED_FOR } from "../domain/missing.ts";
import { type Verdict, worse } from "../domain/verdict.ts";
import type { KnownSpan, Stop } from "./report.ts";

/** What was said at one look. */
export type Said = {
  readonly verdict: Verdict;
  readonly by: readonly string[];
  readonly message: string;
};

type Open = Omit<Stop, "known">;

/**
 * Gathers looks into stops. A ramp that is halted stays so until a person resumes it, and what that person has seen halts
 * nothing again within a quarter of an hour, so looks that are no further apart belong together.
 */
export function createStops(known: readonly KnownSpan[]) {
  const stops: Open[] = [];

  return {
    look(at: Instant, said: () => Said, verdict: Verdict): void {
      if (verdict !== "halt" && verdict !== "rollback") return;
      const last = stops.at(-1);
      if (last === undefined || at - last.to > ACKNOWLEDGED_FOR) {
        const { by, message } = said();
        stops.push({ from: at, to: at, verdict, by, message });
      } else {
        const worst = worse(last.verdict, verdict) === "rollback" ? "rollback" : "halt";
        stops[stops.length - 1] = { ...last, to: at, verdict: worst };
      }
    },
    all: (): readonly Stop[] => stops.map((each) => ({ ...each, known: knownAt(known, each.from) })),
  };
}

/** The name of the known span that an instant lies in. */
export function knownAt(known: readonly KnownSpan[], at: Instant): string | null {
  return known.find(({ from, to }) => from <= at && at < to)?.name ?? null;
}
