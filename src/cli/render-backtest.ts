import { isoTime } from "../api/wire-time.ts";
import type { Backtest, GuardPast, Placebo, Placebos, Shares, SignalPast, Stop } from "../backtest/report.ts";
import { unforeseen } from "../backtest/report.ts";
import { formatMillis, type Millis } from "../domain/instant.ts";
import { printable } from "../gatefile/invisible.ts";
import { countsOf } from "./backtest-body.ts";
import { alignColumns } from "./columns.ts";
import type { Look } from "./evidence-tree.ts";

const MOST_STOPS = 10;
const MOST_RAMPS = 5;

/** A backtest for people: a line a signal, when the gate would have stopped a ramp, and how ramps would have gone. */
export function renderBacktest(backtest: Backtest, tookMs: Millis, look: Look): string {
  const { looks, queries, span, signals, guards } = backtest;
  const each = formatMillis(span.stepMs);
  const took = formatMillis(Math.max(1_000, Math.round(tookMs / 1_000) * 1_000));
  return [
    `${looks.toLocaleString("en")} evaluations, one each ${each}; ${queries} range ${queries === 1 ? "query" : "queries"}, ${took}`,
    `${look.time.heading(span.from)} to ${look.time.heading(span.to)}${keptNote(backtest)}`,
    "",
    ...alignColumns([
      HEADINGS.map((text) => ({ text, paint: look.paint.faint })),
      ...signals.flatMap((past) => rowsOf(past.signal.name, past)),
      ...guards.flatMap((past) => rowsOf(past.guard, past)),
    ]),
    "",
    idleLine(backtest),
    ...stopLines(backtest.stops, look),
    ...placeboLines(backtest.placebos, look),
  ].join("\n");
}

function keptNote({ span, askedFrom }: Backtest): string {
  const lackingMs = span.from - askedFrom;
  return lackingMs === 0 ? "" : `; nothing is kept of the ${formatMillis(lackingMs)} before`;
}

const HEADINGS = ["SIGNAL", "GOOD", "WAIT", "HALT", "ROLLBACK", "MISSING", "NOTE"];

type Row = readonly { readonly text: string }[];

function cells(texts: readonly string[]): Row {
  return texts.map((text) => ({ text }));
}

/** The most important note stands beside the figures, each other on a line of its own. */
function rowsOf(name: string, { shares, stops, notes }: SignalPast | GuardPast): readonly Row[] {
  const { halts, rollbacks } = allOf(stops);
  const isSeen = shares.missing < 1;
  const figures = isSeen
    ? [part(shares.good), part(shares.wait), String(halts), String(rollbacks), part(shares.missing)]
    : [
        "-",
        "-",
        stops.length === 0 ? "-" : String(halts),
        stops.length === 0 ? "-" : String(rollbacks),
        "100%",
      ];
  const [first = "", ...others] = notes.map(printable);
  return [
    cells([printable(name), ...figures, first]),
    ...others.map((note) => cells(["", "", "", "", "", "", note])),
  ];
}

/** Whatever explains them: a note beside says what does. */
function allOf(stops: readonly Stop[]): { readonly halts: number; readonly rollbacks: number } {
  const rollbacks = stops.filter(({ verdict }) => verdict === "rollback").length;
  return { halts: stops.length - rollbacks, rollbacks };
}

function idleLine({ stops, span }: Backtest): string {
  const { halts, rollbacks, covered } = countsOf(stops);
  const length = formatMillis(span.to - span.from + span.stepMs);
  const more = covered === 0 ? "" : ` ${covered} more ${covered === 1 ? "stop is" : "stops are"} covered.`;
  return `With no ramp running this gate would have halted ${times(halts)} and rolled back ${times(rollbacks)} in ${length}.${more}`;
}

function times(count: number): string {
  return count === 1 ? "once" : `${count} times`;
}

function stopLines(stops: readonly Stop[], look: Look): readonly string[] {
  const own = unforeseen(stops);
  const shown = own
    .toSorted(bySeverity)
    .slice(0, MOST_STOPS)
    .toSorted((a, b) => a.from - b.from);
  const left = own.length - shown.length;
  return [
    ...alignColumns(
      shown.map(({ from, to, verdict, by, message }) => [
        { text: `  ${look.time.heading(from)}` },
        { text: to === from ? "one look" : `for ${formatMillis(to - from)}` },
        { text: verdict === "rollback" ? "rollback" : "halt", paint: look.paint.bad },
        { text: printable(`${by.join(", ")}: ${message}`) },
      ]),
    ),
    ...(left > 0 ? [`  and ${left} more: -o json lists all`] : []),
  ];
}

function bySeverity(a: Stop, b: Stop): number {
  if (a.verdict !== b.verdict) return a.verdict === "rollback" ? -1 : 1;
  return b.to - b.from - (a.to - a.from);
}

function placeboLines({ ramps, spacingMs, without, none }: Placebos, look: Look): readonly string[] {
  if (none !== null) return ["", `No ramp was tried: ${none}.`];
  const stopped = ramps.filter(({ outcome }) => outcome === "halted" || outcome === "rolled-back");
  const own = stopped.filter(({ known }) => known === null);
  const count = (outcome: Placebo["outcome"]) => own.filter((ramp) => ramp.outcome === outcome).length;
  const ended = (outcome: Placebo["outcome"]) => ramps.filter((ramp) => ramp.outcome === outcome).length;
  const covered = stopped.length - own.length;
  const shown = own.slice(0, MOST_RAMPS);
  return [
    "",
    `Of ${ramps.length} ramps that expose nobody, one started each ${formatMillis(spacingMs)}, ` +
      `${count("halted")} would have halted and ${count("rolled-back")} rolled back; ` +
      `${ended("finished")} finished, ${ended("unfinished")} still waited at the end` +
      (covered === 0 ? "." : `, and ${covered} stopped in a time that is covered.`),
    ...alignColumns(
      shown.map((ramp) => [
        { text: `  ${look.time.heading(ramp.startedAt)}` },
        { text: ramp.outcome === "halted" ? "halted" : "rolled back", paint: look.paint.bad },
        { text: `at step ${ramp.step}, after ${formatMillis(ramp.endedAt - ramp.startedAt)}` },
        { text: printable(ramp.why ?? "") },
      ]),
    ),
    ...(own.length > shown.length ? [`  and ${own.length - shown.length} more: -o json lists all`] : []),
    ...(without.length === 0
      ? []
      : [`  without ${without.join(", ")}: nobody is exposed, so there are no cohorts to compare`]),
  ];
}

function part(share: number): string {
  if (share > 0 && share < 0.001) return "<0.1%";
  return `${Number((share * 100).toFixed(1))}%`;
}

type Judged = { readonly shares: Shares; readonly stops: readonly Stop[]; readonly notes: readonly string[] };

function plainRow(kind: string, name: string, { shares, stops, notes }: Judged): readonly string[] {
  const { halts, rollbacks } = allOf(stops);
  const figures = [shares.good, shares.wait, halts, rollbacks, shares.missing].map(String);
  return [kind, name, ...figures, notes[0] ?? ""];
}

export function plainBacktest({
  signals,
  guards,
  stops,
  placebos,
}: Backtest): readonly (readonly string[])[] {
  return [
    ...signals.map((past) => plainRow("signal", past.signal.name, past)),
    ...guards.map((past) => plainRow("guard", past.guard, past)),
    ...stops.map(({ from, to, verdict, by, known }) => [
      "stop",
      isoTime(from),
      isoTime(to),
      verdict,
      by.join(","),
      known ?? "-",
    ]),
    ...placebos.ramps.map(({ startedAt, endedAt, outcome, step, known }) => [
      "ramp",
      isoTime(startedAt),
      isoTime(endedAt),
      outcome,
      String(step),
      known ?? "-",
    ]),
  ].map((row) => row.map(printable));
}
