import type { DecisionBody } from "../api/decision.ts";
import type { EvidenceBody } from "../api/signal.ts";
import { formatValue } from "../domain/value-text.ts";
import { alignColumns } from "./columns.ts";
import type { Cell } from "./columns.ts";
import type { Look } from "./evidence-tree.ts";
import type { LocalTime } from "./local-time.ts";
import { whatWouldChange } from "./signal-change.ts";
import { tellVerdict } from "./words.ts";

/** One signal down to the queries that were sent and what came back, with what it said in decisions before, newest first. */
export function explainSignal(
  signal: EvidenceBody,
  before: readonly DecisionBody[],
  { time, paint }: Look,
): string {
  const told = tellVerdict(signal.verdict);
  const rows = signal.asked.map((asked): Cell[] => [
    { text: `  ${asked.role}`, paint: paint.faint },
    { text: asked.query },
    { text: `= ${answerText(asked.answer)}` },
  ]);
  return [
    `${signal.name}  ${paint[told.tone](`${told.icon} ${told.word}`)}: ${signal.message}`,
    ...alignColumns(rows),
    ...alignColumns(factsOf(signal, before, time).map(([name, text]) => [{ text: `  ${name}` }, { text }])),
  ].join("\n");
}

type Fact = readonly [name: string, text: string];

function factsOf(signal: EvidenceBody, before: readonly DecisionBody[], time: LocalTime): readonly Fact[] {
  const { samples, bad, asOf, limit, link } = signal;
  const recent = before.flatMap((decision) => recentText(decision, signal.name, time));
  return [
    [
      "reads",
      signal.value === null
        ? `unknown: ${signal.missing?.detail ?? "no reading"}`
        : formatValue(signal, signal.value),
    ],
    ...fact("samples", samples === null ? null : countsText(samples, bad)),
    ...fact("as of", asOf === null ? null : time.short(Date.parse(asOf))),
    ["limit", limit ?? "none decided"],
    ...fact("limits", limitsText(signal)),
    ["changes", whatWouldChange(signal, time)],
    ...fact("before", recent.length === 0 ? null : recent.join(", ")),
    ...signal.notes.map((note): Fact => ["note", note]),
    ...fact("open", link),
  ];
}

function fact(name: string, text: string | null): readonly Fact[] {
  return text === null ? [] : [[name, text]];
}

function countsText(samples: number, bad: number | null): string {
  const counted = Math.round(samples).toLocaleString("en-GB");
  return bad === null ? counted : `${counted}, ${Math.round(bad).toLocaleString("en-GB")} of them bad`;
}

function limitsText({ limits }: EvidenceBody): string | null {
  if (limits === undefined) return null;
  const verbs = (["advance", "halt", "rollback"] as const).filter((verb) => limits[verb] !== null);
  return verbs.length === 0 ? null : verbs.map((verb) => `${verb} ${limits[verb]}`).join(", ");
}

/** What the signal showed when that decision was last made. */
function recentText(decision: DecisionBody, name: string, time: LocalTime): readonly string[] {
  const signal = decision.signals.find((each) => each.name === name);
  if (signal === undefined) return [];
  const value = signal.value === null ? "unknown" : formatValue(signal, signal.value);
  const verdict = signal.verdict === "good" ? "" : ` (${tellVerdict(signal.verdict).word})`;
  return [`${value}${verdict} at ${time.short(Date.parse(decision.lastAt))}`];
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
