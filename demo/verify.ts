import { access, cp, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { selectors } from "../src/promql/selectors.ts";
import { faultsOf, raisesOf } from "./evidence.ts";
import { type Prometheus, startPrometheus } from "./peers/prometheus.ts";
import type { DecisionBody } from "./rampart.ts";
import { REPORT } from "./report.ts";

/** Freshest sample a raise may rest on: three scrapes of one second and the time a pass takes. */
const FRESH_WITHIN_S = 5;
/** A sample is stamped when its scrape or rule begins and can be asked for only when it is over. */
const UNDER_WAY_MS = [5, 10, 20, 50, 100, 200, 400] as const;
const NEARLY = 0.02;

type LoggedEvent = {
  readonly id: number;
  readonly type: string;
  readonly createdAt: string;
  readonly data: { readonly title?: string; readonly parameters?: { readonly rollout?: string } } | null;
  readonly preData: { readonly parameters?: { readonly rollout?: string } } | null;
};

type FlagReport = {
  readonly flag: string;
  readonly steps: readonly number[];
  readonly events: readonly LoggedEvent[];
  readonly decisions: readonly DecisionBody[];
};

const counts = { raises: 0, readings: 0, underWay: 0 };

/** Every raise in Unleash's own log must have exactly one decision before it, on readings that can be asked again. */
async function verifyFlag(prometheus: Prometheus, report: FlagReport): Promise<readonly string[]> {
  const faults = [...faultsOf(report.decisions, report.steps)];
  const raises = raisesOf(report.decisions);
  const logged = report.events
    .filter(
      (event) => rolloutOf(event.data) > rolloutOf(event.preData) && event.type === "feature-strategy-update",
    )
    .toSorted((a, b) => a.id - b.id);
  if (logged.length !== raises.length) {
    faults.push(`Unleash logged ${logged.length} raises, ${raises.length} were decided`);
  }
  for (const event of logged) {
    const title = event.data?.title ?? "";
    const decided = raises.filter((raise) => raise.action.title === title);
    const [decision] = decided;
    if (decision === undefined || decided.length > 1) {
      faults.push(`the raise to ${rolloutOf(event.data)}% has ${decided.length} decisions`);
    } else {
      counts.raises += 1;
      faults.push(...(await verifyRaise(prometheus, event, decision)));
    }
  }
  return faults.map((fault) => `${report.flag}: ${fault}`);
}

async function verifyRaise(
  prometheus: Prometheus,
  event: LoggedEvent,
  decision: DecisionBody,
): Promise<readonly string[]> {
  const faults: string[] = [];
  const at = Date.parse(decision.at);
  if (at > Date.parse(event.createdAt)) faults.push(`${decision.id} was decided after its raise`);
  if (decision.action.to !== rolloutOf(event.data)) faults.push(`${decision.id} decided another percent`);
  const counted = decision.signals.filter((signal) => signal.counts);
  if (counted.length === 0) faults.push(`${decision.id} rests on no signal`);
  for (const signal of counted) {
    if (signal.verdict !== "good") faults.push(`${decision.id}: ${signal.name} was ${signal.verdict}`);
    for (const asked of signal.asked) {
      counts.readings += 1;
      faults.push(...(await verifyReading(prometheus, decision.id, signal.name, asked, at)));
    }
  }
  return faults;
}

async function verifyReading(
  prometheus: Prometheus,
  id: string,
  signal: string,
  asked: DecisionBody["signals"][number]["asked"][number],
  at: number,
): Promise<readonly string[]> {
  const recorded = asked.answer.value;
  const again = await ask(prometheus, asked.query, at);
  const where = `${id}: ${signal} (${asked.role})`;
  if (recorded === undefined)
    return again === null ? [] : [`${where} had no value, the snapshot has ${again}`];
  if (again !== recorded && !(await wasUnderWay(prometheus, asked.query, at, recorded))) {
    return [`${where} was ${recorded}, the snapshot says ${again}`];
  }
  return freshnessFaults(prometheus, where, asked.query, at);
}

/** Whether the snapshot differs only by a sample whose scrape was still under way when the pass asked. */
async function wasUnderWay(
  prometheus: Prometheus,
  query: string,
  at: number,
  recorded: number,
): Promise<boolean> {
  for (const earlier of UNDER_WAY_MS) {
    const value = await ask(prometheus, query, at - earlier);
    if (value === null || Math.abs(value - recorded) > NEARLY * Math.abs(recorded)) continue;
    counts.underWay += 1;
    return true;
  }
  return false;
}

async function freshnessFaults(
  prometheus: Prometheus,
  where: string,
  query: string,
  at: number,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const selector of selectors(query)) {
    const newest = await ask(prometheus, `max(timestamp(${selector}))`, at);
    if (newest !== null && at / 1000 - newest > FRESH_WITHIN_S)
      faults.push(`${where}: ${selector} was not fresh`);
  }
  return faults;
}

async function ask(prometheus: Prometheus, query: string, at: number): Promise<number | null> {
  const url = new URL("/api/v1/query", prometheus.url);
  url.search = new URLSearchParams({ query, time: (at / 1000).toFixed(3) }).toString();
  const body = (await (await fetch(url)).json()) as {
    status: string;
    data?: { resultType: string; result: readonly { value: readonly [number, string] }[] };
  };
  if (body.status !== "success") throw new Error(`Prometheus refused ${query}`);
  const [sample] = body.data?.result ?? [];
  return sample === undefined ? null : Number(sample.value[1]);
}

function rolloutOf(data: LoggedEvent["data"] | LoggedEvent["preData"]): number {
  return Number(data?.parameters?.rollout ?? 0);
}

async function verify(): Promise<number> {
  const file = join(REPORT, "ramps.json");
  const there = await access(file).then(
    () => true,
    () => false,
  );
  if (!there) {
    process.stderr.write("there is no demo-report/; run: npm run demo -- --script all\n");
    return 2;
  }
  const { flags } = JSON.parse(await readFile(file, "utf8")) as { flags: readonly FlagReport[] };
  const home = await mkdtemp(join(tmpdir(), "rampart-verify-"));
  await cp(join(REPORT, "prometheus", "tsdb"), join(home, "tsdb"), { recursive: true });
  const prometheus = await startPrometheus({ dataDir: home, lookbackDelta: "10s" });
  try {
    const faults = (await Promise.all(flags.map((flag) => verifyFlag(prometheus, flag)))).flat();
    for (const fault of faults) process.stdout.write(`${fault}\n`);
    const { raises, readings, underWay } = counts;
    const seen = `${flags.length} ramps, ${raises} raises in Unleash's log, ${readings} readings asked again`;
    process.stdout.write(`${seen}, ${underWay} with a sample that was still under way\n`);
    if (raises === 0) faults.push("there was no raise to verify");
    process.stdout.write(faults.length === 0 ? "VERIFY OK\n" : `VERIFY FAILED: ${faults.length} faults\n`);
    return faults.length === 0 ? 0 : 1;
  } finally {
    await prometheus.stop();
    await rm(home, { recursive: true, force: true });
  }
}

process.exitCode = await verify();
