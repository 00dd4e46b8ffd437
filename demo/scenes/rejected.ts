import { flagOf } from "../stage.ts";
import { type Scene, awaitGate, climbTo, refusalOf, rolloutOf, startRamp, stepFigures } from "./scene.ts";

/** A person who is asked says no: the ramp goes back to 0 though every signal is good, and is not begun again at once. */
export const rejected: Scene = {
  number: 6,
  title: "the 25 % step is rejected by the person who is asked",
  shop: "baltics",
  async play(cast, say) {
    const gate = flagOf("baltics");
    await startRamp(cast, "baltics");
    await climbTo(cast, "baltics", 5, say);
    const asking = await awaitGate(
      cast,
      "baltics",
      "waits for the approval alone",
      (now) => now.exitCode === 5,
    );
    say(`open but for one thing: ${asking.because.map(({ message }) => message).join("; ")}`);
    await cast.second.act(gate, "reject", "the warehouse counts its stock today");
    say("rejected by a second person");
    const back = await awaitGate(cast, "baltics", "is rolled back", (now) => now.state === "rolled-back");
    if (back.exposure.set !== 0 || back.exposure.served !== 0) {
      throw new Error(`set ${back.exposure.set}, served ${back.exposure.served}`);
    }
    const again = await refusalOf(
      "a restart in the cooldown",
      () => cast.lead.act(gate, "restart", "once more"),
      /the cooldown lasts another [^"]*/,
    );
    const highest = Math.max(...(await cast.colleague.events(gate)).map(({ data }) => rolloutOf(data)));
    if (highest !== 5) throw new Error(`Unleash logged ${highest} %, above what was approved`);
    return `back at 0 % with good signals, never above 5 % in Unleash's log; restart refused: ${again}; ${await stepFigures(cast, "baltics")}`;
  },
};
