import type { BecauseBody } from "../api/because.ts";
import type { DecisionBody } from "../api/decision.ts";
import type { GateBody } from "../api/gate.ts";
import type { EvidenceBody, SignalBody } from "../api/signal.ts";
import type { StatusBody } from "../api/status.ts";
import { formatValue } from "../domain/value-text.ts";
import { alignColumns } from "./columns.ts";
import type { Cell } from "./columns.ts";
import type { LocalTime } from "./local-time.ts";
import type { Paint } from "./paint.ts";
import { percent, tellRampState, tellState, tellVerdict, whenOpen } from "./words.ts";

type Look = { readonly time: LocalTime; readonly paint: Paint };

/** A gate as of now: its signals and reasons as branches of one tree. */
export function explainGate(gate: GateBody, status: StatusBody, look: Look): string {
  const told = tellState(status);
  const since = gate.since === null ? "" : ` since ${look.time.short(Date.parse(gate.since))}`;
  const decision = status.decision === null ? "" : `decision ${status.decision} `;
  return [
    `${gate.name}  ${look.paint[told.tone](`${told.icon} ${told.word}`)} at ${percent(status.exposure.set)}${since}` +
      `    ${look.paint.faint(`${decision}at ${look.time.exact(Date.parse(status.at))}`)}`,
    ...tree(status.signals, status.because, look),
    "",
    ...hints(gate.name, status.signals),
  ].join("\n");
}

/** A decision as it was taken, however long ago. */
export function explainDecision(decision: DecisionBody, look: Look): string {
  const told = tellRampState(decision.after);
  const verdict = tellVerdict(decision.verdict);
  const moved = decision.before === decision.after ? "" : ` (was ${tellRampState(decision.before).word})`;
  const folded =
    decision.count === 1
      ? ""
      : `, ${decision.count} passes until ${look.time.short(Date.parse(decision.lastAt))}`;
  return [
    `${decision.gate}  ${look.paint[told.tone](`${told.icon} ${told.word}`)}${moved} at ${percent(decision.exposure.set)}` +
      `    ${look.paint.faint(`decision ${decision.id} at ${look.time.short(Date.parse(decision.at))}${folded}`)}`,
    `signals ${verdict.word}; by ${decision.actor}; ${actionLine(decision)}`,
    ...tree(decision.signals, decision.because, look),
    "",
    ...hints(decision.id, decision.signals, decision.gate),
  ].join("\n");
}

/** One signal down to the queries that were sent and what came back. */
export function explainSignal(signal: EvidenceBody, { time, paint }: Look): string {
  const told = tellVerdict(signal.verdict);
  const rows = signal.asked.map((asked): Cell[] => [
    { text: `  ${asked.role}`, paint: paint.faint },
    { text: asked.query },
    { text: `= ${answerText(asked.answer)}` },
  ]);
  const facts: Cell[][] = [
    [{ text: "  limit" }, { text: signal.limit ?? "none decided" }],
    ...(signal.asOf === null ? [] : [[{ text: "  as of" }, { text: time.short(Date.parse(signal.asOf)) }]]),
    ...signal.notes.map((note) => [{ text: "  note" }, { text: note }]),
    ...(signal.link === null ? [] : [[{ text: "  open" }, { text: signal.link }]]),
  ];
  return [
    `${signal.name}  ${paint[told.tone](`${told.icon} ${told.word}`)}: ${signal.message}`,
    ...alignColumns(rows),
    ...alignColumns(facts),
  ].join("\n");
}

function tree(
  signals: readonly SignalBody[],
  because: readonly BecauseBody[],
  look: Look,
): readonly string[] {
  const branches = [
    ...signals.map((signal) => signalBranch(signal, look)),
    // A signal that keeps the gate closed already has its branch.
    ...because.filter(({ kind }) => kind !== "signal").map((each) => becauseBranch(each, look)),
  ];
  if (branches.length === 0) return [];
  const lines = alignColumns(branches);
  return ["│", ...lines.map((line, index) => `${index === lines.length - 1 ? "└─" : "├─"} ${line}`)];
}

function signalBranch(signal: SignalBody, { time, paint }: Look): readonly Cell[] {
  const told = tellVerdict(signal.verdict);
  const value = signal.value === null ? "unknown" : formatValue(signal, signal.value);
  const asOf = signal.asOf === null ? "" : ` as of ${time.short(Date.parse(signal.asOf))}`;
  return [
    {
      text: `${signal.counts ? told.icon : "·"} ${signal.name}`,
      paint: paint[signal.counts ? told.tone : "faint"],
    },
    { text: value + asOf },
    // What is good says so by its limit; anything else says why.
    { text: signal.verdict === "good" ? (signal.limit ?? "") : signal.message },
    { text: signal.samples === null ? "" : `${Math.round(signal.samples).toLocaleString("en-GB")} samples` },
  ];
}

function becauseBranch(because: BecauseBody, { time, paint }: Look): readonly Cell[] {
  return [
    { text: `‖ ${because.kind}`, paint: paint.waiting },
    { text: because.message },
    { text: whenOpen(because, time) },
  ];
}

function hints(subject: string, signals: readonly SignalBody[], gate = subject): readonly string[] {
  const [first] = signals;
  return [
    ...(first === undefined
      ? []
      : [`Query behind a line:  rampart explain ${subject} --signal ${first.name}`]),
    `Go back now:          rampart rollback ${gate} --reason "..."`,
  ];
}

function actionLine({ action, would }: DecisionBody): string {
  switch (action.kind) {
    case "none":
      return would === null ? "nothing was written" : `would have done: ${would}`;
    case "switch-off":
      return "switched the environment off";
    case "raise":
    case "lower":
    case "restore":
    case "retoken":
      return `${action.kind} ${percent(action.from)} → ${percent(action.to)}`;
  }
}

function answerText(answer: EvidenceBody["asked"][number]["answer"]): string {
  switch (answer.kind) {
    case "value":
      return String(answer.value);
    case "empty":
      return "no series";
    case "unknown":
      return `unknown (${answer.reason}: ${answer.detail})`;
  }
}

export function plainSignals(signals: readonly SignalBody[]): readonly (readonly string[])[] {
  return signals.map((signal) => [
    signal.name,
    signal.verdict,
    signal.code,
    String(signal.value ?? "-"),
    signal.unit,
    signal.limit ?? "-",
    String(signal.samples ?? "-"),
    signal.asOf ?? "-",
  ]);
}
