import type { Failure, Tally } from "../campaign.ts";
import { INVARIANTS } from "../oracle/oracle.ts";

const TRACE_LINES = 60;

/** The whole run in words: shares of ramps, then how often each thing was seen. */
export function describeTally(tally: Tally): string {
  const { ramps, counts, premises, known } = tally;
  const share = (count: number): string =>
    `${count} (${ramps === 0 ? 0 : Math.round((100 * count) / ramps)}%)`;
  return [
    `${tally.seeds} seeds, ${ramps} ramps: ${share(tally.finished)} finished, ${share(tally.rolledBack)} rolled back, ` +
      `${share(tally.touched)} saw a hand edit`,
    "",
    "Invariants, and how often each had something to check:",
    ...INVARIANTS.map(({ name, says }) => row(`${name.padEnd(5)}${says}`, premises.get(name) ?? 0)),
    "",
    "Known defects, and how often they were met:",
    ...[...known].map(([name, count]) => row(name, count)),
    "",
    "Seen:",
    ...[...counts.keys()].toSorted().map((what) => row(what, counts.get(what) ?? 0)),
  ].join("\n");
}

function row(what: string, count: number): string {
  return `  ${what.padEnd(58)} ${String(count).padStart(7)}`;
}

/** What broke, and the last steps before the end of that run. */
export function describeFailure({ seed, violations, run }: Failure): string {
  const start = run.evidence.definitions[0]?.from ?? 0;
  return [
    `seed ${seed} broke ${violations.length === 1 ? "an invariant" : `${violations.length} invariants`}:`,
    ...violations.map(
      ({ invariant, gate, at, says }) =>
        `  ${invariant} ${gate} after ${((at - start) / 60_000).toFixed(2)} min: ${says}`,
    ),
    "",
    ...run.traceUntil(Math.max(...violations.map(({ at }) => at)) + 1_000, TRACE_LINES),
    "",
    `node test/simulation/main.ts --seeds 1 --from ${seed} plays it again; the same seed is the same run.`,
  ].join("\n");
}
