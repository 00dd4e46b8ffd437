import type { ActiveAlert, AlertAnswers, AlertRule, Silence } from "./alert.ts";
import type { AlertEffect, AlertGuard, Gate } from "./gate.ts";
import { staleSelector } from "./inquiry.ts";
import { type Instant, type Millis, formatMillis } from "./instant.ts";
import { UNBREACHED } from "./limit-clock.ts";
import {
  ACKNOWLEDGED_FOR,
  type MissingContext,
  idleClock,
  missingClock,
  sayMissing,
  wasForMissing,
} from "./missing.ts";
import type { SignalClock } from "./record.ts";
import { type AlertJudgement, type AlertShown, VERDICTS, type Verdict, worse } from "./verdict.ts";

/** A rule that was not evaluated for this many of its intervals says nothing any more. */
const MISSED_EVALUATIONS = 3;

export type AlertContext = MissingContext & {
  /** Last increase of exposure by anybody; null: there was none. */
  readonly raisedAt: Instant | null;
};

type Said = Pick<AlertJudgement, "verdict" | "code" | "message" | "until">;

/** An active alert with the rule it comes from and what it does to the gate. */
type Finding = { readonly rule: AlertRule; readonly shown: AlertShown; readonly verdict: Verdict };

/** Judges one guard. Its clock keeps since when it has been missing, and whether a halt of it was acknowledged. */
export function judgeAlert(
  gate: Gate,
  guard: AlertGuard,
  answers: AlertAnswers,
  before: SignalClock,
  context: AlertContext,
): { readonly judgement: AlertJudgement; readonly clock: SignalClock } {
  const rules = answers.rules.kind === "known" ? answers.rules.rules : [];
  const findings = findingsOf(guard, rules, answers, context);
  const lost = lostSight(guard, answers, findings, context.now);
  const stops = findings.some(({ verdict }) => verdict === "halt" || verdict === "rollback");
  const clock = clockAfter(gate, guard, { stops, isLost: lost !== null }, before, context);
  const said = [
    ...(lost === null ? [] : [sayMissing(gate, guard, clock, lost, context)]),
    ...findings.map((finding) => sayActive(finding, findings.length - 1, clock, context.now)),
  ].reduce<Said>((worst, each) => (isWorse(each, worst) ? each : worst), good(rules.length));
  return {
    judgement: {
      guard: guard.match,
      ...said,
      rules: rules.map(({ name }) => name),
      active: findings.map(({ shown }) => shown),
      notes: notesOf(answers, findings.length),
    },
    clock,
  };
}

/** The first of the worst stands, so that what cannot be seen is told before what merely waits. */
function isWorse(a: Said, b: Said): boolean {
  return VERDICTS.indexOf(a.verdict) > VERDICTS.indexOf(b.verdict);
}

function good(count: number): Said {
  const message = count === 1 ? "its rule is inactive" : `its ${count} rules are inactive`;
  return { verdict: "good", code: "good", message, until: null };
}

/** Every active alert that has an effect, the worst first. */
function findingsOf(
  guard: AlertGuard,
  rules: readonly AlertRule[],
  answers: AlertAnswers,
  context: AlertContext,
): readonly Finding[] {
  const silences = answers.silences.kind === "known" ? answers.silences.silences : [];
  const active = rules.flatMap((rule) => rule.active.map((alert) => ({ rule, alert })));
  return active
    .flatMap(({ rule, alert }, index) => {
      const silence = silences[index] ?? null;
      const effect = effectOf(guard, alert, silence);
      if (effect === "ignore") return [];
      // What fired before the last raise was not caused by it: taking exposure back would not mend it.
      const isOld = context.raisedAt !== null && firingSince(rule, alert, context.now) <= context.raisedAt;
      const verdict: Verdict = effect === "rollback" && isOld ? "halt" : effect;
      return [{ rule, verdict, shown: { ...alert, rule: rule.name, silence } }];
    })
    .toSorted((a, b) => VERDICTS.indexOf(b.verdict) - VERDICTS.indexOf(a.verdict));
}

function effectOf(guard: AlertGuard, alert: ActiveAlert, silence: Silence | null): AlertEffect {
  if (silence !== null) return guard.silenced;
  if (alert.state === "pending") return guard.pending;
  return alert.labels["severity"] === "critical" ? guard.critical : guard.firing;
}

/** Prometheus tells since when the condition holds; the alert fires once it has held for the rule's `for`. */
function firingSince(rule: AlertRule, alert: ActiveAlert, now: Instant): Instant {
  return Math.min(now, alert.activeAt + rule.forMs);
}

/** Why the silence of the guard's rules proves nothing; null while it does. */
function lostSight(
  guard: AlertGuard,
  answers: AlertAnswers,
  findings: readonly Finding[],
  now: Instant,
): string | null {
  const { rules } = answers;
  if (rules.kind === "unknown") return `${rules.reason}: ${rules.detail}`;
  if (rules.rules.length === 0) return `no alerting rule matches ${guard.match}`;
  const witnessed = answers.witness?.kind === "value" && answers.witness.value > 0;
  for (const rule of rules.rules) {
    // A rule that speaks can see.
    if (findings.some((finding) => finding.rule === rule)) continue;
    const blind = blindness(rule, witnessed, now);
    if (blind !== null) return `${rule.name} ${blind}`;
  }
  return null;
}

function blindness(rule: AlertRule, witnessed: boolean, now: Instant): string | null {
  if (rule.health === "err") return `cannot be evaluated: ${rule.lastError ?? "no reason given"}`;
  if (rule.lastEvaluation === null) return "has not been evaluated yet";
  const age = now - rule.lastEvaluation;
  if (age > MISSED_EVALUATIONS * rule.intervalMs) return `was last evaluated ${formatMillis(age)} ago`;
  if (rule.freshness.kind === "unknown") return `reads what cannot be followed: ${rule.freshness.detail}`;
  const exists = rule.freshness.selectors.filter(({ newest }) => newest !== null || !witnessed);
  const stale = staleSelector(exists, 0, now);
  return stale === null ? null : `cannot fire: ${stale}`;
}

type Seen = { readonly stops: boolean; readonly isLost: boolean };

function clockAfter(
  gate: Gate,
  guard: AlertGuard,
  { stops, isLost }: Seen,
  before: SignalClock,
  context: AlertContext,
): SignalClock {
  const base = isLost ? missingClock(gate, guard, before, context) : idleClock(before);
  const acknowledged = stops ? !wasForMissing(before) : isLost;
  return {
    ...base,
    halt: stops ? { ...UNBREACHED, at: context.now } : UNBREACHED,
    acknowledgedAt: acknowledged ? before.acknowledgedAt : null,
  };
}

function sayActive(finding: Finding, others: number, clock: SignalClock, now: Instant): Said {
  const { rule, shown } = finding;
  const code = shown.silence !== null ? "silenced" : shown.state;
  const isAcknowledged = finding.verdict === "halt" && stillAcknowledged(rule.forMs, clock, now);
  const more = others === 0 ? "" : `, and ${others} more`;
  const note = isAcknowledged ? "; a person resumed over it" : "";
  return {
    verdict: isAcknowledged ? "wait" : finding.verdict,
    code,
    message: `${stateOf(finding, now)}${more}${note}`,
    until: shown.silence?.endsAt ?? null,
  };
}

function stillAcknowledged(forMs: Millis, clock: SignalClock, now: Instant): boolean {
  return clock.acknowledgedAt !== null && now - clock.acknowledgedAt < Math.max(forMs, ACKNOWLEDGED_FOR);
}

function stateOf({ rule, shown }: Finding, now: Instant): string {
  const since = shown.state === "pending" ? shown.activeAt : firingSince(rule, shown, now);
  const state = `${rule.name} is ${shown.state} for ${formatMillis(Math.max(0, now - since))}`;
  const { silence } = shown;
  if (silence === null) return state;
  return `${state}, silenced by ${silence.by} for another ${formatMillis(silence.endsAt - now)}: ${silence.comment}`;
}

function notesOf({ silences }: AlertAnswers, active: number): readonly string[] {
  if (active === 0 || silences.kind === "known") return [];
  return silences.kind === "not-configured"
    ? ["silences are not seen: no Alertmanager is configured for this source"]
    : [`silences could not be read: ${silences.detail}`];
}

/** The worst of the guards' verdicts; good when there are none. */
export function worstAlert(alerts: readonly AlertJudgement[]): Verdict {
  return alerts.reduce<Verdict>((worst, alert) => worse(worst, alert.verdict), "good");
}
