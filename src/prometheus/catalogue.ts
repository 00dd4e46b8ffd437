import { MINUTE, type Millis } from "../domain/instant.ts";
import type { Unknown } from "../domain/reading.ts";
import type { Fields } from "../lib/outbound-request.ts";
import type { Quote } from "../lib/quote.ts";
import type { Catalogue } from "../trial/ports.ts";
import { alertingRulesOf } from "./alerting-rules.ts";
import { labelSetsIn, metadataIn, targetsIn, versionIn } from "./inventory.ts";
import type { Readers } from "./reader.ts";
import type { Success } from "./reply.ts";
import { seconds, type Page } from "./source.ts";

/** A series counts as there when it had a sample in this time, as it does for an instant query. */
const LOOK_BACK: Millis = 5 * MINUTE;

/** What sources have, read anew with each question. */
export function createCatalogue(readers: Readers): Catalogue {
  function read<T extends object | string>(
    name: string,
    page: Page,
    fields: Fields,
    open: (success: Success, quote: Quote) => T | Unknown,
  ): Promise<{ readonly kind: "read"; readonly value: T } | Unknown> {
    return readers.use(name, async ({ source }, deadline) => {
      const opened = await source.get(page, fields, deadline);
      if (opened.kind === "unknown") return opened;
      const value = open(opened, source.quote);
      return isUnknown(value) ? value : { kind: "read", value };
    });
  }

  return {
    async allAlertRules(source) {
      const rules = await read(source, "rules", { type: "alert" }, alertingRulesOf);
      if (rules.kind === "unknown") return rules;
      const freshness = { kind: "known", selectors: [] } as const;
      return { kind: "known", rules: rules.value.map((rule) => ({ ...rule, freshness })) };
    },

    async seriesOf(source, selector, at, limit) {
      const times = { start: seconds(at - LOOK_BACK), end: seconds(at) };
      const fields = { "match[]": selector, ...times, limit: String(limit) };
      const series = await read(source, "series", fields, labelSetsIn);
      // Older versions know no limit.
      return series.kind === "unknown" ? series : { kind: "known", series: series.value.slice(0, limit) };
    },

    async metadata(source, metric) {
      const metrics = await read(source, "metadata", metric === null ? {} : { metric }, metadataIn);
      return metrics.kind === "unknown" ? metrics : { kind: "known", metrics: metrics.value };
    },

    async buildInfo(source) {
      const version = await read(source, "status/buildinfo", {}, versionIn);
      return version.kind === "unknown" ? version : { kind: "known", version: version.value };
    },

    async targets(source) {
      const targets = await read(source, "targets", { state: "active" }, targetsIn);
      return targets.kind === "unknown" ? targets : { kind: "known", targets: targets.value };
    },
  };
}

function isUnknown(value: unknown): value is Unknown {
  return typeof value === "object" && value !== null && "kind" in value && value.kind === "unknown";
}
