import { createExpressionReader } from "../prometheus/expression-reader.ts";
import { standingOf } from "../prometheus/guarded-rule.ts";
import { sliceOf } from "../prometheus/matchers.ts";
import { neededSelectors } from "../prometheus/needed-selectors.ts";
import type { SeeRule } from "../rehearsal/ports.ts";

const read = createExpressionReader();

/** How the service sees an alerting rule behind a guard, found by its own code. */
export const seeRule: SeeRule = ({ alert, expression, labels }, guard) => {
  const reading = read(expression);
  const standing = standingOf({ name: alert, labels }, reading.ok ? reading.expression : null, guard);
  const anyOfEach = standing.kind === "open" ? standing.anyOfEach : [];
  const isOutside = standing.kind === "outside";
  if (!reading.ok) return { isOutside, anyOfEach, reads: reading };
  const selectors = neededSelectors(reading.expression).map((node) =>
    standing.kind === "outside" ? sliceOf(node, expression) : standing.narrow(node),
  );
  return {
    isOutside,
    anyOfEach,
    reads: { ok: true, selectors: [...new Set(selectors.filter((each) => each !== null))] },
  };
};
