import type { Unknown } from "../domain/reading.ts";
import { parseDuration } from "../text/duration-text.ts";
import type { MetricMeta } from "../trial/ports.ts";
import { unknown, type Success } from "./reply.ts";
import { isLabels, isList, isObject, type Labels } from "./shape.ts";

/** From `/api/v1/series`. */
export function labelSetsIn(success: Success): readonly Labels[] | Unknown {
  const { data } = success;
  return isList(data) && data.every(isLabels)
    ? data
    : unknown("bad-answer", "the list of series is not one of labels");
}

/** From `/api/v1/metadata`. Targets may disagree about a metric; then it is there once for each opinion. */
export function metadataIn(success: Success): readonly MetricMeta[] | Unknown {
  if (!isObject(success.data)) return unknown("bad-answer", "the metadata is missing");
  const metrics: MetricMeta[] = [];
  for (const [name, opinions] of Object.entries(success.data)) {
    if (!isList(opinions) || !opinions.every(isLabels))
      return unknown("bad-answer", "the metadata of a metric is not a list of texts");
    for (const { type = "unknown", help = "", unit = "" } of opinions) {
      metrics.push({ name, type, help, unit });
    }
  }
  return metrics;
}

/** From `/api/v1/status/buildinfo`. */
export function versionIn(success: Success): string | Unknown {
  const version = isObject(success.data) ? success.data["version"] : null;
  return typeof version === "string" && version !== ""
    ? version
    : unknown("bad-answer", "the build information has no version");
}

export type ScrapeTarget = {
  readonly job: string;
  readonly instance: string;
  readonly health: string;
  readonly scrapeIntervalMs: number | null;
};

/** From `/api/v1/targets`. */
export function targetsIn(success: Success): readonly ScrapeTarget[] | Unknown {
  const targets = isObject(success.data) ? success.data["activeTargets"] : null;
  if (!isList(targets)) return unknown("bad-answer", "the list of targets is missing");
  const found: ScrapeTarget[] = [];
  for (const target of targets) {
    if (!isObject(target) || !isLabels(target["labels"]))
      return unknown("bad-answer", "a target has no labels");
    const { health, scrapeInterval } = target;
    found.push({
      job: target["labels"]["job"] ?? "",
      instance: target["labels"]["instance"] ?? "",
      health: typeof health === "string" ? health : "unknown",
      scrapeIntervalMs: typeof scrapeInterval === "string" ? parseDuration(scrapeInterval) : null,
    });
  }
  return found;
}
