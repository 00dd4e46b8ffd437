import type { Requirement } from "../../domain/coupling.ts";
import type { Signal } from "../../domain/gate.ts";
import type { Repair } from "../../domain/reconcile.ts";
import { durationText } from "../../text/duration-text.ts";
import type { Value } from "../value.ts";
import { type EffectiveLine, type EffectiveValue, line } from "./line.ts";
import { entryAt } from "./origin.ts";
import { itemsOf, originBelow, originIn, type Sheet } from "./sheet.ts";

const MARK = "no effect yet";

/** A line of what is read and checked alone. */
export function unbuiltLine(path: string, value: EffectiveValue, origin: string): EffectiveLine {
  return line(path, value, `${origin}, ${MARK}`);
}

/** What ties the gate to others. */
export function couplingLines(sheet: Sheet): EffectiveLine[] {
  const { touches = [], calendars, debt, priority, evidence } = sheet.gate;
  const items = itemsOf(sheet, "touches");
  const origin = (...path: readonly string[]): string => originIn(sheet, "default", ...path);
  return [
    ...touches.flatMap((touch, index) => {
      const lineOf = below(sheet, items[index], `touches[${index}]`);
      return [
        lineOf("flow", touch.flow),
        lineOf("stage", touch.stage),
        ...(touch.writes.length === 0 ? [] : [lineOf("writes", touch.writes)]),
        ...(touch.reads.length === 0 ? [] : [lineOf("reads", touch.reads)]),
        lineOf("exclusive", touch.exclusive),
        ...(touch.until === null ? [] : [lineOf("until", `${touch.until}%`)]),
      ];
    }),
    ...(calendars === undefined ? [] : [unbuiltLine("calendars", calendars, origin("calendars"))]),
    ...(debt === undefined ? [] : [unbuiltLine("debt.tolerate", debt.tolerate, origin("debt", "tolerate"))]),
    ...(debt === undefined || debt.waiver === null
      ? []
      : [unbuiltLine("debt.waiver", debt.waiver, origin("debt", "waiver"))]),
    ...(priority === undefined ? [] : [unbuiltLine("priority", priority, origin("priority"))]),
    ...(["falseHalt", "falseRollback", "falseAdvance"] as const).flatMap((key) => {
      const rate = evidence?.[key];
      return rate === undefined
        ? []
        : [unbuiltLine(`evidence.${key}`, percentText(rate), origin("evidence", key))];
    }),
  ];
}

/** What must hold beside promises, after the items that `from` already counts. */
export function demandLines(sheet: Sheet, from: number): EffectiveLine[] {
  const items = itemsOf(sheet, "requires").filter((item) => entryAt(item, "approve") === null);
  return (sheet.gate.requires ?? []).flatMap((requirement, index) =>
    linesOfRequirement(requirement, below(sheet, items[index], `requires[${from + index}]`), items[index]),
  );
}

type LineOf = (key: string, value: EffectiveValue, otherwise?: string) => EffectiveLine;

/** Lines of one item of a list, each with where its key is written. */
function below(sheet: Sheet, item: Value | undefined, path: string): LineOf {
  return (key, value, otherwise = "default") =>
    unbuiltLine(`${path}.${key}`, value, originBelow(sheet, item, otherwise, ...key.split(".")));
}

function linesOfRequirement(
  requirement: Requirement,
  lineOf: LineOf,
  item: Value | undefined,
): readonly EffectiveLine[] {
  switch (requirement.kind) {
    case "contract":
      return [
        lineOf("contract", requirement.contract),
        lineOf("speaks", `v${requirement.speaks}`),
        lineOf("by", requirement.by),
      ];
    case "signal":
      return [
        lineOf("signal", requirement.signal.name),
        ...argumentsOf(item, lineOf),
        ...limitLine(requirement.signal, "advance", lineOf),
        lineOf("floor", requirement.signal.floor, "library"),
      ];
    case "gate":
      return [lineOf("gate", requirement.gate), lineOf("is", requirement.is)];
    case "no-debt":
      return [lineOf("no-debt", requirement.flow)];
  }
}

/** The values for a library signal's parameters, as they are written. */
function argumentsOf(item: Value | undefined, lineOf: LineOf, prefix = ""): readonly EffectiveLine[] {
  const written = entryAt(item, ...prefix.split(".").filter((key) => key !== ""), "with")?.value;
  if (written?.kind !== "map") return [];
  return written.entries.flatMap(({ key, value }) =>
    value.kind === "scalar" ? [lineOf(`${prefix}with.${key}`, String(value.value))] : [],
  );
}

function limitLine(signal: Signal, key: string, lineOf: LineOf): readonly EffectiveLine[] {
  return signal.advance === null ? [] : [lineOf(key, signal.advance.text, "library")];
}

/** What is cleaned up after a rollback. */
export function reconcileLines(sheet: Sheet): EffectiveLine[] {
  const written = entryAt(sheet.root, "rollback", "reconcile")?.value;
  const items = written?.kind === "list" ? written.items : [];
  return (sheet.gate.reconcile ?? []).flatMap((task, index) => {
    const { until, withinMs, owner, runbook, run } = task;
    const lineOf = below(sheet, items[index], `rollback.reconcile[${index}]`);
    return [
      lineOf("task", task.task),
      ...(until === null
        ? []
        : [
            lineOf("until.use", until.name),
            ...argumentsOf(items[index], lineOf, "until."),
            ...limitLine(until, "until.at", lineOf),
          ]),
      ...(withinMs === null ? [] : [lineOf("within", durationText(withinMs))]),
      ...(owner === null ? [] : [lineOf("owner", owner)]),
      ...(runbook === null ? [] : [lineOf("runbook", runbook)]),
      ...(run === null ? [] : repairLines(run, lineOf)),
      lineOf("scope", task.scope),
      lineOf("manual", task.manual),
    ];
  });
}

function repairLines({ webhook, rate, idempotencyKey }: Repair, lineOf: LineOf): readonly EffectiveLine[] {
  return [
    lineOf("run.webhook", webhook),
    ...(rate === null ? [] : [lineOf("run.rate", `${rate.calls}/${rate.per}`)]),
    ...(idempotencyKey === null ? [] : [lineOf("run.idempotencyKey", idempotencyKey)]),
  ];
}

/** A share as a percent, through the decimal exponent so that it reads back as the same number. */
function percentText(share: number): string {
  return `${Number(`${share}e2`)}%`;
}
