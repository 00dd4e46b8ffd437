import type { ActiveAlert, AlertRule } from "../domain/alert.ts";
import { MINUTE, SECOND, type Instant, type Millis } from "../domain/instant.ts";
import type { Unknown } from "../domain/reading.ts";
import type { Quote } from "../lib/quote.ts";
import { unknown, type Success } from "./reply.ts";
import { rulesOfKind, type GroupedRule } from "./rule-groups.ts";
import { isLabels, isList, isObject } from "./shape.ts";

/** A rule with all its active alerts, as the source states it. */
export type WrittenAlertRule = Omit<AlertRule, "freshness">;

/** What Prometheus uses where a group names no interval; only sources that are none leave it out of their answer. */
const USUAL_INTERVAL: Millis = MINUTE;

/** From `/api/v1/rules`. */
export function alertingRulesOf(success: Success, quote: Quote): readonly WrittenAlertRule[] | Unknown {
  if (success.warnings.length > 0) return unknown("partial", success.warnings.join("; "));
  const written = rulesOfKind(success, "alerting");
  if ("kind" in written) return written;

  const rules: WrittenAlertRule[] = [];
  for (const each of written) {
    const rule = alertingRule(each, quote);
    if ("kind" in rule) return rule;
    rules.push(rule);
  }
  return rules;
}

function alertingRule({ rule, group, intervalMs }: GroupedRule, quote: Quote): WrittenAlertRule | Unknown {
  const { name, query, labels = {}, duration, health, lastError } = rule;
  if (typeof name !== "string" || typeof query !== "string")
    return unknown("bad-answer", "an alerting rule has no name or no query");
  if (!isLabels(labels)) return unknown("bad-answer", `the labels of ${quote(name)} are none`);
  const active = activeAlerts(name, rule["alerts"] ?? []);
  if (active === null) return unknown("bad-answer", `the alerts of ${quote(name)} cannot be read`);
  return {
    name,
    group,
    labels,
    query,
    health: health === "ok" || health === "err" ? health : "unknown",
    lastError: typeof lastError === "string" && lastError !== "" ? quote(lastError) : null,
    lastEvaluation: instantOf(rule["lastEvaluation"]),
    intervalMs: intervalMs ?? USUAL_INTERVAL,
    forMs: typeof duration === "number" && duration > 0 ? duration * SECOND : 0,
    active,
  };
}

function activeAlerts(rule: string, alerts: unknown): readonly ActiveAlert[] | null {
  if (!isList(alerts)) return null;
  const active: ActiveAlert[] = [];
  for (const alert of alerts) {
    if (!isObject(alert) || !isLabels(alert["labels"])) return null;
    const { state, labels } = alert;
    if (state === "inactive") continue;
    const activeAt = instantOf(alert["activeAt"]);
    if ((state !== "pending" && state !== "firing") || activeAt === null) return null;
    active.push({ labels: { ...labels, alertname: rule }, state, activeAt });
  }
  return active;
}

/** Null for anything but a time; Go writes one that never was as the year 1. */
function instantOf(text: unknown): Instant | null {
  const at = typeof text === "string" ? Date.parse(text) : Number.NaN;
  return at > 0 ? at : null;
}
