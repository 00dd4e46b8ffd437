import { parseArgs } from "node:util";
import { describeReport, describeSummary, isBroken } from "./print.ts";
import { type Report, type Scenario, allOf, playToTheEnd } from "./scenario.ts";
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

/** Most of a scenario is waiting. Where Unleash itself is killed, in long runs alone, nothing else may be under way. */
const SHORT_AT_ONCE = 3;

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
  const reports = await playAll(chosen, values.short, count);
  console.log(describeSummary(reports));
  return reports.some(([, report]) => isBroken(report)) ? 1 : 0;
}

type Named = readonly [string, Report];

async function playAll(
  chosen: readonly Scenario[],
  isShort: boolean,
  count: number | null,
): Promise<readonly Named[]> {
  const surroundings = await startSurroundings();
  const waiting = [...chosen];
  const reports: Named[] = [];
  const playNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const times = count ?? (isShort ? next.shortCount : next.count);
      const began = performance.now();
      const report = await playToTheEnd(next, surroundings, times);
      console.log(`\n${next.name}: ${times} x ${next.unit}`);
      console.log(describeReport(report, performance.now() - began));
      reports.push([next.name, report]);
    }
  };
  try {
    console.log(`faults: on Unleash ${surroundings.unleash.version}`);
    await allOf(Array.from({ length: isShort ? SHORT_AT_ONCE : 1 }, playNext));
  } finally {
    await surroundings.stop();
  }
  return reports;
}
