import type { Gate } from "../domain/gate.ts";
import { type Contender, shareFlag } from "../domain/rivals.ts";
import { newRecord, standingOf } from "../domain/transition.ts";
import type { Definitions, Records } from "./ports.ts";

/**
 * The other gates with a file on the same flag and environment, with what is recorded of each. Where there is none, as
 * there should be, nothing is read.
 */
export async function contendersOf(
  gate: Gate,
  { definitions, records }: { readonly definitions: Definitions; readonly records: Records },
): Promise<readonly Contender[]> {
  const { flag } = gate;
  if (flag === null) return [];
  const others = [...definitions.current().values()].flatMap(({ definition }) =>
    definition === null || definition.gate.name === gate.name ? [] : [definition.gate],
  );
  const near = others.filter((other) => other.flag !== null && shareFlag(other.flag, flag));
  return Promise.all(
    near.map(async (other) => ({
      gate: other,
      record: (await records.record(other.name)) ?? newRecord(other.name),
    })),
  );
}

/** As `contendersOf`, and every ramp that still runs without a file: for a start, which may read the whole store. */
export async function startContendersOf(
  gate: Gate,
  ports: { readonly definitions: Definitions; readonly records: Records },
): Promise<readonly Contender[]> {
  const files = ports.definitions.current();
  const gone = (await ports.records.all()).filter(
    ({ gate: name, ramp }) =>
      !files.has(name) && (standingOf(ramp) !== null || ramp.state === "rolling-back"),
  );
  // Which flag it is says the strategy on record, whose id no other flag has.
  const running = gone.map((record) => ({ gate: { name: record.gate, flag: gate.flag }, record }));
  return [...(await contendersOf(gate, ports)), ...running];
}
