import { parseArgs } from "node:util";
import { describeReport, describeSummary, isBroken } from "./print.ts";
import type { Report, Scenario } from "./scenario.ts";
import { clock } from "./clock.ts";
import { disk } from "./disk.ts";
import { fsync } from "./fsync.ts";
import { kills } from "./kills.ts";
import { outage } from "./outage.ts";
import { power } from "./power.ts";
import { races } from "./races.ts";
import { reply } from "./reply.ts";
import { startSurroundings } from "./surroundings.ts";

const SCENARIOS: readonly Scenario[] = [kills, power, disk, fsync, clock, outage, reply, races];

const OPTIONS = {
  /** How often, instead of what each scenario takes for enough. */
  count: { type: "string" },
  /** The smaller counts that CI has time for. */
  short: { type: "boolean", default: false },
} as const;

process.exitCode = await main(process.argv.slice(2));

/** Plays the named scenarios, or all of them; 1 when a promise was broken or nothing was proven. */
async function main(given: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...given], options: OPTIONS, allowPositionals: true });
  const unknown = positionals.filter((name) => !SCENARIOS.some((scenario) => scenario.name === name));
  const count = values.count === undefined ? null : Number(values.count);
  if (unknown.length > 0 || (count !== null && !(Number.isSafeInteger(count) && count > 0))) {
    const names = SCENARIOS.map(({ name }) => name).join("|");
    console.error(`usage: node test/faults/main.ts [${names}]... [--count N] [--short]`);
    return 2;
  }
  const chosen = SCENARIOS.filter(({ name }) => positionals.length === 0 || positionals.includes(name));
  const surroundings = await startSurroundings();
  const reports: (readonly [string, Report])[] = [];
  try {
    console.log(`faults: on Unleash ${surroundings.unleash.version}`);
    for (const scenario of chosen) {
      const times = count ?? (values.short ? scenario.shortCount : scenario.count);
      console.log(`\n${scenario.name}: ${times} x ${scenario.unit}`);
      const began = performance.now();
      const report = await scenario.play(surroundings, times);
      console.log(describeReport(report, performance.now() - began));
      reports.push([scenario.name, report]);
    }
  } finally {
    await surroundings.stop();
  }
  console.log(describeSummary(reports));
  return reports.some(([, report]) => isBroken(report)) ? 1 : 0;
}
