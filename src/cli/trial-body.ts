import { wholeSeconds, isoTime } from "../api/wire-time.ts";
import type { AlertRule } from "../domain/alert.ts";
import type { Freshness, Unknown } from "../domain/reading.ts";
import type { Past } from "../trial/past.ts";
import type { AlertTrial, QueryTrial } from "../trial/trial.ts";

/** A trial as json and yaml show it: times in UTC, stretches of time in seconds, values in base units. */
export function trialBody(trial: QueryTrial | AlertTrial): object {
  return trial.kind === "query" ? queryBody(trial) : alertBody(trial);
}

function queryBody(trial: QueryTrial): object {
  const { judgement, shape } = trial;
  const { value, samples, bad } = judgement.reading;
  return {
    kind: trial.kind,
    query: trial.query,
    source: trial.source,
    at: isoTime(trial.at),
    exitCode: trial.exitCode,
    verdict: judgement.verdict,
    code: judgement.code,
    message: judgement.message,
    value: value.kind === "known" ? value.value : null,
    ...(value.kind === "unknown" ? { missing: { reason: value.reason, detail: value.detail } } : {}),
    samples: samples?.kind === "known" ? samples.value : null,
    bad: bad?.kind === "known" ? bad.value : null,
    unit: trial.unit,
    limits: trial.limits,
    freshness: freshnessBody(trial.freshness),
    series: shape,
    past: pastBody(trial.past),
    remarks: trial.remarks,
    gate: trial.gate,
  };
}

function alertBody(trial: AlertTrial): object {
  const { judgement } = trial;
  return {
    kind: trial.kind,
    match: trial.match,
    source: trial.source,
    at: isoTime(trial.at),
    exitCode: trial.exitCode,
    verdict: judgement.verdict,
    code: judgement.code,
    message: judgement.message,
    rules: trial.rules.map(ruleBody),
    active: judgement.active.map(({ activeAt, silence, ...alert }) => ({
      ...alert,
      activeAt: isoTime(activeAt),
      silence: silence === null ? null : { ...silence, endsAt: isoTime(silence.endsAt) },
    })),
    past: pastBody(trial.past),
    remarks: judgement.notes,
    gate: trial.gate,
  };
}

function ruleBody(rule: AlertRule): object {
  const { name, group, labels, query, health, lastError, lastEvaluation, intervalMs, forMs } = rule;
  return {
    name,
    group,
    labels,
    query,
    health,
    lastError,
    lastEvaluation: lastEvaluation === null ? null : isoTime(lastEvaluation),
    interval: wholeSeconds(intervalMs),
    for: wholeSeconds(forMs),
    freshness: freshnessBody(rule.freshness),
  };
}

function freshnessBody(freshness: Freshness | null): object | null {
  if (freshness === null) return null;
  if (freshness.kind === "unknown") return { reason: freshness.reason, detail: freshness.detail };
  return freshness.selectors.map(({ selector, newest, scrapeIntervalMs }) => ({
    selector,
    newest: newest === null ? null : isoTime(newest),
    scrapeInterval: wholeSeconds(scrapeIntervalMs),
  }));
}

function pastBody(past: Past | Unknown): object {
  if ("kind" in past) return { reason: past.reason, detail: past.detail };
  const { from, to, stepMs, share, halts, rollbacks, values, points } = past;
  return {
    from: isoTime(from),
    to: isoTime(to),
    step: wholeSeconds(stepMs),
    share,
    halts: { times: halts.times, longest: wholeSeconds(halts.longestMs) },
    rollbacks: { times: rollbacks.times, longest: wholeSeconds(rollbacks.longestMs) },
    values,
    points: points.map(({ at, said, value }) => ({ at: isoTime(at), said, value })),
  };
}
