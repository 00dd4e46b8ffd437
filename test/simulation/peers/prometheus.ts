import type { AlertRule, AlertRules, Answer, Freshness, Instant, Metrics, Millis } from "../engine.ts";
import { anActiveAlert, anAlertRule } from "../../support/builders.ts";
import type { ReadingSet, Said } from "../oracle/evidence.ts";
import { GROUP_INTERVAL, SCRAPE_INTERVAL } from "./intervals.ts";
import type { Clocks } from "./clocks.ts";
import { type Part, type Question, questionIn } from "./queries.ts";

/** Prometheus by script: what each signal and guard says changes at instants of the peers' clock. */
export type SimulatedPrometheus = {
  readonly metrics: Metrics;
  says(gate: string, name: string, said: Said): void;
  /** What it says now. */
  now(gate: string, name: string): Said;
  /** No question is answered while it is dark. */
  setDark(dark: boolean): void;
  isDark(): boolean;
  /** Null: it answers. */
  darkSince(): Instant | null;
  /** What was scripted for that instant; a question about the future is answered from now. */
  readonly scripted: (gate: string, name: string, at: Instant) => Scripted;
  /** Everything that was ever scripted, in order. */
  readonly readings: readonly ReadingSet[];
};

/** The ratio behind each word: good up to 1 %, halts above 2 %, rolls back above 5 %. */
export const RATIO: Readonly<Record<Exclude<Said, "missing">, number>> = {
  good: 0.002,
  between: 0.015,
  halt: 0.03,
  rollback: 0.08,
  stale: 0.002,
};
export const TOTAL = 1_000;

export type Scripted = Pick<ReadingSet, "at" | "says">;

export function createPrometheus(clocks: Clocks): SimulatedPrometheus {
  const readings: ReadingSet[] = [];
  let darkSince: Instant | null = null;
  let skewMs: Millis | null = null;

  /** A question about the future is answered from now, and is stale. */
  function scripted(gate: string, name: string, at: Instant): Scripted {
    const when = Math.min(at, clocks.peers.now());
    const found = readings.findLast((set) => set.gate === gate && set.name === name && set.at <= when);
    return found ?? { at: when, says: "good" };
  }

  function answer(query: string, at: Instant): Answer {
    if (darkSince !== null) return { kind: "unknown", reason: "timeout", detail: "nothing answers" };
    const { gate, signal, part } = asked(query);
    const { says: said, at: since } = scripted(gate, signal, at);
    const lost = said === "missing" ? missingAs(signal, part, since) : null;
    if (lost !== null) return lost;
    const ratio = RATIO[said === "missing" ? "good" : said];
    const value = { value: ratio, bad: Math.round(ratio * TOTAL), total: TOTAL }[part];
    return { kind: "value", value, infos: [] };
  }

  function freshness(query: string, at: Instant): Freshness {
    if (darkSince !== null) return { kind: "unknown", reason: "timeout", detail: "nothing answers" };
    const { gate, signal } = asked(query);
    const { says: said, at: since } = scripted(gate, signal, at);
    const newest = said === "stale" ? since : Math.min(at, clocks.peers.now());
    return { kind: "known", selectors: [{ selector: query, newest, scrapeIntervalMs: SCRAPE_INTERVAL }] };
  }

  /** As they are now: rules are not asked about any other instant. */
  function rules(gate: string): AlertRules {
    if (darkSince !== null) return { kind: "unknown", reason: "timeout", detail: "nothing answers" };
    const now = clocks.peers.now();
    return { kind: "known", rules: [ruleSaying(gate, scripted(gate, "guard", now), now)] };
  }

  function answered(): void {
    if (darkSince === null) skewMs = clocks.ahead();
  }

  return {
    metrics: {
      async ask(_, queries, at) {
        answered();
        return new Map(queries.map((query) => [query, answer(query, at)]));
      },
      freshness: async (_, query, at) => freshness(query, at),
      counters: async () => ({ kind: "unknown", reason: "bad-answer", detail: "no counters are scripted" }),
      async alertRules(_, matchers) {
        answered();
        return rules(matchers[0]?.value ?? "");
      },
      clockSkewMs: () => skewMs,
    },
    says: (gate, name, said) => void readings.push({ at: clocks.peers.now(), gate, name, says: said }),
    now: (gate, name) => scripted(gate, name, clocks.peers.now()).says,
    setDark(is) {
      darkSince = is ? (darkSince ?? clocks.peers.now()) : null;
    },
    isDark: () => darkSince !== null,
    darkSince: () => darkSince,
    scripted,
    readings,
  };
}

function asked(query: string): Question {
  const question = questionIn(query);
  if (question === null) throw new Error(`no gate of the simulation asks ${query}`);
  return question;
}

const LOST: readonly [Answer, ...Answer[]] = [
  { kind: "empty" },
  { kind: "unknown", reason: "nan", detail: "the value is NaN" },
  { kind: "unknown", reason: "many-series", detail: "the query matched 2 series" },
  { kind: "unknown", reason: "partial", detail: "the answer carries a warning" },
];

/** Nothing is known in more than one way, another for each spell; of a ratio at times only one part is lost. Null: not lost. */
function missingAs(signal: string, part: Part, since: Instant): Answer | null {
  const way = Math.floor(since / 1_000);
  const lost = LOST[way % LOST.length] ?? LOST[0];
  // A count of bad outcomes that is empty while their total is known would be 0.
  const onlyBad = signal === "orders" && lost.kind === "unknown" && way % 2 === 0;
  return onlyBad && part !== "bad" ? null : lost;
}

function ruleSaying(gate: string, { says: said, at: activeAt }: Scripted, now: Instant): AlertRule {
  const labels = {
    alertname: "Errors",
    service: gate,
    severity: said === "rollback" ? "critical" : "warning",
  };
  const active = {
    good: [],
    missing: [],
    stale: [],
    between: [anActiveAlert({ labels, state: "pending", activeAt })],
    halt: [anActiveAlert({ labels, activeAt })],
    rollback: [anActiveAlert({ labels, activeAt })],
  }[said];
  const selectors = [
    { selector: "errors", newest: said === "stale" ? activeAt : now, scrapeIntervalMs: SCRAPE_INTERVAL },
  ];
  return anAlertRule({
    name: "Errors",
    labels: { service: gate },
    health: said === "missing" ? "err" : "ok",
    lastError: said === "missing" ? "cannot be evaluated" : null,
    lastEvaluation: said === "stale" ? activeAt : now,
    intervalMs: GROUP_INTERVAL,
    forMs: 0,
    active,
    freshness: { kind: "known", selectors },
  });
}
