import { setTimeout as sleep } from "node:timers/promises";
import { flagOf } from "../stage.ts";
import { type Scene, awaitGate, climbTo, passesOf, seconds, startRamp, stepFigures } from "./scene.ts";

/** Longer than the lookback of 10 s, so that Prometheus would have nothing to answer even if it ran. */
const BLIND_MS = 14_000;
const LEAST_BLIND_PASSES = 5;

/** Prometheus stops at 25 %: nothing grows while nobody can see; when it is back the ramp goes on where it was. */
export const blind: Scene = {
  number: 3,
  title: "Prometheus is stopped at 25 %",
  shop: "iberia",
  async play(stage, say) {
    const gate = flagOf("iberia");
    await startRamp(stage, "iberia");
    await climbTo(stage, "iberia", 25, say);
    await stage.prometheus.stop();
    const stoppedAt = performance.now();
    const before = await passesOf(stage, "iberia");
    say("Prometheus stopped");
    await awaitGate(stage, "iberia", "notices", (now) => now.exitCode === 6);
    await sleep(Math.max(0, BLIND_MS - (performance.now() - stoppedAt)));
    const blindPasses = (await passesOf(stage, "iberia")) - before;
    const during = await stage.lead.gate(gate);
    if (during.exposure.set !== 25) throw new Error(`exposure is ${during.exposure.set}% after a blind time`);
    if (blindPasses < LEAST_BLIND_PASSES) throw new Error(`only ${blindPasses} passes were blind`);
    const raised = (await stage.lead.decisions(gate)).some(
      (decision) => decision.action.kind === "raise" && (decision.action.to ?? 0) > 25,
    );
    if (raised) throw new Error("a raise was decided while blind");
    await stage.prometheus.restart();
    const blindMs = performance.now() - stoppedAt;
    say(`Prometheus is back after ${seconds(blindMs)}, ${blindPasses} blind passes, still 25%`);
    await climbTo(stage, "iberia", 100, say);
    await awaitGate(stage, "iberia", "finishes", (now) => now.state === "finished");
    return `${blindPasses} blind passes in ${seconds(blindMs)} without a raise, then on to 100 %; ${await stepFigures(stage, "iberia")}`;
  },
};
