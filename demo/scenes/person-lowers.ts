import { LEAST_PASSES } from "../evidence.ts";
import { ENVIRONMENT, flagOf } from "../stage.ts";
import { type Scene, awaitGate, climbTo, awaitPasses, rolloutOf, startRamp, stepFigures } from "./scene.ts";

const LOWERED_TO = 7;

/** Somebody lowers the flag in Unleash: that value stands, also after a resume, until a person lifts it. */
export const personLowers: Scene = {
  number: 4,
  title: "a person lowers the flag in Unleash at 25 %",
  shop: "benelux",
  async play(cast, say) {
    const gate = flagOf("benelux");
    await startRamp(cast, "benelux");
    await climbTo(cast, "benelux", 25, say);
    await awaitPasses(cast, "benelux", LEAST_PASSES);
    const place = { flag: gate, environment: ENVIRONMENT };
    const [strategy] = await cast.colleague.strategies(place);
    if (strategy === undefined) throw new Error("the flag has no strategy");
    await cast.colleague.setRollout(place, strategy.id, LOWERED_TO);
    const halted = await awaitGate(cast, "benelux", "halts", (now) => now.state === "halted");
    say(`halted: ${halted.because.find((reason) => reason.kind === "state")?.message}`);
    await cast.lead.act(gate, "resume", "demo");
    await awaitPasses(cast, "benelux", 2 * LEAST_PASSES);
    const { exposure, because } = await cast.lead.gate(gate);
    if (exposure.set !== LOWERED_TO) throw new Error(`exposure is ${exposure.set}%, not ${LOWERED_TO}%`);
    if (!because.some((reason) => reason.code === "ceiling")) throw new Error("the ceiling is not named");
    const events = await cast.colleague.events(gate);
    const raised = events.find(
      (event) => rolloutOf(event.data) > rolloutOf(event.preData) && rolloutOf(event.preData) === LOWERED_TO,
    );
    if (raised !== undefined) throw new Error("somebody raised it again");
    return `lowered to ${LOWERED_TO} % by hand, adopted, ${2 * LEAST_PASSES} passes later still ${LOWERED_TO} %; ${await stepFigures(cast, "benelux")}`;
  },
};
