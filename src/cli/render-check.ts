import type { StatusBody } from "../api/status.ts";
import { alignColumns } from "./columns.ts";
import type { Cell } from "./columns.ts";
import type { LocalTime } from "./local-time.ts";
import type { Paint } from "./paint.ts";
import { answerLine, tellVerdict, whenOpen } from "./words.ts";

/** Open or closed, why, what next, and where the evidence is. */
export function renderCheck(status: StatusBody, time: LocalTime, paint: Paint): string {
  const tone = status.open ? paint.good : status.exitCode === 3 ? paint.waiting : paint.bad;
  const rows: Cell[][] = status.because.map((because) => [
    { text: `  ${because.kind}` },
    { text: [because.message, whenOpen(because, time)].filter((part) => part !== "").join("; ") },
  ]);
  rows.push([{ text: "  signals" }, { text: signalsLine(status) }]);
  const next = nextLine(status, time);
  if (next !== null) rows.push([{ text: "  next" }, { text: next }]);
  rows.push([{ text: "  evidence" }, { text: status.url }]);
  return [tone(answerLine(status)), ...alignColumns(rows)].join("\n");
}

function signalsLine(status: StatusBody): string {
  const others = status.signals.filter((signal) => signal.verdict !== "good");
  if (others.length === 0) return status.signals.length === 0 ? "none" : "all good";
  return others
    .map((signal) => `${signal.name} ${tellVerdict(signal.verdict).word}: ${signal.message}`)
    .join("; ");
}

function nextLine(status: StatusBody, time: LocalTime): string | null {
  if (status.open) return null;
  if (status.exitCode === 5) return `rampart approve ${status.gate} --reason "..."`;
  if (status.exitCode === 4) return `a person is needed: rampart explain ${status.gate}`;
  if (status.retryAfter === null) return null;
  return `ask again at ${time.exact(Date.parse(status.at) + status.retryAfter * 1_000)}`;
}

export function plainCheck(status: StatusBody): readonly (readonly string[])[] {
  return [
    [status.gate, status.for, status.open ? "open" : "closed", String(status.exitCode), status.url],
    ...status.because.map((because) => [because.kind, because.code, because.until ?? "-", because.message]),
  ];
}
