import type { Gate, Signal, Unit } from "../domain/gate.ts";
import { type Millis, SECOND, formatMillis } from "../domain/instant.ts";
import { formatValue } from "../domain/value-text.ts";
import type { SignalJudgement } from "../domain/verdict.ts";
import { guessUnit } from "../promql/unit-guess.ts";
import { type GateOfText, gateOfText } from "./gate-of-text.ts";
import { type LimitTexts, NO_LIMITS, directionOf, statesLimit, unitOf } from "./given-limits.ts";
import { type LonePass, type LonePorts, passAlone } from "./lone-pass.ts";
import { type Past, type PastPoint, pastOf } from "./past.ts";
import type { Catalogue, MetricMeta, Span } from "./ports.ts";
import { metricsOf, remarksOn } from "./query-remarks.ts";
import type { Recalled } from "./recall.ts";
import { recallSignal, replay } from "./replay.ts";
import { shapeAt } from "./series-shape.ts";
import { gateOfQuery } from "./smallest-gate.ts";
import { suggestLimits } from "./suggest-limits.ts";
import type { QueryTrial, Trial, TrialExit, TryAsked } from "./trial.ts";

export type TrialPorts = LonePorts & { readonly catalogue: Catalogue };

/** More points than a screen has columns, and few enough for any Prometheus. */
const MOST_POINTS = 1_000;
const NO_CHANGE = { changedAt: null, raisedAt: null };

/** What a query says now and would have said over the last while, judged as a gate's signal. */
export async function tryQuery(asked: TryAsked, ports: TrialPorts): Promise<Trial> {
  const meaning = meaningOf(asked);
  const given = statesLimit(asked.limits);
  // The queries behind a signal do not depend on its limits; these stand in until the past has suggested some.
  const first = readAs(asked, meaning, given ? asked.limits : standIn(meaning.better), null);
  if (!first.parsed.ok) return { kind: "faulty", problems: first.parsed.problems, text: first.text };
  const { gate } = first.parsed;
  const [signal] = gate.signals;
  if (signal === undefined) return { kind: "faulty", problems: [], text: first.text };

  const [pass, metadata] = await Promise.all([
    passAlone(gate, ports, "advance", NO_CHANGE, asked.now),
    metadataOf(asked, ports.catalogue),
  ]);
  const span = spanOf(asked, pass.answers.get(signal.name)?.scrapeIntervalMs ?? 0);
  const recalled = await recallSignal(ports.history, signal, span);
  const seen: Seen = { asked, meaning, gate, signal, pass, recalled, span, metadata };
  if (given) return trialOf(seen, { ...asked.limits, suggested: false }, first.text);
  return withSuggestions(seen, ports);
}

type Meaning = { readonly unit: Unit; readonly why: string; readonly better: "lower" | "higher" };

type Seen = {
  readonly asked: TryAsked;
  readonly meaning: Meaning;
  readonly gate: Gate;
  readonly signal: Signal;
  readonly pass: LonePass;
  readonly recalled: Recalled;
  readonly span: Span;
  readonly metadata: readonly MetricMeta[];
};

const RISES_WHEN_WELL = /success|succeeded|avail|healthy|\bup\b|uptime|yield|="(?:ok|success|completed)"/i;

function meaningOf({ text, limits }: TryAsked): Meaning {
  const guess = guessUnit(text);
  const written = unitOf(limits);
  const better = directionOf(limits) ?? (RISES_WHEN_WELL.test(text) ? "higher" : "lower");
  if (written === null || written === guess.unit) return { ...guess, better };
  const word = written === "ratio" ? "a percent" : "a duration";
  return { unit: written, why: `the limit is ${word}, although ${guess.why}`, better };
}

function standIn(better: "lower" | "higher"): LimitTexts {
  return { ...NO_LIMITS, advance: better === "lower" ? "at most 0" : "at least 0" };
}

function readAs(
  asked: TryAsked,
  { unit, better }: Meaning,
  limits: LimitTexts,
  why: string | null,
): { readonly text: string; readonly parsed: GateOfText } {
  const text = gateOfQuery({ query: asked.text, unit, better, limits, why });
  return { text, parsed: gateOfText(text, asked.source) };
}

function spanOf({ now, lastMs }: TryAsked, scrapeIntervalMs: Millis): Span {
  const fine = Math.ceil(lastMs / MOST_POINTS / SECOND) * SECOND;
  const stepMs = Math.max(fine, scrapeIntervalMs, SECOND);
  return { from: now - Math.floor(lastMs / stepMs) * stepMs, to: now, stepMs };
}

async function metadataOf(asked: TryAsked, catalogue: Catalogue): Promise<readonly MetricMeta[]> {
  // A histogram states itself under the name without its suffix.
  const names = metricsOf(asked.text).flatMap((name) => [
    name,
    name.replace(/_(?:bucket|sum|count|total)$/, ""),
  ]);
  const answers = await Promise.all(
    [...new Set(names)].map((name) => catalogue.metadata(asked.source, name)),
  );
  return answers.flatMap((answer) => (answer.kind === "known" ? answer.metrics : []));
}

/** Nobody said what is good, so the past is asked what was usual; without a past the value alone is shown. */
async function withSuggestions(seen: Seen, ports: TrialPorts): Promise<QueryTrial> {
  const { asked, meaning, gate, signal, recalled, span } = seen;
  const values = replay(gate, signal, recalled, span.stepMs).passes.flatMap(({ judgement }) =>
    judgement.reading.value.kind === "known" ? [judgement.reading.value.value] : [],
  );
  const limits = suggestLimits(meaning.unit, meaning.better, values);
  if (limits === null) return trialOf(seen, { ...NO_LIMITS, suggested: false }, null);
  const why = `Suggested from the last ${formatMillis(asked.lastMs)}: look at them before you rely on them.`;
  const { text, parsed } = readAs(asked, meaning, limits, why);
  const [suggested] = parsed.ok ? parsed.gate.signals : [];
  if (!parsed.ok || suggested === undefined) return trialOf(seen, { ...NO_LIMITS, suggested: false }, null);
  const pass = await passAlone(parsed.gate, ports, "advance", NO_CHANGE, asked.now);
  return trialOf(
    { ...seen, gate: parsed.gate, signal: suggested, pass },
    { ...limits, suggested: true },
    text,
  );
}

function trialOf(seen: Seen, limits: QueryTrial["limits"], text: string | null): QueryTrial {
  const { asked, meaning, signal, pass, recalled, span, metadata } = seen;
  const judged = pass.judgement.signals.find((each) => each.signal === signal.name);
  const judgement = judged === undefined || statesLimit(limits) ? judged : unjudged(signal, judged);
  if (judgement === undefined) throw new Error(`the pass left out ${signal.name}`);
  const series = signal.measure.kind === "plain" ? recalled.series.get(signal.measure.query) : undefined;
  const shape = series === undefined ? null : shapeAt(asked.text, series, span.to);
  return {
    kind: "query",
    query: asked.text,
    source: asked.source,
    at: asked.now,
    unit: { is: signal.unit, why: meaning.why, better: signal.better },
    limits,
    judgement,
    freshness: pass.answers.get(signal.name)?.freshness ?? null,
    shape,
    past: recalled.lost ?? pastOfSignal(seen, statesLimit(limits)),
    remarks: [
      ...remarksOn(asked.text, metadata),
      ...judgement.reading.notes,
      ...pass.blind.map(({ message }) => message),
    ],
    gate: text === null ? null : (gateAsOne(seen, limits, shape?.asOne ?? null) ?? text),
    exitCode: exitOf(judgement, limits.suggested, pass.blind.length > 0),
  };
}

/** A gate on a query of many series would never see anything, so it is proposed with the one that answers one. */
function gateAsOne({ asked, meaning }: Seen, limits: LimitTexts, query: string | null): string | null {
  if (query === null) return null;
  const { text, parsed } = readAs({ ...asked, text: query }, meaning, limits, null);
  return parsed.ok ? text : null;
}

/** Without limits a value that is there is neither good nor bad. */
function unjudged(signal: Signal, judgement: SignalJudgement): SignalJudgement {
  const { value } = judgement.reading;
  if (value.kind === "unknown" || judgement.code === "short") return judgement;
  return {
    ...judgement,
    verdict: "good",
    code: "good",
    message: formatValue(signal, value.value),
    limit: null,
  };
}

function pastOfSignal({ gate, signal, recalled, span }: Seen, isJudged: boolean): Past {
  const { passes } = replay(gate, signal, recalled, span.stepMs);
  // What lies before the first value was perhaps never kept, which is no outage.
  const first = passes.findIndex(({ judgement }) => judgement.reading.value.kind === "known");
  const points = passes.map(({ at, judgement }, index): PastPoint => {
    const { verdict, code, reading } = judgement;
    if (code !== "missing") {
      const value = reading.value.kind === "known" ? reading.value.value : null;
      return { at, said: isJudged ? verdict : "good", value };
    }
    const isLost = first !== -1 && index > first && (verdict === "halt" || verdict === "rollback");
    return { at, said: "missing", value: null, ...(isLost ? { lost: verdict } : {}) };
  });
  return pastOf(points, span.stepMs);
}

function exitOf(judgement: SignalJudgement, isSuggested: boolean, isBlind: boolean): TrialExit {
  const { verdict, code } = judgement;
  if (code === "missing" || code === "dark") return 6;
  if (isSuggested && code !== "short") return 0;
  if (verdict === "halt" || verdict === "rollback") return 4;
  if (isBlind) return 6;
  return verdict === "good" ? 0 : 3;
}
