import { measure } from "../control/measure.ts";
import type { Metrics, Silencers } from "../control/ports.ts";
import { because } from "../domain/because.ts";
import type { EmptySide } from "../domain/comparison.ts";
import type { Gate, Purpose } from "../domain/gate.ts";
import { type Instant, formatMillis } from "../domain/instant.ts";
import { type GateJudgement, judge } from "../domain/judge.ts";
import type { AlertAnswers } from "../domain/alert.ts";
import type { SignalAnswers } from "../domain/reading.ts";
import type { Because } from "../domain/verdict.ts";
import { type FoldedClocks, foldClocks } from "./fold-clocks.ts";
import type { History } from "./ports.ts";

export type LonePorts = {
  readonly metrics: Metrics;
  readonly silencers: Silencers;
  readonly history: History;
};

/** When exposure last changed, and last rose, as far as anybody could tell. */
export type LastChange = {
  readonly changedAt: Instant | null;
  readonly raisedAt: Instant | null;
  /** The cohort that the flag leaves without anybody. Absent: nobody knows. */
  readonly emptySide?: EmptySide;
};

export type LonePass = {
  readonly judgement: GateJudgement;
  readonly answers: ReadonlyMap<string, SignalAnswers>;
  readonly alertAnswers: ReadonlyMap<string, AlertAnswers>;
  /** Limits that stand breached and whose `for` cannot be told, because the past could not be read. */
  readonly blind: readonly Because[];
};

/** One pass of a gate that nobody remembers anything of: what its clocks would hold is read from the source's own past. */
export async function passAlone(
  gate: Gate,
  ports: LonePorts,
  purpose: Purpose,
  change: LastChange,
  now: Instant,
): Promise<LonePass> {
  const [measured, folded] = await Promise.all([
    measure(gate, ports, now, change.changedAt),
    foldClocks(gate, ports.history, now, change.changedAt),
  ]);
  // What is missing is told at once and never escalates: there is no clock that could have run.
  const judged: Gate = { ...gate, everyMs: folded.everyMs, data: { ...gate.data, missing: "wait" } };
  const judgement = judge(
    judged,
    measured.answers,
    { now, lastPassAt: null, ...change, purpose, clocks: folded.clocks, dark: new Map(), maintenance: [] },
    measured.alerts,
  );
  return {
    judgement: timeless(judgement),
    answers: measured.answers,
    alertAnswers: measured.alerts,
    blind: blindness(judgement, folded),
  };
}

function timeless(judgement: GateJudgement): GateJudgement {
  return {
    ...judgement,
    signals: judgement.signals.map(withoutTime),
    alerts: judgement.alerts.map(withoutTime),
  };
}

/** Without a memory nobody knows for how long something has been missing. */
function withoutTime<Judged extends { readonly code: string; readonly message: string }>(
  judged: Judged,
): Judged {
  if (judged.code !== "missing") return judged;
  return { ...judged, message: judged.message.replace(/, for 0s$/, ""), until: null };
}

function blindness(judgement: GateJudgement, folded: FoldedClocks): readonly Because[] {
  return folded.lost.flatMap(({ signal, lookBackMs, why }) => {
    const judged = judgement.signals.find((each) => each.signal === signal);
    const clock = judgement.clocks[signal];
    const breaches = clock !== undefined && (clock.halt.at !== null || clock.rollback.at !== null);
    if (judged?.verdict !== "wait" || !breaches) return [];
    const message = `${signal}: it breaches, and the last ${formatMillis(lookBackMs)} cannot be read: ${why.reason}: ${why.detail}`;
    return [because("health", "missing", message)];
  });
}
