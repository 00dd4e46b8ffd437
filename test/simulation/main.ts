import { parseArgs } from "node:util";
import { newTally, playSeed } from "./campaign.ts";
import { illegalMoves, neverSeen } from "./report/expected.ts";
import { describeFailure, describeTally } from "./report/print.ts";

/** From so many seeds on, something that was never seen means that the simulation does not look for it any more. */
const ENOUGH = 200;

const OPTIONS = {
  /** How many seeds to play. */
  seeds: { type: "string", default: "200" },
  /** The first of them. */
  from: { type: "string", default: "1" },
} as const;

process.exitCode = await main(process.argv.slice(2));

/** Plays seeds until one breaks an invariant; 1 then, and when something was never seen. */
async function main(given: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...given], options: OPTIONS });
  const [seeds, from] = [Number(values.seeds), Number(values.from)];
  if (!Number.isSafeInteger(seeds) || !Number.isSafeInteger(from) || seeds < 1) {
    console.error("--seeds and --from take whole numbers: node test/simulation/main.ts --seeds 200 --from 1");
    return 2;
  }
  const tally = newTally();
  for (let seed = from; seed < from + seeds; seed += 1) {
    const failure = await playSeed(tally, seed);
    if (failure === null) continue;
    console.log(describeFailure(failure));
    return 1;
  }
  console.log(describeTally(tally));
  const missing = seeds < ENOUGH ? [] : neverSeen(tally);
  const illegal = illegalMoves(tally);
  if (missing.length > 0) console.log(`\nnever seen: ${missing.join(", ")}`);
  if (illegal.length > 0) console.log(`\nmoves that are not legal: ${illegal.join(", ")}`);
  return missing.length + illegal.length === 0 ? 0 : 1;
}
