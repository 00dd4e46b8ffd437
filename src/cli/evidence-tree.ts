import type { AlertBody } from "../api/alert.ts";
import type { BecauseBody } from "../api/because.ts";
import type { SignalBody } from "../api/signal.ts";
import type { StatusBody } from "../api/status.ts";
import { formatValue } from "../domain/value-text.ts";
import { guardDetails, guardLine } from "./alert-words.ts";
import { deployLine } from "./change-words.ts";
import { alignColumns, shorten } from "./columns.ts";
import type { Cell } from "./columns.ts";
import type { LocalTime } from "./local-time.ts";
import type { Paint } from "./paint.ts";
import { tellVerdict, whenOpen } from "./words.ts";

export type Look = { readonly time: LocalTime; readonly paint: Paint };

/** One line of the tree, and what hangs below it. */
type Branch = { readonly cells: readonly Cell[]; readonly below: readonly string[] };

/** What a tree is drawn from: a status as of now, or a decision, which knows no deploy and makes no remarks. */
export type Evidence = {
  readonly signals: readonly SignalBody[];
  readonly alerts: readonly AlertBody[];
  readonly because: readonly BecauseBody[];
  readonly deploy: StatusBody["deploy"];
  readonly remarks: readonly string[];
};

/** The whole of a long `match` would push every value out of sight; `-o json` has it. */
const LONGEST_GUARD = 28;

/** Signals, guards and reasons as branches of one tree; no lines when there are none. */
export function tree(evidence: Evidence, look: Look): readonly string[] {
  const { signals, alerts, because, deploy, remarks } = evidence;
  // A signal or a guard that keeps the gate closed already has its branch.
  const others = because.filter(({ kind }) => kind !== "signal" && kind !== "alert");
  const branches = [
    ...signals.map((signal) => signalBranch(signal, look)),
    ...alerts.map((alert) => guardBranch(alert, look)),
    ...(deploy === null ? [] : [deployBranch(deploy, look)]),
    ...remarks.map((remark) => ({ cells: [{ text: `· ${remark}`, paint: look.paint.faint }], below: [] })),
    ...others.map((each) => becauseBranch(each, look)),
  ];
  if (branches.length === 0) return [];
  const lines = alignColumns(branches.map(({ cells }) => cells));
  const last = lines.length - 1;
  return ["│", ...branches.flatMap(({ below }, index) => limb(lines[index] ?? "", below, index === last))];
}

function limb(line: string, below: readonly string[], isLast: boolean): readonly string[] {
  return [`${isLast ? "└─" : "├─"} ${line}`, ...below.map((each) => `${isLast ? " " : "│"}      ${each}`)];
}

function signalBranch(signal: SignalBody, { time, paint }: Look): Branch {
  const told = tellVerdict(signal.verdict);
  const value = signal.value === null ? "unknown" : formatValue(signal, signal.value);
  const asOf = signal.asOf === null ? "" : ` as of ${time.short(Date.parse(signal.asOf))}`;
  const cells = [
    {
      text: `${signal.counts ? told.icon : "·"} ${signal.name}`,
      paint: paint[signal.counts ? told.tone : "faint"],
    },
    { text: value + asOf },
    // What is good says so by its limit; anything else says why.
    { text: signal.verdict === "good" ? (signal.limit ?? "") : signal.message },
    { text: signal.samples === null ? "" : `${Math.round(signal.samples).toLocaleString("en-GB")} samples` },
  ];
  return { cells, below: [] };
}

function guardBranch(alert: AlertBody, { time, paint }: Look): Branch {
  const told = tellVerdict(alert.verdict);
  const name = shorten(alert.guard, LONGEST_GUARD);
  return {
    cells: [{ text: `${told.icon} ${name}`, paint: paint[told.tone] }, { text: guardLine(alert) }],
    below: guardDetails(alert, time).map(paint.faint),
  };
}

function deployBranch(deploy: NonNullable<StatusBody["deploy"]>, { time, paint }: Look): Branch {
  const tone = deploy.suspect ? paint.bad : paint.faint;
  return { cells: [{ text: `· ${deployLine(deploy, time)}`, paint: tone }], below: [] };
}

function becauseBranch(because: BecauseBody, { time, paint }: Look): Branch {
  const cells = [
    { text: `‖ ${because.kind}`, paint: paint.waiting },
    { text: because.message },
    { text: whenOpen(because, time) },
  ];
  return { cells, below: [] };
}
