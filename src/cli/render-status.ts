import type { GateBody, GateSummary } from "../api/gate.ts";
import { alignColumns, displayWidth, shorten } from "./columns.ts";
import type { Cell } from "./columns.ts";
import type { LocalTime } from "./local-time.ts";
import type { Paint } from "./paint.ts";
import { nextOf, percent, tellState, whenOpen, whyOf } from "./words.ts";

export type Screen = {
  readonly time: LocalTime;
  readonly paint: Paint;
  readonly now: number;
  /** Null: as wide as it gets. */
  readonly columns: number | null;
};

const HEADINGS = ["GATE", "STATE", "EXPOSED", "STEP", "WHY", "NEXT"];
const WHY = 4;
const LEAST_WHY = 20;

/** One table for each environment, with the user's time and zone named above. */
export function renderGates(gates: readonly GateSummary[], environment: string, screen: Screen): string {
  const at = screen.time.heading(screen.now);
  if (gates.length === 0) {
    return `${environment}, ${at}\n\nNo gates yet. Put a gate file into the server's gates folder, and check it with: rampart lint`;
  }
  const byEnvironment = Map.groupBy(gates, (gate) => gate.environment ?? environment);
  return [...byEnvironment]
    .map(([name, own]) => [`${name}, ${at}`, "", ...table(own, screen)].join("\n"))
    .join("\n\n");
}

function table(gates: readonly GateSummary[], screen: Screen): readonly string[] {
  const rows = gates.map((gate) => gateRow(gate, screen));
  const fitted = screen.columns === null ? rows : fitWhy(rows, screen.columns);
  return alignColumns([HEADINGS.map((text) => ({ text, paint: screen.paint.faint })), ...fitted]);
}

function gateRow(gate: GateSummary, { paint, time }: Screen): readonly Cell[] {
  const told = tellState(gate);
  return [
    { text: gate.name },
    { text: `${told.icon} ${told.word}`, paint: paint[told.tone] },
    { text: percent(gate.exposure.set) },
    { text: gate.step.of === 0 ? "-" : `${gate.step.index}/${gate.step.of}` },
    { text: whyOf(gate) },
    { text: nextOf(gate, time) },
  ];
}

/** On a narrow terminal the reason gives way, since it is the longest and `explain` has it whole. */
function fitWhy(rows: readonly (readonly Cell[])[], columns: number): readonly (readonly Cell[])[] {
  const widest = (column: number) =>
    Math.max(...[HEADINGS[column] ?? "", ...rows.map((row) => row[column]?.text ?? "")].map(displayWidth));
  const others = HEADINGS.reduce((sum, _, column) => sum + 2 + (column === WHY ? 0 : widest(column)), 0);
  const room = Math.max(LEAST_WHY, columns - others);
  return rows.map((row) =>
    row.map((cell, column) => (column === WHY ? { ...cell, text: shorten(cell.text, room) } : cell)),
  );
}

/** One gate: its row, then everything that keeps it where it is. */
export function renderGate(gate: GateBody, environment: string, screen: Screen): string {
  const lines = [renderGates([gate], environment, screen)];
  const reasons = gate.because.map((because): Cell[] => [
    { text: `  ${because.kind}`, paint: screen.paint.faint },
    { text: because.message },
    { text: whenOpen(because, screen.time) },
  ]);
  for (const drift of gate.drift) {
    reasons.push([{ text: "  drift", paint: screen.paint.faint }, { text: drift.message }, { text: "" }]);
  }
  for (const problem of gate.problems) {
    reasons.push([
      { text: "  file", paint: screen.paint.faint },
      { text: `${problem.file}:${problem.line}:${problem.column} ${problem.message}` },
      { text: "" },
    ]);
  }
  if (reasons.length > 0) lines.push("", ...alignColumns(reasons));
  lines.push("", `Evidence:  rampart explain ${gate.name}`);
  if (gate.request !== null) lines.push(`Approve:   rampart approve ${gate.name} --reason "..."`);
  return lines.join("\n");
}

export function plainGate(gate: GateSummary): readonly string[] {
  return [
    gate.name,
    gate.state,
    gate.mode,
    gate.verdict,
    String(gate.exposure.set ?? "-"),
    `${gate.step.index}/${gate.step.of}`,
    String(gate.exitCode),
    gate.retryAt ?? "-",
    whyOf(gate),
  ];
}
