import type { Definition } from "../domain/gate.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { type ReadyCase, playReady } from "./rehearse.ts";

export type Hunted = {
  readonly definition: Definition;
  readonly mutant: Mutant;
  /** The first case that fails; null: none does. */
  readonly caughtBy: ReadyCase | null;
};

/** Plays the cases of each gate against every mutant of it, until one fails. They pass on the gates themselves. */
export async function huntMutants(cases: readonly ReadyCase[]): Promise<readonly Hunted[]> {
  const hunted: Hunted[] = [];
  for (const own of Map.groupBy(cases, ({ rehearsal }) => rehearsal.definition.gate.name).values()) {
    const definition = own[0]?.rehearsal.definition;
    if (definition === undefined) continue;
    // Whoever has caught the last one is likely to catch the next, which is most often of the same signal.
    let queue = own;
    for (const mutant of mutantsOf(definition.gate)) {
      const caughtBy = await firstToFail(queue, { ...definition, gate: mutant.gate });
      if (caughtBy !== null) queue = [caughtBy, ...queue.filter((each) => each !== caughtBy)];
      hunted.push({ definition, mutant, caughtBy });
    }
  }
  return hunted;
}

async function firstToFail(cases: readonly ReadyCase[], definition: Definition): Promise<ReadyCase | null> {
  for (const each of cases) {
    const { failures } = await playReady(each, definition, false);
    if (failures.length > 0) return each;
  }
  return null;
}
