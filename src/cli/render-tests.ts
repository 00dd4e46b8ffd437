import { formatMillis, type Millis } from "../domain/instant.ts";
import { printable } from "../gatefile/invisible.ts";
import type { Paint } from "./paint.ts";
import type { CaseReport, CaseShortfall } from "./standalone/test-gates.ts";

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
