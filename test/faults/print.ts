import type { Report } from "./scenario.ts";

const SHOWN = 20;

export function isBroken(report: Report): boolean {
  if (report.kind === "stuck") return true;
  return report.kind === "played" && (report.violations.length > 0 || neverSeen(report.counted).length > 0);
}

/** What a scenario did, counted and found. */
export function describeReport(report: Report, tookMs: number): string {
  if (report.kind === "stuck") return `  STUCK after ${(tookMs / 1_000).toFixed(1)} s: ${report.why}`;
  if (report.kind === "skipped") return `  SKIPPED: ${report.why}`;
  const { counted, notes, violations } = report;
  return [
    ...Object.entries(counted).map(([what, times]) => `  ${what.padEnd(58)} ${String(times).padStart(7)}`),
    ...notes.map((note) => `  ${note}`),
    ...neverSeen(counted).map((what) => `  NOTHING PROVEN: never seen: ${what}`),
    ...violations.slice(0, SHOWN).map((violation) => `  VIOLATION ${violation}`),
    ...(violations.length > SHOWN ? [`  and ${violations.length - SHOWN} violations more`] : []),
    `  ${violations.length} violations, ${(tookMs / 1_000).toFixed(1)} s`,
  ].join("\n");
}

export function describeSummary(reports: readonly (readonly [string, Report])[]): string {
  const named = (wanted: (report: Report) => boolean): string =>
    reports
      .filter(([, report]) => wanted(report))
      .map(([name]) => name)
      .join(", ");
  const broken = named(isBroken);
  const skipped = named(({ kind }) => kind === "skipped");
  return [
    "",
    broken === "" ? "faults: every scenario that was played held" : `faults: BROKEN: ${broken}`,
    ...(skipped === "" ? [] : [`faults: SKIPPED: ${skipped}`]),
  ].join("\n");
}

function neverSeen(counted: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(counted)
    .filter(([, times]) => times === 0)
    .map(([what]) => what);
}
