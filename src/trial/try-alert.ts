import type { AlertRule } from "../domain/alert.ts";
import type { AlertGuard } from "../domain/gate.ts";
import { type Millis, SECOND } from "../domain/instant.ts";
import type { Labels, Matcher } from "../domain/matcher.ts";
import { type Verdict, worse } from "../domain/verdict.ts";
import type { Unknown } from "../domain/reading.ts";
import { matches } from "../matchers/matchers.ts";
import { quoted } from "./proposal/promql-text.ts";
import { gateOfText } from "./gate-of-text.ts";
import { passAlone } from "./lone-pass.ts";
import { type Past, type PastPoint, pastOf } from "./past.ts";
import type { History, Series, Span } from "./ports.ts";
import { instantsOf } from "./recall.ts";
import { gateOfGuard } from "./smallest-gate.ts";
import type { AlertTrial, Trial, TrialExit, TryAsked } from "./trial.ts";
import type { TrialPorts } from "./try-query.ts";

const MOST_POINTS = 1_000;
const MOST_SELECTORS = 8;

/** What alerts do to a gate now, and would have done over the last while. `match` names them as a gate file does. */
export async function tryAlert(asked: TryAsked, match: string, ports: TrialPorts): Promise<Trial> {
  const text = gateOfGuard(match);
  const parsed = gateOfText(text, asked.source);
  if (!parsed.ok) return { kind: "faulty", problems: parsed.problems, text };
  const [guard] = parsed.gate.alerts;
  if (guard === undefined) return { kind: "faulty", problems: [], text };
  const change = { changedAt: null, raisedAt: null };
  const pass = await passAlone(parsed.gate, ports, "deploy", change, asked.now);
  const [judgement] = pass.judgement.alerts;
  if (judgement === undefined) throw new Error(`the pass left out ${match}`);
  const answered = pass.alertAnswers.get(guard.match)?.rules;
  const rules = answered?.kind === "known" ? answered.rules : [];
  return {
    kind: "alert",
    match: guard.match,
    source: asked.source,
    at: asked.now,
    rules,
    judgement,
    past: await pastOfGuard(asked, guard, selectorsOf(rules), ports.history),
    gate: text,
    exitCode: exitOf(judgement),
  };
}

function exitOf({ verdict, code }: AlertTrial["judgement"]): TrialExit {
  if (verdict === "halt" || verdict === "rollback") return 4;
  if (code === "missing" || code === "dark") return 6;
  return verdict === "good" ? 0 : 3;
}

/** What the rules read, as far as it can be followed. */
function selectorsOf(rules: readonly AlertRule[]): readonly string[] {
  const all = rules.flatMap(({ freshness }) => (freshness.kind === "known" ? freshness.selectors : []));
  return [...new Set(all.map(({ selector }) => selector))].slice(0, MOST_SELECTORS);
}

/**
 * From the series that Prometheus keeps of every pending and firing alert. Where there is none and what the rules read was
 * not there either, the alert was not inactive: nobody could have seen it.
 */
async function pastOfGuard(
  asked: TryAsked,
  guard: AlertGuard,
  selectors: readonly string[],
  history: History,
): Promise<Past | Unknown> {
  const span = spanOf(asked);
  const [reply, ...reads] = await Promise.all([
    history.range(asked.source, `ALERTS${selectorOf(guard.matchers)}`, span),
    ...selectors.map((selector) => history.range(asked.source, `count(${selector})`, span)),
  ]);
  if (reply.kind === "unknown") return reply;
  const seen: ReadonlySet<number>[] = [];
  for (const read of reads) {
    if (read.kind === "unknown") return read;
    seen.push(indexesOf(read.series, span));
  }
  const ours = reply.series.filter(({ labels }) => matches(guard.matchers, labels));
  const effects = instantsOf(span).map((): Verdict => "good");
  for (const series of ours) {
    const effect = effectOf(guard, series);
    for (const index of indexesOf([series], span)) {
      const before = effects[index];
      if (before !== undefined) effects[index] = worse(before, effect);
    }
  }
  const points = effects.map((said, index): PastPoint => ({
    at: span.from + index * span.stepMs,
    said: said === "good" && seen.some((there) => !there.has(index)) ? "missing" : said,
    value: null,
  }));
  return pastOf(points, span.stepMs);
}

/** At which looks any of the series had a sample. */
function indexesOf(series: readonly Series[], { from, stepMs }: Span): ReadonlySet<number> {
  return new Set(series.flatMap(({ points }) => points.map(({ at }) => Math.round((at - from) / stepMs))));
}

function effectOf(guard: AlertGuard, { labels }: Series): Verdict {
  const effect = effectOfLabels(guard, labels);
  return effect === "ignore" ? "good" : effect;
}

function effectOfLabels(guard: AlertGuard, labels: Labels) {
  if (labels["alertstate"] === "pending") return guard.pending;
  return labels["severity"] === "critical" ? guard.critical : guard.firing;
}

const WRITABLE = /^[A-Za-z_]\w*$/;

/** Conditions on names that need quotes are left to the reading of the answer. */
export function selectorOf(matchers: readonly Matcher[]): string {
  const written = matchers
    .filter(({ label }) => WRITABLE.test(label))
    .map(({ label, operator, value }) => `${label}${operator}${quoted(value)}`);
  return written.length === 0 ? "" : `{${written.join(",")}}`;
}

function spanOf({ now, lastMs }: TryAsked): Span {
  const stepMs: Millis = Math.max(15 * SECOND, Math.ceil(lastMs / MOST_POINTS / SECOND) * SECOND);
  return { from: now - Math.floor(lastMs / stepMs) * stepMs, to: now, stepMs };
}
