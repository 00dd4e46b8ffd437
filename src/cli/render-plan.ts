import { printable } from "../gatefile/invisible.ts";
import type { GatePlan } from "../trial/plan/plan.ts";
import { alignColumns } from "./columns.ts";
import type { LocalTime } from "./local-time.ts";
import type { Paint } from "./paint.ts";
import { type PlannedChanges, changeLines } from "./plan-changes.ts";
import { HEADINGS, cellsOf, notesOf } from "./plan-cells.ts";

export type ShownPlan = { readonly plan: GatePlan; readonly changes: PlannedChanges };

/** One gate's plan for a terminal: a row a step, and below it what the rows leave out. */
export function renderPlan({ plan, changes }: ShownPlan, time: LocalTime, paint: Paint): string {
  const rows = plan.steps.map((step) => cellsOf(step, time));
  const table = alignColumns([
    HEADINGS.map((text) => ({ text, paint: paint.faint })),
    ...rows.map((row) => row.map((text) => ({ text: printable(text) }))),
  ]);
  return [
    headingOf(plan, time),
    ...changeLines(changes).map((line) => `  ${printable(line)}`),
    ...(rows.length === 0 ? [] : ["", ...table, ""]),
    ...notesOf(plan, time).map(printable),
  ].join("\n");
}

function headingOf({ gate, at }: GatePlan, time: LocalTime): string {
  return `${gate}   as if started now, ${time.heading(at)}`;
}

/** The same for a comment of a pull request. */
export function markdownPlan({ plan, changes }: ShownPlan, time: LocalTime): string {
  const rows = plan.steps.map((step) => cellsOf(step, time));
  const table = [HEADINGS, HEADINGS.map(() => "---"), ...rows].map(
    (row) => `| ${row.map(cell).join(" | ")} |`,
  );
  return [
    `### ${headingOf(plan, time)}`,
    ...listOf(changeLines(changes)),
    ...(rows.length === 0 ? [] : ["", ...table]),
    ...listOf(notesOf(plan, time)),
  ].join("\n");
}

function listOf(lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ["", ...lines.map((line) => `- ${cell(line)}`)];
}

/** Nothing of a file can end its cell, or be taken for HTML or a link. */
function cell(text: string): string {
  return printable(text)
    .replaceAll(/[\\|<>[\]]/g, (character) => `\\${character}`)
    .replaceAll("\n", " ");
}
