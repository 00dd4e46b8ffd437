import { flagOf } from "../stage.ts";
import { type Scene, awaitGate, climbTo, startRamp, stepFigures } from "./scene.ts";

/** Everything is well: the ramp goes up step by step, one of them approved by a second person, and finishes. */
export const healthy: Scene = {
  number: 1,
  title: "healthy: 1, 5, 25, 50, 100 %, the 25 % step approved by a second person",
  shop: "nordics",
  async play(stage, say) {
    const gate = flagOf("nordics");
    await startRamp(stage, "nordics");
    await climbTo(stage, "nordics", 5, say);
    await refusedApproval(() => stage.lead.approve(gate, "my own ramp"), "the person who started the ramp");
    await refusedApproval(() => stage.pipeline.approve(gate, "I am a machine"), "a machine");
    await awaitGate(stage, "nordics", "asks for an approval", (now) => (now.request?.needed.length ?? 0) > 0);
    await stage.second.approve(gate, "all signals good at 5 %");
    say("25% approved by a second person");
    await climbTo(stage, "nordics", 100, say);
    await awaitGate(stage, "nordics", "finishes", (now) => now.state === "finished");
    return stepFigures(stage, "nordics");
  },
};

async function refusedApproval(attempt: () => Promise<void>, who: string): Promise<void> {
  const refused = await attempt().then(
    () => false,
    () => true,
  );
  if (!refused) throw new Error(`${who} could approve`);
}
