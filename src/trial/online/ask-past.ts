import type { Gate, Signal } from "../../domain/gate.ts";
import { DAY, type Instant, MINUTE, type Millis } from "../../domain/instant.ts";
import { comparesWithBefore, needsControl } from "../../domain/limit.ts";
import type { History } from "../ports.ts";
import { type PastPass, recallSignal, replay } from "../replay.ts";
import { type Told, told, unseen } from "./told.ts";

const DAYS = 14;
const STEP: Millis = 5 * MINUTE;
/** With fewer days one bad one is most of them. */
const FEWEST_DAYS = 7;
/** More placebo ramps than this share stop for nothing. */
const MOST_FALSE = 0.05;

const LIMITS = ["halt", "rollback"] as const;

/**
 * R211: on how many of the last days the limits alone would have stopped a ramp. Each day stands for a ramp with nothing in
 * it; what compares cohorts, or with the days before a ramp, has no such past, and raw counters none that could be read at once.
 */
export async function askPast(gate: Gate, signal: Signal, history: History, now: Instant): Promise<Told> {
  const stated = LIMITS.flatMap((verb) => signal[verb] ?? []);
  const isOfRamps = stated.some((limit) => needsControl(limit) || comparesWithBefore(limit));
  if (stated.length === 0 || isOfRamps || signal.measure.kind === "counters") return told();
  const span = { from: now - DAYS * DAY + STEP, to: now, stepMs: STEP };
  const recalled = await recallSignal(history, signal, span);
  if (recalled.lost !== null) return unseen(signal.source, recalled.lost);
  const days = Map.groupBy(replay(gate, signal, recalled, STEP).passes.filter(isSeen), ({ at }) =>
    Math.ceil((now - at + 1) / DAY),
  );
  const stopped = [...days.values()].filter((passes) => passes.some(isStopped)).length;
  if (days.size < FEWEST_DAYS || stopped / days.size <= MOST_FALSE) return told();
  const texts = stated.map(({ text }) => `\`${text}\``).join(" and ");
  const message = `${texts} would have stopped a ramp on ${stopped} of the last ${days.size} days`;
  const suggestion = `look at them with \`rampart try\`, and leave more room or a longer \`for\``;
  return told({ code: "R211", part: "", message, suggestion });
}

function isSeen({ judgement }: PastPass): boolean {
  return judgement.reading.value.kind === "known";
}

function isStopped({ judgement: { code, verdict } }: PastPass): boolean {
  return code === "breached" && (verdict === "halt" || verdict === "rollback");
}
