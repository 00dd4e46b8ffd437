import type { Millis } from "../domain/instant.ts";
import type { Unknown } from "../domain/reading.ts";
import { unknown, type Success } from "./reply.ts";
import { rulesOfKind } from "./rule-groups.ts";
import { isLabels, type Labels } from "./shape.ts";

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
  const written = rulesOfKind(success, "recording");
  if ("kind" in written) return written;

  const rules = new Map<string, RecordingRule[]>();
  for (const { rule, intervalMs } of written) {
    const { name, query, labels } = rule;
    if (typeof name !== "string" || typeof query !== "string") {
      return unknown("bad-answer", "a recording rule has no name or no query");
    }
    const known = rules.get(name) ?? [];
    known.push({ expression: query, labels: isLabels(labels) ? labels : {}, intervalMs });
    rules.set(name, known);
  }
  return rules;
}
