import type { Metrics } from "../control/ports.ts";
import { questionsOf } from "../domain/inquiry.ts";
import type { Gate, Signal } from "../domain/gate.ts";
import type { Instant, Millis } from "../domain/instant.ts";
import type { History, Span } from "../trial/ports.ts";
import { spreadOf } from "../trial/past.ts";
import {
  coveredNotes,
  shapeNotes,
  suggestionFor,
  suggestionNote,
  unbasedNotes,
  unkeptNotes,
} from "./notes.ts";
import { type PastAlerts, readPastAlerts } from "./past-alerts.ts";
import { createPastMetrics } from "./past-metrics.ts";
import { grownQuery, keyOf, pastQuestions } from "./past-questions.ts";
import { looksIn, periodOf } from "./period.ts";
import { playPlacebos } from "./placebo.ts";
import { isOfCohorts } from "./placebo-gate.ts";
import { type Columns, type NotRead, type PastReader, createPastReader, readColumns } from "./read-past.ts";
import type { Backtest, GuardPast, KnownSpan, SignalPast } from "./report.ts";
import { type Track, watch } from "./watch.ts";

export type BacktestAsked = {
  readonly gate: Gate;
  /** Hash of the definition. */
  readonly hash: string;
  readonly lastMs: Millis;
  /** Between two looks; null: the gate's `every`, and at least a minute. */
  readonly stepMs: Millis | null;
  readonly known: readonly KnownSpan[];
  /** IANA name of the zone in which hours of the week are told. */
  readonly timeZone: string;
  readonly now: Instant;
};

/** What is being done, and how much of it is done. */
export type Phase = "asking" | "judging" | "ramps";

export type BacktestPorts = {
  readonly history: History;
  readonly metrics: Pick<Metrics, "alertRules">;
  /** Told of what goes on, often enough that others get their turn meanwhile. */
  readonly tell: (phase: Phase, done: number, of: number) => Promise<void>;
};

export type Backtested =
  | { readonly kind: "done"; readonly backtest: Backtest }
  /** What to ask for instead. */
  | { readonly kind: "refused"; readonly message: string }
  /** A source does not tell its past, and what would change that. */
  | { readonly kind: "blind"; readonly message: string };

/**
 * Replays a gate over the past of its sources: what each signal and the gate as a whole would have said with no ramp running,
 * and how ramps would have gone that expose nobody. All of it is judged and decided by the engine of the service.
 */
export async function backtest(asked: BacktestAsked, ports: BacktestPorts): Promise<Backtested> {
  const period = periodOf(asked.gate, asked.lastMs, asked.stepMs, asked.now);
  if (!period.ok) return { kind: "refused", message: period.message };
  const gate = { ...asked.gate, everyMs: period.span.stepMs };
  const reader = createPastReader(ports.history);
  const columns = await readColumns(reader, pastQuestions(gate), period.span, (done, of) =>
    ports.tell("asking", done, of),
  );
  if ("why" in columns) return blind(columns);
  const alerts = await readAlerts(gate, period.span, reader, ports);
  if ("why" in alerts) return blind(alerts);
  const span = sinceKept(period.span, columns, alerts);

  const metrics = createPastMetrics(gate, { columns, alerts });
  const told = (phase: Phase) => ({ progress: (done: number, of: number) => ports.tell(phase, done, of) });
  const watched = await watch(gate, span, asked.known, { metrics, ...told("judging") });
  const placebos = await playPlacebos(gate, asked.hash, span, asked.known, { metrics, ...told("ramps") });
  const signals = gate.signals.map((signal, index) =>
    signalPast(signal, watched.signals[index], columns, span, asked),
  );
  const guards = gate.alerts.map(({ match }, index) =>
    guardPast(match, watched.guards[index], alerts.get(match), asked),
  );
  return {
    kind: "done",
    backtest: {
      gate: gate.name,
      hash: asked.hash,
      span,
      askedFrom: period.span.from,
      looks: looksIn(span),
      queries: reader.sent(),
      signals,
      guards,
      stops: watched.stops,
      placebos,
    },
  };
}

/** What lies before the first number of any query, and of what rules read, was not kept, which is no outage. */
function sinceKept(span: Span, columns: Columns, alerts: ReadonlyMap<string, PastAlerts>): Span {
  const begins = [
    ...[...columns.values()].flatMap((column) => column.begins() ?? []),
    ...[...alerts.values()].flatMap(({ begins: own }) => own ?? []),
  ];
  return begins.length === 0 ? span : { ...span, from: Math.max(span.from, Math.min(...begins)) };
}

async function readAlerts(
  gate: Gate,
  span: Span,
  reader: PastReader,
  { metrics }: BacktestPorts,
): Promise<ReadonlyMap<string, PastAlerts> | NotRead> {
  const alerts = new Map<string, PastAlerts>();
  for (const guard of gate.alerts) {
    const past = await readPastAlerts(guard, span, { reader, metrics });
    if ("why" in past) return past;
    alerts.set(guard.match, past);
  }
  return alerts;
}

function blind({ source, query, why }: NotRead): Backtested {
  const message = `the past of ${source} cannot be read: ${why.reason}: ${why.detail}\n  asked: ${query}\n  ${OPENS[why.reason] ?? OPENS_ELSE}`;
  return { kind: "blind", message };
}

const OPENS_ELSE = "see that the source answers range queries: rampart doctor";
const OPENS: Readonly<Record<string, string>> = {
  "http-400": "the source turns the query down: rampart try says why",
  "http-422": "the source turns the query down: rampart try says why",
  timeout: "a shorter --last or a longer --step asks for less",
  "too-large": "a shorter --last or a longer --step asks for less",
  unreachable: "is its URL right, and is it up? rampart doctor looks at both",
};

const NOTHING_SEEN = { good: 0, wait: 0, halt: 0, rollback: 0, missing: 1 };

function signalPast(
  signal: Signal,
  track: Track | undefined,
  columns: Columns,
  span: Span,
  { known, timeZone }: BacktestAsked,
): SignalPast {
  if (track === undefined) throw new Error(`nothing was judged of ${signal.name}`);
  const { values } = track;
  if (isOfCohorts(signal) && !hasCohortData(signal, columns)) {
    const notes = ["no cohort data in this period (flag was off)"];
    return { signal, shares: NOTHING_SEEN, stops: [], spread: null, suggestion: null, notes, values };
  }
  const suggestion = suggestionFor(signal, track, span, known);
  const notes = [
    ...(track.shares.missing === 1 ? [`no data in this period: ${track.missing ?? ""}`] : []),
    ...coveredNotes(track.stops),
    ...(suggestion === null ? [] : [suggestionNote(signal, suggestion)]),
    ...(isOfExposed(signal)
      ? ["`of exposed` is judged in the ramps that expose nobody alone"]
      : unbasedNotes(track)),
    ...(track.shares.missing === 1 ? [] : shapeNotes(track, timeZone)),
  ];
  const spread = spreadOf([...values].filter((value) => !Number.isNaN(value)));
  return { signal, shares: track.shares, stops: track.stops, spread, suggestion, notes, values };
}

function isOfExposed({ advance, halt, rollback }: Signal): boolean {
  return [advance, halt, rollback].some((limit) => limit?.baseline === "of exposed");
}

/** Whether anything was counted of those who are exposed. */
function hasCohortData(signal: Signal, columns: Columns): boolean {
  return questionsOf(signal).some(
    ({ role, query }) =>
      role === "total" && (columns.get(keyOf(signal.source, grownQuery(query)))?.begins() ?? null) !== null,
  );
}

function guardPast(
  guard: string,
  track: Track | undefined,
  past: PastAlerts | undefined,
  { timeZone }: BacktestAsked,
): GuardPast {
  if (track === undefined) throw new Error(`nothing was judged of ${guard}`);
  const { shares, stops } = track;
  const unkept = unkeptNotes(past?.unkept ?? []);
  return { guard, shares, stops, notes: [...coveredNotes(stops), ...unkept, ...shapeNotes(track, timeZone)] };
}
