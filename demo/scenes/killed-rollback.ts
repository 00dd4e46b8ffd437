import { setTimeout as sleep } from "node:timers/promises";
import { LEAST_PASSES } from "../evidence.ts";
import { startProbe } from "../probe.ts";
import { eventually } from "../rampart.ts";
import { flagOf } from "../stage.ts";
import { type Scene, awaitGate, climbTo, awaitPasses, seconds, startRamp, stepFigures } from "./scene.ts";

const UNLEASH_DOWN_MS = 10_000;

/** Unleash hangs, the signals turn bad, Rampart records the rollback and is killed before it can write. */
export const killedRollback: Scene = {
  number: 5,
  title: "Rampart is killed between intention and write of a rollback, Unleash down for 10 s",
  shop: "alps",
  async play(cast, say) {
    const gate = flagOf("alps");
    await startRamp(cast, "alps");
    await climbTo(cast, "alps", 25, say);
    await awaitPasses(cast, "alps", LEAST_PASSES);
    const probe = await startProbe(cast, "alps");
    try {
      await cast.shop("alps").faults({ drop: 0.5, duplicate: 0.3 });
      await awaitGate(cast, "alps", "sees harm coming", (now) => now.verdict !== "good", 60_000);
      await cast.unleash.suspend();
      const downAt = performance.now();
      say("Unleash hangs");
      await awaitGate(cast, "alps", "records the rollback", (now) => now.state === "rolling-back", 60_000);
      await cast.rampart.process.kill();
      say("rollback recorded, Rampart killed before it could write");
      await cast.rampart.process.restart();
      const recorded = await cast.lead.gate(gate);
      if (recorded.state !== "rolling-back")
        throw new Error(`after the restart the gate is ${recorded.state}`);
      if (probe.last().on === 0) throw new Error("the flag is off already: nothing was left to prove");
      await sleep(Math.max(0, UNLEASH_DOWN_MS - (performance.now() - downAt)));
      cast.unleash.resume();
      const upAt = Date.now();
      say(`Unleash is back after ${seconds(performance.now() - downAt)}`);
      await awaitGate(cast, "alps", "is rolled back", (now) => now.state === "rolled-back", 90_000);
      await eventually(
        "the SDK process sees 0 of 200",
        30_000,
        async () => (probe.last().on === 0 ? true : null),
        100,
      );
      const { exposure } = await cast.lead.gate(gate);
      if (exposure.set !== 0 || exposure.served !== 0)
        throw new Error(`set ${exposure.set}, served ${exposure.served}`);
      return `rolled back, verified ${seconds(Date.now() - upAt)} after Unleash came back; ${await stepFigures(cast, "alps")}`;
    } finally {
      cast.unleash.resume();
      await probe.stop();
      await cast.shop("alps").faults({});
    }
  },
};
