import type { BecauseBody } from "../api/because.ts";
import type { GateSummary } from "../api/gate.ts";
import type { StatusBody } from "../api/status.ts";
import { stepText } from "../domain/percent.ts";
import type { RampState } from "../domain/ramp.ts";
import type { Verdict } from "../domain/verdict.ts";
import type { LocalTime } from "./local-time.ts";
import type { Paint } from "./paint.ts";

type Told = { readonly icon: string; readonly word: string; readonly tone: keyof Paint };

const STATES: Readonly<Record<RampState, Told>> = {
  idle: { icon: "·", word: "idle", tone: "faint" },
  proving: { icon: "◐", word: "proving", tone: "waiting" },
  baking: { icon: "◐", word: "baking", tone: "waiting" },
  paused: { icon: "‖", word: "paused", tone: "waiting" },
  halted: { icon: "✋", word: "halted", tone: "bad" },
  "rolling-back": { icon: "⏪", word: "rolling back", tone: "bad" },
  draining: { icon: "⏪", word: "draining", tone: "bad" },
  "rolled-back": { icon: "⏪", word: "rolled back", tone: "bad" },
  finished: { icon: "✔", word: "finished", tone: "good" },
};

const VERDICTS: Readonly<Record<Verdict, Told>> = {
  good: { icon: "✔", word: "good", tone: "good" },
  wait: { icon: "◐", word: "waiting", tone: "waiting" },
  halt: { icon: "✋", word: "halted", tone: "bad" },
  rollback: { icon: "⏪", word: "rolling back", tone: "bad" },
};

/** The state as people are told it; a ramp that only lacks an approval asks for one. */
export function tellState(gate: Pick<GateSummary, "state" | "exitCode" | "mode">): Told {
  const told =
    gate.exitCode === 5
      ? { icon: "✋", word: "needs approval", tone: "waiting" as const }
      : STATES[gate.state];
  return gate.mode === "observe" ? { ...told, word: `${told.word} (observing)` } : told;
}

export function tellRampState(state: RampState): Told {
  return STATES[state];
}

/** Verdicts in the four words for people: good, waiting, halted, rolling back. */
export function tellVerdict(verdict: Verdict): Told {
  return VERDICTS[verdict];
}

export function percent(value: number | null): string {
  return value === null ? "-" : `${value}%`;
}

/** How far a flag reaches: a percent of everybody, or of the segment or values of a step. */
export function reach({ set, audience }: Pick<GateSummary["exposure"], "set" | "audience">): string {
  if (audience === undefined || set === null || set === 0) return percent(set);
  return set === 100 ? audience : `${percent(set)} of ${audience}`;
}

function nextText({ next, nextAudience }: GateSummary["step"]): string | null {
  return next === null ? null : (nextAudience ?? stepText(next));
}

/** One line of why. */
export function whyOf(gate: Pick<GateSummary, "because" | "open" | "state" | "step" | "verdict">): string {
  const [first] = gate.because;
  if (first !== undefined) return first.message;
  return gate.verdict === "good" ? "all signals good" : `signals: ${VERDICTS[gate.verdict].word}`;
}

/** What comes next, and when: by itself at a time, by an approval, or by whatever would open the first reason. */
export function nextOf(
  gate: Pick<GateSummary, "because" | "exitCode" | "open" | "retryAt" | "state" | "step">,
  time: LocalTime,
): string {
  if (gate.exitCode === 5)
    return gate.because.find(({ opens }) => opens !== undefined)?.opens ?? "an approval";
  const next = nextText(gate.step);
  const target = next === null ? "" : ` → ${next}`;
  if (gate.open) return next === null ? "-" : `now${target}`;
  const opens = gate.because.find((because) => because.opens !== undefined)?.opens;
  if (opens !== undefined) return opens;
  // A timer of a ramp that is not moving leads to no higher step.
  const isMoving = gate.state === "proving" || gate.state === "baking";
  return gate.retryAt === null ? "-" : time.short(Date.parse(gate.retryAt)) + (isMoving ? target : "");
}

export function whenOpen(because: BecauseBody, time: LocalTime): string {
  if (because.until !== undefined) return `opens ${time.short(Date.parse(because.until))}`;
  return because.opens === undefined ? "" : `to open: ${because.opens}`;
}

/** The sentence a pipeline's log begins with. */
export function answerLine(status: StatusBody): string {
  const word = status.open ? "open" : status.exitCode === 4 ? stopWord(status) : "closed";
  return `${word}: ${status.gate} ${status.open ? allowed(status) : refused(status)}`;
}

const STOPPED: readonly RampState[] = ["halted", "rolling-back", "draining", "rolled-back"];

/** A gate at halt may be rolled back already, and people must see which. */
function stopWord({ state, verdict }: StatusBody): string {
  return STOPPED.includes(state)
    ? STATES[state].word
    : VERDICTS[verdict === "rollback" ? "rollback" : "halt"].word;
}

function allowed({ for: purpose, step }: StatusBody): string {
  switch (purpose) {
    case "advance":
      return step.next === null ? "may advance" : `may go to ${nextText(step)}`;
    case "deploy":
      return "lets deploys go out";
    case "finish":
      return "may finish";
  }
}

function refused({ for: purpose, step, exitCode }: StatusBody): string {
  const yet = exitCode === 4 ? "" : " yet";
  switch (purpose) {
    case "advance":
      return step.next === null ? "has no next step" : `may not go to ${nextText(step)}${yet}`;
    case "deploy":
      return "lets no deploy go out now";
    case "finish":
      return `may not finish${yet}`;
  }
}
