import type { Cast } from "../cast.ts";
import { startProbe } from "../probe.ts";
import { eventually } from "../rampart.ts";
import { flagOf } from "../stage.ts";
import { LEAST_PASSES } from "../evidence.ts";
import { type Scene, awaitGate, climbTo, awaitPasses, seconds, startRamp, stepFigures } from "./scene.ts";

const FAULTS = { drop: 0.03, stick: 0.02 };

/** At 25 % the new exporter begins to lose and to stick orders; drift and stuck orders bring the flag back to 0. */
export const losingExporter: Scene = {
  number: 2,
  title: "the new exporter loses 3 % and sticks 2 % of exposed orders at 25 %",
  shop: "dach",
  async play(cast, say) {
    const gate = flagOf("dach");
    await startRamp(cast, "dach");
    await climbTo(cast, "dach", 25, say);
    const probe = await startProbe(cast, "dach");
    try {
      await eventually("the SDK process sees the exposure", 20_000, async () =>
        probe.last().on > 20 ? true : null,
      );
      await awaitPasses(cast, "dach", LEAST_PASSES);
      const seen = probe.last();
      const faultAt = Date.now();
      await cast.shop("dach").faults(FAULTS);
      say(`faults on; the SDK process sees the flag on for ${seen.on} of ${seen.of} orders`);

      const stopped = await awaitGate(
        cast,
        "dach",
        "halts or rolls back",
        (now) => ["halted", "rolling-back", "rolled-back"].includes(now.state),
        120_000,
      );
      say(`${stopped.state} after ${seconds(Date.now() - faultAt)}: ${why(stopped.because)}`);
      await eventually(
        "the SDK process sees 0 of 200",
        90_000,
        async () => (probe.last().on === 0 ? true : null),
        100,
      );
      const offAt = probe.last().at;
      await awaitGate(cast, "dach", "is rolled back", (now) => now.state === "rolled-back", 60_000);
      const { exposure } = await cast.lead.gate(gate);
      if (exposure.set !== 0 || exposure.served !== 0)
        throw new Error(`set ${exposure.set}, served ${exposure.served}`);
      const { on, of } = probe.last();
      const cause = await causeOf(cast, gate);
      return `fault to 0 % served ${seconds(offAt - faultAt)}, SDK process ${on} of ${of} on, by ${cause}; ${await stepFigures(cast, "dach")}`;
    } finally {
      await probe.stop();
      await cast.shop("dach").faults({});
    }
  },
};

async function causeOf(cast: Cast, gate: string): Promise<string> {
  const decisions = await cast.lead.decisions(gate);
  const first = decisions.findLast(
    (decision) => decision.after === "halted" || decision.after === "rolling-back",
  );
  const bad = (first?.signals ?? []).filter((signal) => ["halt", "rollback"].includes(signal.verdict));
  const names = bad.map((signal) => signal.name);
  if (!names.some((name) => name === "order-drift" || name === "stuck-orders")) {
    throw new Error(`stopped by ${names.join(", ") || "nothing"}, not by drift or stuck orders`);
  }
  return names.join(" and ");
}

function why(because: readonly { readonly kind: string; readonly message: string }[]): string {
  return (
    because.find((reason) => reason.kind === "state")?.message ??
    because.map((reason) => reason.message).join("; ")
  );
}
