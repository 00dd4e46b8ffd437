import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { Cast } from "../cast.ts";
import { LEAST_PASSES, raisesOf } from "../evidence.ts";
import { type DecisionBody, MAIN, eventually, storePath } from "../rampart.ts";
import { ENVIRONMENT, flagOf } from "../stage.ts";
import { type Scene, awaitGate, awaitPasses, climbTo, rolloutOf, startRamp, stepFigures } from "./scene.ts";

const run = promisify(execFile);
const SHOP = "isles";
const GATE = flagOf(SHOP);
const PLACE = { flag: GATE, environment: ENVIRONMENT };
const LOWERED_TO = 3;
const LOOK_EVERY_MS = 20;

/** The power fails in the moment of a raise, and once more over a halt: what was decided is there, once. */
export const powerCut: Scene = {
  number: 8,
  title: "the power fails in the moment of a raise, and again over a halted ramp",
  shop: SHOP,
  apart: true,
  async play(cast, say) {
    await startRamp(cast, SHOP);
    const begun = await cast.lead.decisions(GATE);
    await eventually(
      "Unleash shows 1 %",
      60_000,
      async () => ((await percent(cast)) === 1 ? true : null),
      LOOK_EVERY_MS,
    );
    say(await cutPower(cast, begun, "as Unleash took the raise to 1%"));
    await climbTo(cast, SHOP, 5, say);
    await awaitPasses(cast, SHOP, LEAST_PASSES);

    const [strategy] = await cast.colleague.strategies(PLACE);
    if (strategy === undefined) throw new Error("the flag has no strategy");
    await cast.colleague.setRollout(PLACE, strategy.id, LOWERED_TO);
    await awaitGate(cast, SHOP, "halts", (now) => now.state === "halted");
    const told = await cast.lead.decisions(GATE);
    say(await cutPower(cast, told, `over a ramp that is halted, lowered to ${LOWERED_TO}% by hand`));
    await awaitPasses(cast, SHOP, LEAST_PASSES);
    const { state } = await cast.lead.gate(GATE);
    if (state !== "halted") throw new Error(`after the power came back the gate is ${state}`);
    if ((await percent(cast)) !== LOWERED_TO) throw new Error(`Unleash is at ${await percent(cast)}%`);

    const raises = await raisedOnce(cast);
    return `2 power cuts on a ${cast.disk?.kind} of its own, nothing lost, ${raises} raises in Unleash's log, each once and decided, still halted at ${LOWERED_TO} %; ${await stepFigures(cast, SHOP)}`;
  },
};

async function percent(cast: Cast): Promise<number> {
  const [strategy] = await cast.colleague.strategies(PLACE);
  return Number(strategy?.parameters["rollout"]);
}

/** Cuts the power, looks at what is left, starts the service on it, and sees that everything it had told is there. */
async function cutPower(cast: Cast, told: readonly DecisionBody[], when: string): Promise<string> {
  const { disk, rampart } = cast;
  if (disk === null) throw new Error("this service has no disk of its own");
  await disk.cut(rampart.process);
  const audit = disk.on(process.execPath, [
    MAIN,
    "audit",
    "verify",
    "--store",
    storePath({ home: "", disk }),
  ]);
  const { stdout } = await run(audit.command, [...audit.args]);
  const records = /(?<count>\d+) records in an unbroken chain/.exec(stdout)?.groups?.["count"];
  if (records === undefined) throw new Error(`the audit on the disk is not whole: ${stdout}`);
  await rampart.process.restart();
  const kept = new Map((await cast.lead.decisions(GATE)).map((decision) => [decision.id, decision]));
  const lost = told.filter((decision) => !isKept(decision, kept.get(decision.id)));
  if (lost.length > 0) throw new Error(`lost ${lost.map(({ id }) => id).join(", ")}`);
  return `power cut ${when}; ${told.length} decisions it had told are there, ${records} records of the audit in an unbroken chain`;
}

/** Equal passes go on being counted in the row of the first. */
function isKept(told: DecisionBody, kept: DecisionBody | undefined): boolean {
  return kept !== undefined && kept.count >= told.count && kept.action.title === told.action.title;
}

/** Every raise in Unleash's own log is one that the store holds, and none is there twice. */
async function raisedOnce(cast: Cast): Promise<number> {
  const decided = raisesOf(await cast.lead.decisions(GATE)).map(({ action }) => action.title);
  const logged = (await cast.colleague.events(GATE))
    .filter(({ data, preData }) => rolloutOf(data) > rolloutOf(preData) && preData !== null)
    .map(({ data }) => titleOf(data));
  const undecided = logged.filter((title) => !decided.includes(title));
  if (undecided.length > 0) throw new Error(`the store holds no raise ${undecided.join(", ")}`);
  if (logged.length !== decided.length || new Set(logged).size !== logged.length) {
    throw new Error(`${decided.length} raises were decided, Unleash logged ${logged.join(", ")}`);
  }
  return logged.length;
}

function titleOf(data: unknown): string {
  const { title } = (data ?? {}) as { title?: string };
  return title ?? "";
}
