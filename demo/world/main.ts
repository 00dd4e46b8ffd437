import { parseWorldArguments, USAGE, type RunArguments, type WorldArguments } from "./arguments.ts";
import { auditOwnShop } from "./audit/audit-own-shop.ts";
import { auditReport } from "./audit/audit-report.ts";
import { auditRunningShop } from "./audit/audit-running-shop.ts";
import { isClean, type AuditResult } from "./audit/audit.ts";
import { runShop } from "./run-shop.ts";

const parsed = parseWorldArguments(process.argv.slice(2));
if (parsed.ok) {
  process.exitCode = await perform(parsed.value);
} else {
  process.stderr.write(`${parsed.problems.join("\n")}\n\n${USAGE}`);
  process.exitCode = 2;
}

async function perform(wanted: WorldArguments): Promise<number> {
  switch (wanted.mode) {
    case "run":
      return run(wanted);
    case "audit-own":
      return report(await auditOwnShop(wanted.config, wanted.percent, wanted.orders));
    case "audit-running": {
      const outcome = await auditRunningShop(wanted.database, wanted.metricsUrl);
      if (outcome.ok) return report(outcome.result);
      complain(outcome.problem);
      return 1;
    }
  }
}

async function run(settings: RunArguments): Promise<number> {
  const stop = new AbortController();
  for (const name of ["SIGTERM", "SIGINT"] as const) process.once(name, () => stop.abort());
  if (settings.exitWithStdin) {
    // Whoever started the shop holds the other end; when it is gone, nobody needs the shop.
    process.stdin.once("close", () => stop.abort()).resume();
  }
  const ran = await runShop(settings, stop.signal, tell, complain);
  process.stdin.destroy();
  return ran ? 0 : 1;
}

function report(result: AuditResult): number {
  process.stdout.write(`${auditReport(result)}\n`);
  return isClean(result) ? 0 : 1;
}

function tell(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function complain(problem: string): void {
  process.stderr.write(`${problem}\n`);
}
