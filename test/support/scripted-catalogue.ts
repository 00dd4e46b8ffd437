import type { AlertRule } from "../../src/domain/alert.ts";
import type { Catalogue, MetricMeta } from "../../src/trial/ports.ts";

/** What a source has, by script; it knows nothing else. */
export function createScriptedCatalogue(given: {
  readonly rules?: readonly AlertRule[];
  readonly metrics?: readonly MetricMeta[];
  /** Names of metrics that have a series now. */
  readonly series?: readonly string[];
}): Catalogue {
  const { rules = [], metrics = [], series = [] } = given;
  return {
    allAlertRules: async () => ({ kind: "known", rules }),
    seriesOf: async (_source, selector) => ({
      kind: "known",
      series: series.includes(selector) ? [{ __name__: selector }] : [],
    }),
    metadata: async (_source, metric) => ({
      kind: "known",
      metrics: metrics.filter(({ name }) => metric === null || name === metric),
    }),
    buildInfo: async () => ({ kind: "known", version: "3.0.0" }),
    targets: async () => ({ kind: "known", targets: [] }),
  };
}
