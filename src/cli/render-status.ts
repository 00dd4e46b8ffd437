import type { GateBody, GateSummary } from "../api/gate.ts";
import { guardLine } from "./alert-words.ts";
import { deployLine, wouldLine } from "./change-words.ts";
import { LEAST, alignColumns, fitColumn, shorten } from "./columns.ts";
import type { Cell } from "./columns.ts";
import type { LocalTime } from "./local-time.ts";
import type { Paint } from "./paint.ts";
import { nextOf, reach, tellState, tellVerdict, whenOpen, whyOf } from "./words.ts";

export type Screen = {
  readonly time: LocalTime;
  readonly paint: Paint;
  readonly now: number;
  /** Null: as wide as it gets. */
  readonly columns: number | null;
};

const HEADINGS = ["GATE", "STATE", "EXPOSED", "STEP", "WHY", "NEXT"];
const WHY = 4;
/** Of the first column of one gate's lines, with what stands around it: the longest is `definition`. */
const KIND_WIDTH = 14;

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
  const rows = [
    HEADINGS.map((text): Cell => ({ text, paint: screen.paint.faint })),
    ...gates.map((gate) => gateRow(gate, screen)),
  ];
  // On a narrow terminal the reason gives way, since it is the longest and `explain` has it whole.
  return alignColumns(screen.columns === null ? rows : fitColumn(rows, WHY, screen.columns));
}

function gateRow(gate: GateSummary, { paint, time }: Screen): readonly Cell[] {
  const told = tellState(gate);
  return [
    { text: gate.name },
    { text: `${told.icon} ${told.word}`, paint: paint[told.tone] },
    { text: reach(gate.exposure) },
    { text: gate.step.of === 0 ? "-" : `${gate.step.index}/${gate.step.of}` },
    { text: whyLine(gate, time) },
    { text: nextOf(gate, time) },
  ];
}

/** One line of why. That a gate only observes says its state already; what it would do is news. */
export function whyLine(gate: GateSummary, time: LocalTime): string {
  return gate.would === null ? whyOf(gate) : wouldLine(gate.would, time);
}

/** One gate: its row, then everything that keeps it where it is. */
export function renderGate(gate: GateBody, environment: string, screen: Screen): string {
  const lines = [renderGates([gate], environment, screen)];
  const { alerts } = gate.status;
  const reasons = gate.because
    // Every guard has a line of its own below.
    .filter(({ kind }) => kind !== "alert" || alerts.length === 0)
    .map((because): Cell[] => [
      { text: `  ${because.kind}`, paint: screen.paint.faint },
      { text: because.message },
      { text: whenOpen(because, screen.time) },
    ]);
  reasons.push(...standingBy(gate, screen));
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
  if (gate.promises.some(({ missing }) => missing > 0)) {
    lines.push(`Promise:   rampart promise ${gate.name} --reason "..."`);
  }
  return lines.join("\n");
}

/** What stands beside the reasons, one line each: guards, the last deploy, what it would do, remarks. */
function standingBy({ status, would }: GateBody, { time, paint, columns }: Screen): Cell[][] {
  const { alerts, deploy, remarks } = status;
  const row = (kind: string, text: string, tone?: Cell["paint"]): Cell[] => {
    const room = columns === null ? Infinity : Math.max(LEAST, columns - KIND_WIDTH);
    const fitted = shorten(text, room);
    return [
      { text: `  ${kind}`, paint: paint.faint },
      tone === undefined ? { text: fitted } : { text: fitted, paint: tone },
    ];
  };
  return [
    ...alerts.map((alert) => {
      const { icon, tone } = tellVerdict(alert.verdict);
      return row("alert", `${icon} ${alert.guard}  ${guardLine(alert)}`, paint[tone]);
    }),
    ...(deploy === null
      ? []
      : [row("deploy", deployLine(deploy, time), deploy.suspect ? paint.bad : undefined)]),
    ...(would === null ? [] : [row("observe", wouldLine(would, time))]),
    ...remarks.map((remark) => row("note", remark)),
  ];
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
