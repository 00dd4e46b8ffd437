import { flagOf } from "../stage.ts";
import {
  type Scene,
  approveWhenAsked,
  awaitGate,
  climbTo,
  refusalOf,
  startRamp,
  stepFigures,
} from "./scene.ts";

/** Everything is well: the ramp goes up step by step, one of them approved by a second person, and finishes. */
export const healthy: Scene = {
  number: 1,
  title: "healthy: 1, 5, 25, 50, 100 %, the 25 % step approved by a second person",
  shop: "nordics",
  async play(cast, say) {
    const gate = flagOf("nordics");
    await startRamp(cast, "nordics");
    await climbTo(cast, "nordics", 5, say);
    await awaitGate(cast, "nordics", "asks for an approval", (now) => (now.request?.needed.length ?? 0) > 0);
    const reason = "all signals good at 5 %";
    const byStarter = () => cast.lead.approve(gate, reason);
    const byMachine = () => cast.pipeline.approve(gate, reason);
    await refusalOf("an approval by who started", byStarter, /started this ramp [^"]* cannot approve it/);
    await refusalOf("an approval by a machine", byMachine, /answered 403/);
    await approveWhenAsked(cast.second, "nordics", reason);
    say("25% approved by a second person");
    await climbTo(cast, "nordics", 100, say);
    await awaitGate(cast, "nordics", "finishes", (now) => now.state === "finished");
    return stepFigures(cast, "nordics");
  },
};
