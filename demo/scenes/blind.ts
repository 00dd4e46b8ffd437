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
  async play(cast, say) {
    const gate = flagOf("iberia");
    await startRamp(cast, "iberia");
    await climbTo(cast, "iberia", 25, say);
    await cast.prometheus.stop();
    const stoppedAt = performance.now();
    const before = await passesOf(cast, "iberia");
    say("Prometheus stopped");
    await awaitGate(cast, "iberia", "notices", (now) => now.exitCode === 6);
    await sleep(Math.max(0, BLIND_MS - (performance.now() - stoppedAt)));
    const blindPasses = (await passesOf(cast, "iberia")) - before;
    const during = await cast.lead.gate(gate);
    if (during.exposure.set !== 25) throw new Error(`exposure is ${during.exposure.set}% after a blind time`);
    if (blindPasses < LEAST_BLIND_PASSES) throw new Error(`only ${blindPasses} passes were blind`);
    const raised = (await cast.lead.decisions(gate)).some(
      (decision) => decision.action.kind === "raise" && (decision.action.to ?? 0) > 25,
    );
    if (raised) throw new Error("a raise was decided while blind");
    await cast.prometheus.restart();
    const blindMs = performance.now() - stoppedAt;
    say(`Prometheus is back after ${seconds(blindMs)}, ${blindPasses} blind passes, still 25%`);
    await climbTo(cast, "iberia", 100, say);
    await awaitGate(cast, "iberia", "finishes", (now) => now.state === "finished");
    return `${blindPasses} blind passes in ${seconds(blindMs)} without a raise, then on to 100 %; ${await stepFigures(cast, "iberia")}`;
  },
};
