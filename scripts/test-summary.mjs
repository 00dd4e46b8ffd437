/**
 * Says how a test run ended, from the report of vitest's json reporter, and fails unless all of it ran and passed:
 *
 *     node scripts/test-summary.mjs <report.json>
 *
 * The last line is `<n> passed, <n> failed`.
 */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export function summarise(report) {
  const passed = report.numPassedTests;
  const skipped = report.numPendingTests + report.numTodoTests;
  // A file that cannot even be loaded has failed although it holds no failed test.
  const broken = report.testResults.filter((file) => file.status === "failed" && !hasFailedTest(file));
  const failed = report.numFailedTests + broken.length;

  const lines = [
    ...report.testResults.flatMap((file) => file.assertionResults.filter(didNotPass).map(describe)),
    ...broken.map((file) => `failed: ${file.name}`),
    `${skipped} skipped`,
    `${passed} passed, ${failed} failed`,
  ];
  return { lines, isGreen: report.success && passed > 0 && failed === 0 && skipped === 0 };
}

function hasFailedTest(file) {
  return file.assertionResults.some(({ status }) => status === "failed");
}

function didNotPass({ status }) {
  return status !== "passed";
}

function describe({ status, fullName }) {
  return `${status === "failed" ? "failed" : "skipped"}: ${fullName}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { lines, isGreen } = summarise(JSON.parse(readFileSync(process.argv[2], "utf8")));
  process.stdout.write(`${lines.join("\n")}\n`);
  process.exitCode = isGreen ? 0 : 1;
}
