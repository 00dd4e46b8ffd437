/**
 * Proves that the simulation finds defects: plants each one in a copy of the sources and plays seeds until an invariant breaks.
 *
 *     node test/simulation/prove.ts [--seeds 2000] [--patches <folder>] [--only <part of a name>]
 *
 * Exit 0 when every planted defect is found, 1 when one is not, 2 when it could not be asked.
 */
import { execFile } from "node:child_process";
import { availableParallelism } from "node:os";
import { parseArgs, promisify } from "node:util";
import { PLANTED, type Patch, inPatchedCopy, patchesIn } from "./patched-copy.ts";

const run = promisify(execFile);

type Proof =
  | { readonly kind: "found"; readonly invariant: string; readonly seed: string }
  | { readonly kind: "missed"; readonly why: string };

const OPTIONS = {
  /** Of how many seeds one has to find each defect. */
  seeds: { type: "string", default: "2000" },
  /** Unified diffs against the repository. */
  patches: { type: "string", default: PLANTED },
  only: { type: "string", default: "" },
} as const;

process.exitCode = await main(process.argv.slice(2));

async function main(given: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...given], options: OPTIONS });
  const { seeds, only } = values;
  const patches = (await patchesIn(values.patches)).filter(({ name }) => name.includes(only));
  if (!/^[1-9]\d*$/.test(seeds) || patches.length === 0) {
    console.error(`--seeds takes a whole number, and ${values.patches} needs a .patch or .diff to plant`);
    return 2;
  }
  console.log(`${"planted".padEnd(36)}${"found by".padEnd(14)}seed`);
  let missed = 0;
  const waiting = [...patches];
  const worker = async (): Promise<void> => {
    for (let patch = waiting.shift(); patch !== undefined; patch = waiting.shift()) {
      const proof = await prove(patch, seeds);
      if (proof.kind === "missed") missed += 1;
      console.log(rowOf(patch, proof));
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  console.log(`${patches.length - missed} of ${patches.length} planted defects were found`);
  return missed === 0 ? 0 : 1;
}

function rowOf({ name, says }: Patch, proof: Proof): string {
  const found = proof.kind === "found" ? proof.invariant.padEnd(14) + proof.seed : `NOT FOUND: ${proof.why}`;
  return `${name.padEnd(36)}${found}${proof.kind === "missed" && says !== "" ? ` (${says})` : ""}`;
}

async function prove(patch: Patch, seeds: string): Promise<Proof> {
  const played = await inPatchedCopy(patch, async (root) => play(root, seeds));
  return "misfit" in played ? { kind: "missed", why: `it does not apply: ${played.misfit}` } : played;
}

/** Only a seed that breaks an invariant counts: sources that do not run at all prove nothing. */
async function play(root: string, seeds: string): Promise<Proof> {
  const { output, error } = await run(
    process.execPath,
    ["test/simulation/main.ts", "--seeds", seeds, "--from", "1"],
    {
      cwd: root,
      maxBuffer: 64 * 1024 * 1024,
    },
  ).then(
    ({ stdout }) => ({ output: stdout, error: "" }),
    (failed: { stdout?: string; stderr?: string }) => ({
      output: failed.stdout ?? "",
      error: failed.stderr ?? "",
    }),
  );
  const { seed, invariant } =
    /^seed (?<seed>\d+) broke .*\n {2}(?<invariant>\S+) /m.exec(output)?.groups ?? {};
  if (seed !== undefined && invariant !== undefined) return { kind: "found", invariant, seed };
  if (/^moves that are not legal: /m.test(output)) {
    return { kind: "found", invariant: "illegal move", seed: `one of ${seeds}` };
  }
  return { kind: "missed", why: error === "" ? `not in ${seeds} seeds` : error.trim().slice(0, 400) };
}
