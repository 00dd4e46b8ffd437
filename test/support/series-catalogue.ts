import type { Labels } from "../../src/domain/matcher.ts";
import { matches, parseMatchers } from "../../src/matchers/matchers.ts";
import type { Catalogue } from "../../src/trial/ports.ts";

/** A source that has exactly these series, found by selectors as Prometheus finds them. */
export function createSeriesCatalogue(series: readonly Labels[], more: Partial<Catalogue> = {}): Catalogue {
  return {
    seriesOf: async (_source, selector, _at, limit) => {
      const name = /^[\w:]+/.exec(selector)?.[0];
      const parsed = parseMatchers(selector.slice(name?.length ?? 0) || '{__name__!=""}');
      if (!parsed.ok) return { kind: "unknown", reason: "http-400", detail: parsed.problem };
      const found = series.filter(
        (labels) => (name === undefined || labels["__name__"] === name) && matches(parsed.matchers, labels),
      );
      return { kind: "known", series: found.slice(0, limit) };
    },
    allAlertRules: async () => ({ kind: "known", rules: [] }),
    metadata: async () => ({ kind: "known", metrics: [] }),
    buildInfo: async () => ({ kind: "known", version: "3.5.0" }),
    targets: async () => ({ kind: "known", targets: [] }),
    ...more,
  };
}
