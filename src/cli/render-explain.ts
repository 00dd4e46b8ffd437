import type { AlertBody } from "../api/alert.ts";
import type { DecisionBody } from "../api/decision.ts";
import type { GateBody } from "../api/gate.ts";
import type { SignalBody } from "../api/signal.ts";
import type { StatusBody } from "../api/status.ts";
import { wouldLine } from "./change-words.ts";
import { tree } from "./evidence-tree.ts";
import type { Look } from "./evidence-tree.ts";
import { percent, reach, tellRampState, tellState, tellVerdict } from "./words.ts";

/** As many of the last changes of mind as people can take in. */
const LAST_WOULDS = 5;

/** A gate as of now: its evidence and reasons as branches of one tree. */
export function explainGate(gate: GateBody, status: StatusBody, look: Look): string {
  const told = tellState(status);
  const since = gate.since === null ? "" : ` since ${look.time.short(Date.parse(gate.since))}`;
  const decision = status.decision === null ? "" : `decision ${status.decision} `;
  return [
    `${gate.name}  ${look.paint[told.tone](`${told.icon} ${told.word}`)} at ${reach(status.exposure)}${since}` +
      `    ${look.paint.faint(`${decision}at ${look.time.exact(Date.parse(status.at))}`)}`,
    ...tree(status, look),
    ...wouldLines(status, look),
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
    `${decision.gate}  ${look.paint[told.tone](`${told.icon} ${told.word}`)}${moved} at ${reach(decision.exposure)}` +
      `    ${look.paint.faint(`decision ${decision.id} at ${look.time.short(Date.parse(decision.at))}${folded}`)}`,
    `signals ${verdict.word}; by ${decision.actor}; ${actionLine(decision)}`,
    ...tree({ ...decision, deploy: null, remarks: [] }, look),
    "",
    ...hints(decision.id, decision.signals, decision.gate),
  ].join("\n");
}

/** What Rampart would have done, the newest last; a gate that acts has done it. */
function wouldLines({ mode, woulds }: StatusBody, { time }: Look): readonly string[] {
  if (mode !== "observe" || woulds.length === 0) return [];
  return ["", "Only observing:", ...woulds.slice(-LAST_WOULDS).map((each) => `  ${wouldLine(each, time)}`)];
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
      return `raise ${percent(action.from)} → ${action.audience ?? percent(action.to)}`;
    case "lower":
    case "restore":
    case "retoken":
    case "rotate":
    case "release":
    case "refit":
      return `${action.kind} ${percent(action.from)} → ${percent(action.to)}`;
  }
}

/** Signals, then guards in the same columns: how many alerts are active as the value, and since when the first. */
export function plainEvidence({
  signals,
  alerts,
}: Pick<StatusBody, "signals" | "alerts">): readonly (readonly string[])[] {
  return [...signals.map(plainSignal), ...alerts.map(plainGuard)];
}

function plainGuard({ guard, verdict, code, active }: AlertBody): readonly string[] {
  // Of a guard that cannot see, nothing active is not zero.
  const count = active.length === 0 && code !== "good" ? "-" : String(active.length);
  const since = active.map(({ activeAt }) => activeAt).toSorted()[0] ?? "-";
  return [guard, verdict, code, count, "alerts", "-", "-", since];
}

function plainSignal(signal: SignalBody): readonly string[] {
  return [
    signal.name,
    signal.verdict,
    signal.code,
    String(signal.value ?? "-"),
    signal.unit,
    signal.limit ?? "-",
    String(signal.samples ?? "-"),
    signal.asOf ?? "-",
  ];
}
