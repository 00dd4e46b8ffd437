import type { Comparison } from "../../domain/limit.ts";
import type { Complain } from "../problem-list.ts";
import type { PlacedLimit } from "../signal-limits.ts";

const BOUNDS: Readonly<Record<Comparison, "from above" | "from below" | null>> = {
  "at most": "from above",
  below: "from above",
  "at least": "from below",
  above: "from below",
  exactly: null,
};

/** R202: where lower is better, good is bounded from above and a breach begins above; the other way round for higher. Whether all fit. */
export function limitDirection(
  limits: readonly PlacedLimit[],
  better: "lower" | "higher",
  complain: Complain,
): boolean {
  let allFit = true;
  for (const { verb, limit, at } of limits) {
    const bound = BOUNDS[limit.comparison];
    // What the candidate lies under its control by counts the other way round.
    const isLower = (better === "lower") !== (limit.baseline === "under control");
    const expected = (verb === "advance") === isLower ? "from above" : "from below";
    if (bound === null || bound === expected) continue;
    allFit = false;
    const other = better === "lower" ? "higher" : "lower";
    const words = expected === "from above" ? "`at most` or `below`" : "`at least` or `above`";
    complain({
      code: "R202",
      at,
      message: `${better} is better here, so \`${verb}\` is written with ${words}`,
      suggestion: `turn the comparison round, or say \`better: ${other}\``,
    });
  }
  return allFit;
}
