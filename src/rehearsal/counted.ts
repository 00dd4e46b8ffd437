import type { Instant } from "../domain/instant.ts";
import type { RawCounters, Stretch } from "../domain/increments.ts";
import { withMetricPrefix } from "../promql/renamed-metrics.ts";
import { cannotBePacked, type PastAnswersOf } from "./past-answers.ts";

/** Raw counters of a case in any stretch of it. */
export type Counted = (selector: string, stretch: Stretch) => Promise<RawCounters>;

/** All samples of a selector are asked for once, and cut to the stretch of each pass. */
export function createCounted(
  { engine, prefix }: Pick<PastAnswersOf, "engine" | "prefix">,
  data: { readonly from: Instant; readonly to: Instant },
): Counted {
  const whole = new Map<string, Promise<RawCounters>>();

  function askWhole(selector: string): Promise<RawCounters> {
    const renamed = withMetricPrefix(selector, prefix);
    if (!renamed.ok) return Promise.resolve(cannotBePacked(renamed.problem));
    // From before the first sample, which the stretch does not include.
    return engine.counters(renamed.text, { from: data.from - 1, to: data.to });
  }

  return async (selector, { from, to }) => {
    const asked = whole.get(selector) ?? askWhole(selector);
    whole.set(selector, asked);
    const all = await asked;
    if (all.kind === "unknown") return all;
    const series = all.series.map(({ labels, samples }) => ({
      labels,
      samples: samples.filter(({ at }) => at > from && at <= to),
    }));
    return { kind: "known", series: series.filter(({ samples }) => samples.length > 0) };
  };
}
