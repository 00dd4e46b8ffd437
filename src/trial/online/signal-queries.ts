import type { Signal } from "../../domain/gate.ts";

/** Every query that stands in the signal, raw counters as their selectors. */
export function queriesOf({ measure, samples, bad, asOf, emptyIsZeroWitness }: Signal): readonly string[] {
  const own = measure.kind === "plain" ? [measure.query] : [measure.bad, measure.total];
  return [...own, samples, bad, asOf, emptyIsZeroWitness].filter((query) => query !== null);
}
