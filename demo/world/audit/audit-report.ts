import { isClean, type AuditResult } from "./audit.ts";

/** What a person reads: every series that disagrees, then one line of verdict. */
export function auditReport(result: AuditResult): string {
  const { compared, discrepancies, lost, unreadable } = result;
  const lines = [
    ...discrepancies.map(
      ({ series, recomputed, reported }) =>
        `MISMATCH ${series}\n  tables say ${recomputed ?? "nothing"}, page says ${reported ?? "nothing"}`,
    ),
    ...unreadable.map((line) => `UNREADABLE ${line}`),
    ...lost.map((series) => `NOT RECOMPUTABLE after edits by hand: ${series}`),
    isClean(result)
      ? `AUDIT OK: ${compared} series`
      : `AUDIT FAILED: ${discrepancies.length} of ${compared} series disagree`,
  ];
  return lines.join("\n");
}
