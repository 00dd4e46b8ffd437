import { LEAST_PASSES } from "../evidence.ts";
import { eventually } from "../rampart.ts";
import { ENVIRONMENT, flagOf } from "../stage.ts";
import { type Scene, awaitGate, climbTo, passesOf, startRamp, stepFigures } from "./scene.ts";

const LOWERED_TO = 7;

/** Somebody lowers the flag in Unleash: that value stands, also after a resume, until a person lifts it. */
export const personLowers: Scene = {
  number: 4,
  title: "a person lowers the flag in Unleash at 25 %",
  shop: "benelux",
  async play(stage, say) {
    const gate = flagOf("benelux");
    await startRamp(stage, "benelux");
    await climbTo(stage, "benelux", 25, say);
    const reached = await passesOf(stage, "benelux");
    await eventually("ten passes at 25 %", 40_000, async () =>
      (await passesOf(stage, "benelux")) >= reached + LEAST_PASSES ? true : null,
    );
    const place = { flag: gate, environment: ENVIRONMENT };
    const [strategy] = await stage.colleague.strategies(place);
    if (strategy === undefined) throw new Error("the flag has no strategy");
    await stage.colleague.setRollout(place, strategy.id, LOWERED_TO);
    const halted = await awaitGate(stage, "benelux", "halts", (now) => now.state === "halted");
    say(`halted: ${halted.because.find((reason) => reason.kind === "state")?.message}`);
    await stage.lead.act(gate, "resume", "demo");
    const resumed = await passesOf(stage, "benelux");
    await eventually("passes after the resume", 60_000, async () =>
      (await passesOf(stage, "benelux")) >= resumed + 2 * LEAST_PASSES ? true : null,
    );
    const { exposure, because } = await stage.lead.gate(gate);
    if (exposure.set !== LOWERED_TO) throw new Error(`exposure is ${exposure.set}%, not ${LOWERED_TO}%`);
    if (!because.some((reason) => reason.code === "ceiling")) throw new Error("the ceiling is not named");
    const events = await stage.colleague.events(gate);
    const raised = events.find(
      (event) => rolloutOf(event.data) > rolloutOf(event.preData) && rolloutOf(event.preData) === LOWERED_TO,
    );
    if (raised !== undefined) throw new Error("somebody raised it again");
    return `lowered to ${LOWERED_TO} % by hand, adopted, ${2 * LEAST_PASSES} passes later still ${LOWERED_TO} %; ${await stepFigures(stage, "benelux")}`;
  },
};

function rolloutOf(data: unknown): number {
  const { parameters } = (data ?? {}) as { parameters?: { rollout?: string } };
  return Number(parameters?.rollout ?? 0);
}
