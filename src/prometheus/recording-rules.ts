import { SECOND, type Millis } from "../domain/instant.ts";
import type { Unknown } from "../domain/reading.ts";
import { unknown, type Success } from "./reply.ts";
import { isLabels, isList, isObject, type JsonObject, type Labels } from "./shape.ts";

/** A rule that records series under a name. */
export type RecordingRule = {
  readonly expression: string;
  /** Labels that the rule itself puts on every series. */
  readonly labels: Labels;
  /** How often it is evaluated; null when the source does not say. */
  readonly intervalMs: Millis | null;
};

export type RecordingRules = ReadonlyMap<string, readonly RecordingRule[]>;

/** From `/api/v1/rules`, by recorded name. Several rules may record different series under one name. */
export function recordingRulesOf(success: Success): RecordingRules | Unknown {
  const groups = isObject(success.data) ? success.data["groups"] : null;
  if (!isList(groups)) return unknown("bad-answer", "the list of rules has no groups");

  const rules = new Map<string, RecordingRule[]>();
  for (const group of groups) {
    if (!isObject(group) || !isList(group["rules"]))
      return unknown("bad-answer", "a group of rules has no rules");
    const { interval } = group;
    const intervalMs = typeof interval === "number" && interval > 0 ? interval * SECOND : null;
    for (const rule of group["rules"].filter(isRecording)) {
      const { name, query, labels } = rule;
      if (typeof name !== "string" || typeof query !== "string") {
        return unknown("bad-answer", "a recording rule has no name or no query");
      }
      const known = rules.get(name) ?? [];
      known.push({ expression: query, labels: isLabels(labels) ? labels : {}, intervalMs });
      rules.set(name, known);
    }
  }
  return rules;
}

// Asked for with `type=record`, which some that speak this API do not heed.
function isRecording(rule: unknown): rule is JsonObject {
  return isObject(rule) && rule["type"] === "recording";
}
