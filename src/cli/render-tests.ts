import { formatMillis, type Millis } from "../domain/instant.ts";
import { printable } from "../gatefile/invisible.ts";
import type { Paint } from "./paint.ts";
import type { CaseReport, CaseShortfall, MutantReport } from "./standalone/test-gates.ts";

/** Every case under its file, what failed with its reasons, and a last line that counts. */
export function renderTests(cases: readonly CaseReport[], durationMs: Millis, paint: Paint): string {
  const files = [...Map.groupBy(cases, ({ file }) => file)].map(([file, own]) =>
    [`${file}  ${own[0]?.gate ?? ""}`, ...own.flatMap((each) => caseLines(each, paint))].join("\n"),
  );
  const failed = cases.filter(({ failures }) => failures.length > 0).length;
  const counts = [
    `${cases.length} ${cases.length === 1 ? "case" : "cases"}`,
    failed === 0 ? paint.good("all passed") : paint.bad(`${failed} failed`),
    formatMillis(durationMs),
  ];
  return [...files, counts.join(", ")].join("\n\n");
}

function caseLines({ name, failures }: CaseReport, paint: Paint): readonly string[] {
  const shown = printable(name);
  if (failures.length === 0) return [`  ${paint.good("✔")} ${shown}`];
  return [`  ${paint.bad("✖")} ${shown}`, ...failures.flatMap(failureLines)];
}

/** Reasons are told once for all that was missed in the same moment. */
function failureLines(
  failure: CaseShortfall,
  index: number,
  all: readonly CaseShortfall[],
): readonly string[] {
  const { file, line, afterMs, expected, was, why } = failure;
  const isLast = all[index + 1]?.line !== line;
  return [
    `      ${file}:${line} after ${formatMillis(afterMs)}: expected ${printable(expected)}; was ${printable(was)}`,
    ...(isLast ? why.map((each) => `        ${printable(each)}`) : []),
  ];
}

/** The part of the changes that some case notices; all of none. */
export function caughtShare(mutants: readonly MutantReport[]): number {
  const caught = mutants.filter(({ caughtBy }) => caughtBy !== null).length;
  return mutants.length === 0 ? 1 : caught / mutants.length;
}

/** The changes that no case notices, each with its place, and how many some case does. */
export function renderMutants(
  cases: readonly CaseReport[],
  mutants: readonly MutantReport[],
  durationMs: Millis,
  paint: Paint,
): string {
  const missed = mutants.filter(({ caughtBy }) => caughtBy === null);
  const gates = [...Map.groupBy(missed, ({ gate }) => gate)].map(([gate, own]) =>
    [`${gate}: no case notices`, ...own.map((each) => `  ${paint.bad("✖")} ${missedText(each)}`)].join("\n"),
  );
  const caught = mutants.length - missed.length;
  const percent = Math.floor(caughtShare(mutants) * 1_000) / 10;
  const counts = `${caught} of ${mutants.length} changes noticed (${percent}%)`;
  const played = `${cases.length} ${cases.length === 1 ? "case" : "cases"}`;
  const last = [missed.length === 0 ? paint.good(counts) : counts, played, formatMillis(durationMs)].join(
    ", ",
  );
  return [...gates, last].join("\n\n");
}

function missedText({ signal, what, place }: MutantReport): string {
  return `${printable(`${signal}: ${what}`)}  ${printable(place)}`;
}
