/**
 * The engine under seeded faults, held against the oracle.
 *
 *     npm run simulate -- --seeds 200 --from 1             plays seeds until one breaks an invariant
 *     npm run simulate -- --prove                          plants each defect of ./planted and looks for the seed that finds it
 *     npm run simulate -- --patches <folder>               the same with the unified diffs of that folder
 *
 * Exit 0 when all is well; 1 when a seed breaks an invariant, something that must be seen was not, or a planted defect was
 * not found; 2 when it was asked wrongly.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { playSeeds } from "./crew.ts";
import { PLANTED, patchesIn } from "./patched-copy.ts";
import { provePatches } from "./proof.ts";
import { illegalMoves, neverSeen, shortfalls } from "./report/expected.ts";
import { describeTally } from "./report/print.ts";

/** From so many seeds on, something that was never seen means that the simulation does not look for it any more. */
const ENOUGH = 200;

const OPTIONS = {
  /** How many seeds to play: 200, or with `--prove` at most 2,000 for each defect. */
  seeds: { type: "string" },
  /** The first of them. */
  from: { type: "string", default: "1" },
  /** Whether the simulation finds the defects that are planted on purpose. */
  prove: { type: "boolean", default: false },
  /** Unified diffs of another folder, in place of the planted ones. */
  patches: { type: "string" },
  /** Only patches whose name contains this. */
  only: { type: "string", default: "" },
  /** Threads; as many as there are cores unless told otherwise. */
  workers: { type: "string", default: String(availableParallelism()) },
} as const;

const USAGE = "npm run simulate -- [--seeds 200] [--from 1] [--prove] [--patches <folder>] [--only <name>]";

process.exitCode = await main(process.argv.slice(2));

async function main(given: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...given], options: OPTIONS });
  const isProof = values.prove || values.patches !== undefined;
  const numbers = [values.seeds ?? (isProof ? "2000" : "200"), values.from, values.workers].map(Number);
  const [seeds = 0, from = 0, workers = 0] = numbers;
  if (!numbers.every(Number.isSafeInteger) || seeds < 1 || workers < 1) {
    console.error(`--seeds, --from and --workers take whole numbers: ${USAGE}`);
    return 2;
  }
  return isProof
    ? prove(values.patches ?? PLANTED, values.only, { seeds, from, workers })
    : play({ seeds, from, workers });
}

type Asked = { readonly seeds: number; readonly from: number; readonly workers: number };

async function play(asked: Asked): Promise<number> {
  const { tally, failure } = await playSeeds(asked);
  if (failure !== null) {
    console.log(failure.words);
    return 1;
  }
  console.log(describeTally(tally));
  const enough = asked.seeds >= ENOUGH;
  const complaints = [
    ["never seen", enough ? neverSeen(tally) : []],
    ["too few", enough ? shortfalls(tally) : []],
    ["moves that are not legal", illegalMoves(tally)],
  ] as const;
  for (const [what, found] of complaints) {
    if (found.length > 0) console.log(`\n${what}: ${found.join(", ")}`);
  }
  return complaints.every(([, found]) => found.length === 0) ? 0 : 1;
}

async function prove(folder: string, only: string, asked: Asked): Promise<number> {
  const patches = (await patchesIn(folder)).filter(({ name }) => name.includes(only));
  if (patches.length === 0) {
    console.error(`${folder} has no .patch or .diff${only === "" ? "" : ` with ${only} in its name`}`);
    return 2;
  }
  return (await provePatches(patches, asked, (line) => console.log(line))) ? 0 : 1;
}
