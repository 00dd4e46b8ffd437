import type { Metrics } from "../../control/ports.ts";
import type { Gate } from "../../domain/gate.ts";
import { type Instant, MINUTE, type Millis, formatMillis } from "../../domain/instant.ts";
import type { Defaults } from "../../gatefile/defaults.ts";
import { parseFiles } from "../../gatefile/parse-files.ts";
import type { Candidate } from "./candidates.ts";
import { pastShares, pastValues, type Past, usualBound } from "./past.ts";
import { quoted } from "./promql-text.ts";
import { signalLines, type SignalText } from "./signal-text.ts";
import { boundText, errorLimits, shortfallLimits, UP_LIMITS, waitingLimits } from "./suggested-limits.ts";
import { readSignals, type TrialReading } from "../trial-reading.ts";

export type SignalPorts = {
  readonly metrics: Metrics;
  readonly past: Past;
  readonly source: string;
  readonly defaults: Defaults;
  readonly now: Instant;
};

export type ProposedSignals = {
  readonly signals: readonly SignalText[];
  /** What looked promising and is not in, with the reason. */
  readonly leftOut: readonly string[];
};

/** A range shows at least this many scrapes. */
const SCRAPES_IN_RANGE = 4;
const LEAST_RANGE_MS = 5 * MINUTE;
/** Most candidates of one kind that are tried. */
const MOST_TRIED = 5;

/** One signal of each kind, tried in the order given; whether targets are up only where nothing says how they serve. */
export async function proposeSignals(
  candidates: readonly Candidate[],
  ports: SignalPorts,
): Promise<ProposedSignals> {
  const signals: SignalText[] = [];
  const leftOut: string[] = [];
  for (const kind of ["errors", "quick", "waiting", "up"] as const) {
    if (kind === "up" && signals.length > 0) continue;
    const chosen = await firstReadable(
      candidates.filter((candidate) => candidate.kind === kind),
      ports,
      leftOut,
    );
    if (chosen !== null) signals.push(chosen);
  }
  return { signals, leftOut };
}

/** The first that reads a value now; else the first with fresh data and no traffic. */
async function firstReadable(
  candidates: readonly Candidate[],
  ports: SignalPorts,
  leftOut: string[],
): Promise<SignalText | null> {
  let quiet: SignalText | null = null;
  for (const candidate of candidates.slice(0, MOST_TRIED)) {
    const drafted = await draft(candidate, ports);
    if (drafted.kind === "left-out") {
      leftOut.push(`${candidate.metric.name}: ${drafted.why}`);
      continue;
    }
    const reading = await readNow(drafted.signal, ports);
    if (reading.kind === "known") return withRemark(drafted.signal, `Now: ${reading.shown}.`);
    if (reading.kind === "unreadable") leftOut.push(`${candidate.metric.name}: ${reading.why}`);
    else quiet ??= withRemark(drafted.signal, "Its data is fresh, and there is no traffic right now.");
  }
  return quiet;
}

function withRemark(signal: SignalText, remark: string): SignalText {
  return { ...signal, remarks: [...signal.remarks, remark] };
}

async function readNow(signal: SignalText, { metrics, defaults, now }: SignalPorts): Promise<TrialReading> {
  const gate = gateOf(signal, defaults);
  if (gate === null) return { kind: "unreadable", why: "its query is not one that gates accept" };
  const readings = await readSignals(gate, metrics, now);
  return readings.get(signal.name) ?? { kind: "unreadable", why: "it was not read" };
}

/** A gate of this signal alone, through the parser that will read the file. */
function gateOf(signal: SignalText, defaults: Defaults): Gate | null {
  const lines = ["schema: gate/v1", "name: tried", "signals:", ...signalLines(signal)];
  const { gates } = parseFiles([{ path: "tried.yaml", text: lines.join("\n") }], defaults);
  return gates.get("tried")?.gate ?? null;
}

type Drafted =
  | { readonly kind: "drafted"; readonly signal: SignalText }
  | { readonly kind: "left-out"; readonly why: string };

async function draft(candidate: Candidate, ports: SignalPorts): Promise<Drafted> {
  const { metric } = candidate;
  const range = await rangeFor(`${metric.name}{${metric.matcher}}`, ports);
  switch (candidate.kind) {
    case "errors":
      return { kind: "drafted", signal: await errorSignal(candidate, range, ports.past) };
    case "quick":
      return await quickSignal(candidate, range, ports.past);
    case "waiting":
      return { kind: "drafted", signal: await waitingSignal(candidate, ports.past) };
    case "up":
      return { kind: "drafted", signal: upSignal(candidate) };
  }
}

async function rangeFor(selector: string, { metrics, source, now }: SignalPorts): Promise<string> {
  const fresh = await metrics.freshness(source, selector, now);
  const scrapes = fresh.kind === "known" ? fresh.selectors.map((each) => each.scrapeIntervalMs) : [];
  const needed = SCRAPES_IN_RANGE * Math.max(0, ...scrapes);
  return formatMillis(wholeMinutes(Math.max(LEAST_RANGE_MS, needed)));
}

function wholeMinutes(ms: Millis): Millis {
  return Math.ceil(ms / MINUTE) * MINUTE;
}

async function errorSignal(
  { metric, error }: Candidate & { readonly kind: "errors" },
  range: string,
  past: Past,
): Promise<SignalText> {
  const bad = `sum(rate(${metric.name}{${metric.matcher},${error.matcher}}[${range}]))`;
  const total = `sum(rate(${metric.name}{${metric.matcher}}[${range}]))`;
  return {
    name: "errors",
    title: "Share of requests that failed",
    remarks: [`From ${metric.name}: ${error.label} tells failures, ${seriesText(metric.series.length)}.`],
    query: `${bad} / ${total}`,
    more: [],
    limits: errorLimits(await pastShares(past, bad, total)),
  };
}

async function quickSignal(
  { metric, base }: Candidate & { readonly kind: "quick" },
  range: string,
  past: Past,
): Promise<Drafted> {
  const usual = await usualBound(past, `sum by (le) (rate(${base}_bucket{${metric.matcher}}[${range}]))`);
  if (usual === null) {
    const why = "no hour of history of its buckets shows which time is usually kept";
    return { kind: "left-out", why };
  }
  const bound = boundText(Number(usual.le) / (base.endsWith("_milliseconds") ? 1_000 : 1));
  const quick = `sum(rate(${base}_bucket{${metric.matcher},le=${quoted(usual.le)}}[${range}]))`;
  const signal: SignalText = {
    name: `within-${bound}`,
    title: `Share of requests answered within ${bound}`,
    remarks: [`From the buckets of ${base}: ${bound} is the bound that 95% of the last day kept.`],
    query: `${quick} / sum(rate(${metric.name}{${metric.matcher}}[${range}]))`,
    more: [["better", "higher"]],
    limits: shortfallLimits(usual.slower),
  };
  return { kind: "drafted", signal };
}

async function waitingSignal(
  { metric }: Candidate & { readonly kind: "waiting" },
  past: Past,
): Promise<SignalText> {
  const query = `sum(${metric.name}{${metric.matcher}})`;
  return {
    name: "waiting",
    title: "How much waits",
    remarks: [`From ${metric.name}: ${seriesText(metric.series.length)}.`],
    query,
    more: [["unit", "count"]],
    limits: waitingLimits(await pastValues(past, query)),
  };
}

function upSignal({ metric }: Candidate & { readonly kind: "up" }): SignalText {
  return {
    name: "targets-up",
    title: "Share of its targets that answer scrapes",
    remarks: [
      "From up: it shows that the service is there, not that it does its work.",
      "A counter of its requests with a status would say more.",
    ],
    query: `avg(up{${metric.matcher}})`,
    more: [
      ["unit", "ratio"],
      ["better", "higher"],
    ],
    limits: UP_LIMITS,
  };
}

function seriesText(count: number): string {
  return count === 1 ? "1 series now" : `${count} series now`;
}
