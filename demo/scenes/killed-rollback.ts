import { setTimeout as sleep } from "node:timers/promises";
import { LEAST_PASSES } from "../evidence.ts";
import { startProbe } from "../probe.ts";
import { eventually } from "../rampart.ts";
import { flagOf } from "../stage.ts";
import { type Scene, awaitGate, climbTo, passesOf, seconds, startRamp, stepFigures } from "./scene.ts";

const UNLEASH_DOWN_MS = 10_000;

/** Unleash hangs, the signals turn bad, Rampart records the rollback and is killed before it can write. */
export const killedRollback: Scene = {
  number: 5,
  title: "Rampart is killed between intention and write of a rollback, Unleash down for 10 s",
  shop: "alps",
  async play(stage, say) {
    const gate = flagOf("alps");
    await startRamp(stage, "alps");
    await climbTo(stage, "alps", 25, say);
    const reached = await passesOf(stage, "alps");
    await eventually("ten passes at 25 %", 40_000, async () =>
      (await passesOf(stage, "alps")) >= reached + LEAST_PASSES ? true : null,
    );
    const probe = await startProbe(stage, "alps");
    try {
      await stage.shop("alps").faults({ drop: 0.5, duplicate: 0.3 });
      await awaitGate(stage, "alps", "sees harm coming", (now) => now.verdict !== "good", 60_000);
      stage.unleash.suspend();
      const downAt = performance.now();
      say("Unleash hangs");
      await awaitGate(stage, "alps", "records the rollback", (now) => now.state === "rolling-back", 60_000);
      await stage.rampart.process.kill();
      say("rollback recorded, Rampart killed before it could write");
      await stage.rampart.process.restart();
      const recorded = await stage.lead.gate(gate);
      if (recorded.state !== "rolling-back")
        throw new Error(`after the restart the gate is ${recorded.state}`);
      if (probe.last().on === 0) throw new Error("the flag is off already: nothing was left to prove");
      await sleep(Math.max(0, UNLEASH_DOWN_MS - (performance.now() - downAt)));
      stage.unleash.resume();
      const upAt = Date.now();
      say(`Unleash is back after ${seconds(performance.now() - downAt)}`);
      await awaitGate(stage, "alps", "is rolled back", (now) => now.state === "rolled-back", 90_000);
      await eventually(
        "the SDK process sees 0 of 200",
        30_000,
        async () => (probe.last().on === 0 ? true : null),
        100,
      );
      const { exposure } = await stage.lead.gate(gate);
      if (exposure.set !== 0 || exposure.served !== 0)
        throw new Error(`set ${exposure.set}, served ${exposure.served}`);
      return `rolled back, verified ${seconds(Date.now() - upAt)} after Unleash came back; ${await stepFigures(stage, "alps")}`;
    } finally {
      stage.unleash.resume();
      await probe.stop();
      await stage.shop("alps").faults({});
    }
  },
};
