import { LEAST_PASSES } from "../evidence.ts";
import { flagOf } from "../stage.ts";
import {
  type Scene,
  approveWhenAsked,
  awaitGate,
  awaitPasses,
  climbTo,
  refusalOf,
  startRamp,
  stepFigures,
} from "./scene.ts";

/** The file of a running ramp is made looser: nobody alone puts the ramp under it, its author least of all. */
export const looserFile: Scene = {
  number: 7,
  title: "the file of a running ramp is made looser, which no single person may adopt",
  shop: "adria",
  async play(cast, say) {
    const gate = flagOf("adria");
    const adoptedBy = (who: typeof cast.lead) => () => who.act(gate, "adopt-definition", "we are late");
    await startRamp(cast, "adria");
    await climbTo(cast, "adria", 5, say);
    await cast.gates.change(gate, (text) => text.replace("{ to: 5%, hold: 10m }", "{ to: 5%, hold: 1s }"));
    // Asked for one person more until the lock file is read as well: nobody is known to have written it.
    await awaitGate(cast, "adria", "sees the other file", ({ because, request }) => {
      return because.some(({ code }) => code === "changed") && request?.needed.length === 1;
    });
    say("the hold at 5% is one second in the new file, ten minutes in the one that the ramp began with");
    await refusalOf("its author", adoptedBy(cast.lead), /started this ramp or wrote the new definition/);
    const why = await refusalOf("one other person", adoptedBy(cast.third), /it is looser [^;]*/);
    say(`refused to its author, and to another person alone: ${why}`);
    await awaitPasses(cast, "adria", LEAST_PASSES);
    const { exposure } = await cast.lead.gate(gate);
    if (exposure.set !== 5) throw new Error(`exposure is ${exposure.set}%, not 5%`);

    await approveWhenAsked(cast.second, "adria", "the shorter hold is agreed");
    await adoptedBy(cast.third)();
    say("approved by a second person, then adopted by a third");
    await approveWhenAsked(cast.second, "adria", "all signals good at 5 %");
    await climbTo(cast, "adria", 25, say);
    await awaitPasses(cast, "adria", LEAST_PASSES);
    return `5 % for ${LEAST_PASSES} passes under a looser file that nobody alone could adopt, 25 % under it once two had agreed; ${await stepFigures(cast, "adria")}`;
  },
};
