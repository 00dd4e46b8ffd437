import type { Complain } from "../problem-list.ts";
import type { PlacedLimit } from "../signal-limits.ts";

type DataRhythm = {
  /** What a run is counted by; null: by nothing that the data says. */
  readonly runs: "watermark" | "new data" | null;
  readonly hasPeriod: boolean;
};

/** R207, R221: `for` counts time on data that flows and runs on data that comes in runs, and never on `advance`. */
export function limitPersistence(
  limits: readonly PlacedLimit[],
  rhythm: DataRhythm,
  complain: Complain,
): void {
  for (const { verb, limit, at, lastingAt } of limits) {
    if (lastingAt === null) continue;
    const { kind } = limit.persistence;
    if (verb === "advance") {
      complain({
        code: "R221",
        at: lastingAt,
        message: "`advance` takes no `for`",
        suggestion: "the step's `hold` says how long",
      });
    } else if (kind === "runs" && rhythm.runs === null && !rhythm.hasPeriod) {
      complain({
        code: "R207",
        at: lastingAt,
        message: "the signal has neither `asOf` nor `period`, so there are no runs to count",
        suggestion: "write a time, e.g. `for 10m`, or give the signal `asOf` or `onNewData: true`",
      });
    } else if (kind === "time" && rhythm.runs !== null) {
      complain({
        code: "R207",
        at: { ...lastingAt, start: Math.max(at.start, lastingAt.start) },
        message: `the signal changes only with its ${rhythm.runs}, so time would count one number again and again`,
        suggestion: "write `for 1 run`",
      });
    }
  }
}
