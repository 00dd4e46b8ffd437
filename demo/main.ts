import { parseArgs } from "node:util";
import { castFor } from "./cast.ts";
import { clearReport, leaveLogs, leaveReport, REPORT } from "./report.ts";
import { showLive } from "./live.ts";
import { blind } from "./scenes/blind.ts";
import { healthy } from "./scenes/healthy.ts";
import { killedRollback } from "./scenes/killed-rollback.ts";
import { losingExporter } from "./scenes/losing-exporter.ts";
import { personLowers } from "./scenes/person-lowers.ts";
import { looserFile } from "./scenes/looser-file.ts";
import { powerCut } from "./scenes/power-cut.ts";
import { rejected } from "./scenes/rejected.ts";
import { type Scene, seconds } from "./scenes/scene.ts";
import { type Stage, setStage } from "./stage.ts";

/** Scenes of one act run at the same time; an act that stops a shared peer comes after those it would disturb. */
const ACTS: readonly (readonly Scene[])[] = [
  [healthy, losingExporter, personLowers, rejected, looserFile, powerCut],
  [blind, killedRollback],
];
const SCENES = ACTS.flat().toSorted((a, b) => a.number - b.number);
/** One of each kind, within the time of the longest. */
const SHORT = [1, 2, 6, 7, 8];

const USAGE = `npm run demo                          live: one healthy ramp, until it is finished or Ctrl-C
npm run demo -- --script all          all eight scenes unattended, then demo-report/
npm run demo -- --script short        scenes ${SHORT.join(", ")}
npm run demo -- --script 1            one scene, or several: 1,4
DEMO_SEED=7 chooses another shop life.
`;

function wantedScenes(script: string): readonly number[] | null {
  if (script === "all") return SCENES.map((scene) => scene.number);
  if (script === "short") return SHORT;
  const numbers = script.split(",").map(Number);
  return numbers.every((number) => SCENES.some((scene) => scene.number === number)) ? numbers : null;
}

async function perform(numbers: readonly number[], seed: number): Promise<number> {
  const startedAt = performance.now();
  const say = (line: string): void => {
    process.stdout.write(`${seconds(performance.now() - startedAt).padStart(8)}  ${line}\n`);
  };
  const wanted = SCENES.filter((scene) => numbers.includes(scene.number));
  say(`seed ${seed}, scenes ${wanted.map((scene) => scene.number).join(", ")}`);
  const apart = wanted.filter((scene) => scene.apart === true).map((scene) => scene.shop);
  const stage = await setStage({ shops: wanted.map((scene) => scene.shop), apart, seed, say });
  stopOnSignal(stage);
  const failed: number[] = [];
  try {
    for (const act of ACTS) {
      const playing = act.filter((scene) => numbers.includes(scene.number));
      failed.push(...(await Promise.all(playing.map((scene) => play(stage, scene, say)))).flat());
    }
    await leaveEvidence(stage, failed.length > 0, say);
  } finally {
    await stage.stop();
  }
  process.stdout.write(failed.length === 0 ? "DEMO OK\n" : `DEMO FAILED: scene ${failed.join(", ")}\n`);
  return failed.length === 0 ? 0 : 1;
}

/** A scene that failed may have left a service that answers no more; its last words then stand alone. */
async function leaveEvidence(stage: Stage, hasFailed: boolean, say: (line: string) => void): Promise<void> {
  await clearReport();
  if (hasFailed) await leaveLogs(stage);
  try {
    await leaveReport(stage);
    say(`evidence left in ${REPORT}; npm run demo:verify looks at it again`);
  } catch (error) {
    if (!hasFailed) throw error;
    say(`only logs left in ${REPORT}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

async function play(stage: Stage, scene: Scene, say: (line: string) => void): Promise<readonly number[]> {
  const startedAt = performance.now();
  say(`scene ${scene.number}: ${scene.title}`);
  try {
    const cast = await castFor(stage, scene.shop);
    const figures = await scene.play(cast, (line) => say(`scene ${scene.number}: ${line}`));
    say(`scene ${scene.number} OK in ${seconds(performance.now() - startedAt)}: ${figures}`);
    return [];
  } catch (error) {
    say(`scene ${scene.number} FAILED: ${error instanceof Error ? error.message : String(error)}`);
    return [scene.number];
  }
}

function stopOnSignal(stage: Stage): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.once(signal, () => {
      process.stdout.write(`\n${signal}: stopping everything ...\n`);
      void stage.stop().finally(() => process.exit(signal === "SIGINT" ? 130 : 143));
    });
  }
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function live(seed: number): Promise<number> {
  const stage = await setStage({ shops: [healthy.shop], apart: [], seed, say: print });
  stopOnSignal(stage);
  try {
    await showLive(await castFor(stage, healthy.shop), healthy.shop, print);
  } finally {
    await stage.stop();
  }
  return 0;
}

const { values } = parseArgs({
  options: { script: { type: "string" }, help: { type: "boolean", short: "h" } },
});
const seed = Number(process.env["DEMO_SEED"] ?? "7");
if (values.help === true || !Number.isSafeInteger(seed)) {
  process.stdout.write(USAGE);
  process.exitCode = values.help === true ? 0 : 2;
} else if (values.script === undefined) {
  process.exitCode = await live(seed);
} else {
  const numbers = wantedScenes(values.script);
  if (numbers === null) process.stderr.write(USAGE);
  process.exitCode = numbers === null ? 2 : await perform(numbers, seed);
}
