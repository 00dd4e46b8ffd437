import { measure } from "../control/measure.ts";
import type { Metrics, Silencers } from "../control/ports.ts";
import type { Gate, Purpose } from "../domain/gate.ts";
import type { Instant } from "../domain/instant.ts";
import { judge } from "../domain/judge.ts";
import type { SignalClock } from "../domain/record.ts";
import type { AlertJudgement, SignalJudgement, Verdict } from "../domain/verdict.ts";
import type { Span } from "../trial/ports.ts";
import { instantsOf } from "../trial/recall.ts";
import { maintenanceOf } from "./known-spans.ts";
import type { KnownSpan, Shares, Stop } from "./report.ts";
import { type Said, createStops } from "./stops.ts";
import { type Unblinded, createUnblinded } from "./unblinded.ts";

/** One signal or guard over all looks. */
export type Track = {
  readonly shares: Shares;
  readonly stops: readonly Stop[];
  /** NaN where there was none, and of guards everywhere. */
  readonly values: Float64Array;
  /** 1 at looks at which a window kept it from being believed. */
  readonly blind: Uint8Array;
  /** Instants at which there was nothing to judge, in stretches of looks next to each other. */
  readonly gaps: readonly { readonly from: Instant; readonly to: Instant }[];
  /** What was missing first; null: nothing was. */
  readonly missing: string | null;
  /** Part of the looks, 0 to 1, at which a limit had nothing to compare with. */
  readonly unbased: number;
};

export type Watched = {
  readonly signals: readonly Track[];
  readonly guards: readonly Track[];
  readonly stops: readonly Stop[];
};

export type WatchPorts = {
  readonly metrics: Metrics;
  /** Told from time to time, so that others get their turn. */
  readonly progress: (done: number, of: number) => Promise<void>;
};

/** Who silenced what in the past is not known any more. */
export const NO_SILENCERS: Silencers = { silences: () => Promise.resolve({ kind: "not-configured" }) };

const LOOKS_BETWEEN = 500;

/**
 * Judges the gate at every look of the span by the code of a pass, with clocks that run on, as if it stood there with no ramp
 * running. `gate.everyMs` is the step of the span.
 */
export async function watch(
  gate: Gate,
  span: Span,
  known: readonly KnownSpan[],
  { metrics, progress }: WatchPorts,
): Promise<Watched> {
  const instants = instantsOf(span);
  const purpose: Purpose = gate.flag === null ? "deploy" : "advance";
  const maintenance = maintenanceOf(gate, known);
  const signals = gate.signals.map(() => createTrack(span, instants.length, known));
  const guards = gate.alerts.map(() => createTrack(span, instants.length, known));
  const stops = createStops(known);
  const unblinded = createUnblinded(gate);
  let clocks: Readonly<Record<string, SignalClock>> = {};
  let lastPassAt: Instant | null = null;
  for (const [look, now] of instants.entries()) {
    if (look % LOOKS_BETWEEN === 0) await progress(look, instants.length);
    // Nobody is exposed at any look, so every day before it may be compared with.
    const unexposed = { since: null, until: now };
    const ports = { metrics, silencers: NO_SILENCERS };
    const measured = await measure(gate, ports, now, null, unexposed);
    const unchanged = { changedAt: null, raisedAt: null, dark: new Map<string, Instant>() };
    const context = { now, lastPassAt, ...unchanged, purpose, clocks, maintenance };
    const judged = judge(gate, measured.answers, context, measured.alerts);
    clocks = judged.clocks;
    lastPassAt = now;
    const kept = unblinded.look(measured.answers, context, judged);
    for (const [index, each] of judged.signals.entries()) {
      signals[index]?.look(look, now, signalSaid(each), kept.get(each.signal) ?? null);
    }
    for (const [index, each] of judged.alerts.entries())
      guards[index]?.look(look, now, guardSaid(each), null);
    const counted = judged.signals.filter(({ counts }) => counts).map(signalSaid);
    stops.look(now, worstOf([...counted, ...judged.alerts.map(guardSaid)], judged.verdict), null);
    for (const { window, judgement } of kept.values()) stops.look(now, signalSaid(judgement), window);
  }
  return {
    signals: signals.map((each) => each.done()),
    guards: guards.map((each) => each.done()),
    stops: stops.all(),
  };
}

type Judged = Said & {
  readonly isMissing: boolean;
  readonly isUnbased: boolean;
  readonly value: number;
};

function signalSaid({ signal, verdict, code, message, reading: { value } }: SignalJudgement): Judged {
  return {
    verdict,
    by: [signal],
    message,
    isMissing: code === "missing",
    isUnbased: code === "no-baseline",
    value: value.kind === "known" ? value.value : Number.NaN,
  };
}

function guardSaid({ guard, verdict, code, message }: AlertJudgement): Judged {
  const isMissing = code === "missing";
  return { verdict, by: [guard], message, isMissing, isUnbased: false, value: Number.NaN };
}

function worstOf(all: readonly Judged[], verdict: Verdict): Said {
  const worst = all.filter((each) => each.verdict === verdict);
  return { verdict, by: worst.flatMap(({ by }) => by), message: worst[0]?.message ?? "" };
}

function createTrack({ stepMs }: Span, looks: number, known: readonly KnownSpan[]) {
  const values = new Float64Array(looks).fill(Number.NaN);
  const blind = new Uint8Array(looks);
  const said = new Map<Verdict | "missing", number>();
  const stops = createStops(known);
  const gaps: { from: Instant; to: Instant }[] = [];
  let missing: string | null = null;
  let unbased = 0;

  return {
    look(look: number, at: Instant, judged: Judged, kept: Unblinded | null): void {
      const { verdict, isMissing, isUnbased, value, message } = judged;
      if (isUnbased) unbased += 1;
      values[look] = value;
      if (kept !== null) blind[look] = 1;
      const word = isMissing ? "missing" : verdict;
      said.set(word, (said.get(word) ?? 0) + 1);
      stops.look(at, judged, null);
      if (kept !== null) stops.look(at, signalSaid(kept.judgement), kept.window);
      if (!isMissing) return;
      missing ??= message.replace(/, for \w+$/, "");
      const last = gaps.at(-1);
      if (last !== undefined && at - last.to <= stepMs) last.to = at;
      else gaps.push({ from: at, to: at });
    },
    done(): Track {
      const shares = sharesOf(said, looks);
      return {
        shares,
        stops: stops.all(),
        values,
        blind,
        gaps,
        missing,
        unbased: unbased / Math.max(1, looks),
      };
    },
  };
}

function sharesOf(said: ReadonlyMap<Verdict | "missing", number>, looks: number): Shares {
  const part = (word: Verdict | "missing"): number => (said.get(word) ?? 0) / Math.max(1, looks);
  return {
    good: part("good"),
    wait: part("wait"),
    halt: part("halt"),
    rollback: part("rollback"),
    missing: part("missing"),
  };
}
