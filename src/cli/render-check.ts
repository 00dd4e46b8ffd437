import type { BecauseBody } from "../api/because.ts";
import type { StatusBody } from "../api/status.ts";
import { guardsLine } from "./alert-words.ts";
import { deployLine, wouldLine } from "./change-words.ts";
import { alignColumns } from "./columns.ts";
import type { Cell } from "./columns.ts";
import type { LocalTime } from "./local-time.ts";
import type { Paint } from "./paint.ts";
import { answerLine, tellVerdict } from "./words.ts";

/** Open or closed, why, what next, and where the evidence is. */
export function renderCheck(status: StatusBody, time: LocalTime, paint: Paint): string {
  const tone = status.open ? paint.good : status.exitCode === 3 ? paint.waiting : paint.bad;
  const rows: Cell[][] = status.because.map((because) => [
    { text: `  ${because.kind}` },
    { text: because.message + opensAt(because, time) },
  ]);
  // Where a signal is a reason, it stands above already.
  if (!status.because.some(({ kind }) => kind === "signal" || kind === "settle")) {
    rows.push([{ text: "  signals" }, { text: signalsLine(status) }]);
  }
  rows.push(...standingBy(status, time));
  for (const next of nextLines(status, time)) rows.push([{ text: "  next" }, { text: next }]);
  rows.push([{ text: "  evidence" }, { text: status.url }]);
  return [tone(answerLine(status)), ...alignColumns(rows)].join("\n");
}

/** Guards where none is a reason above, the last deploy, what it would do, and remarks. */
function standingBy(status: StatusBody, time: LocalTime): Cell[][] {
  const { alerts, deploy, woulds, remarks } = status;
  const isSaid = status.because.some(({ kind }) => kind === "alert");
  const would = status.mode === "observe" ? woulds.at(-1) : undefined;
  return [
    ...(alerts.length === 0 || isSaid ? [] : [["alerts", guardsLine(alerts)]]),
    ...(deploy === null ? [] : [["deploy", deployLine(deploy, time)]]),
    ...(would === undefined ? [] : [["observe", wouldLine(would, time)]]),
    ...remarks.map((remark) => ["note", remark]),
  ].map(([kind = "", text = ""]) => [{ text: `  ${kind}` }, { text }]);
}

function opensAt({ until }: BecauseBody, time: LocalTime): string {
  return until === undefined ? "" : `; opens ${time.short(Date.parse(until))}`;
}

function signalsLine(status: StatusBody): string {
  const others = status.signals.filter((signal) => signal.counts && signal.verdict !== "good");
  if (others.length === 0) return status.signals.length === 0 ? "none" : "all good";
  return others
    .map((signal) => `${signal.name} ${tellVerdict(signal.verdict).word}: ${signal.message}`)
    .join("; ");
}

/** What somebody can do; where only time helps, when to ask again. */
function nextLines(status: StatusBody, time: LocalTime): readonly string[] {
  if (status.open) return [];
  const acts = new Set(status.because.flatMap(({ opens }) => (opens === undefined ? [] : [opens])));
  if (acts.size > 0) return [...acts];
  if (status.exitCode === 4) return [`a person is needed: rampart explain ${status.gate}`];
  if (status.retryAfter === null) return [];
  return [`ask again at ${time.exact(Date.parse(status.at) + status.retryAfter * 1_000)}`];
}

export function plainCheck(status: StatusBody): readonly (readonly string[])[] {
  return [
    [status.gate, status.for, status.open ? "open" : "closed", String(status.exitCode), status.url],
    ...status.because.map((because) => [because.kind, because.code, because.until ?? "-", because.message]),
  ];
}
