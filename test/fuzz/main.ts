/**
 * Damages the shipped and the sample files again and again, and reads each as the service would.
 *
 *     npm run fuzz -- --files 100000 --seed 1
 *
 * Exit 0 when none did harm; 1 with the smallest file that did; 2 when it was asked wrongly.
 */
import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { damage } from "./damage.ts";
import { readDamaged } from "./harm.ts";
import { VALID_FILES } from "./valid-files.ts";

const OPTIONS = {
  files: { type: "string", default: "100000" },
  /** Of the damages: the same seed gives the same files. */
  seed: { type: "string", default: String(Date.now() % 1_000_000) },
} as const;

const TOLD_EVERY = 10_000;

process.exitCode = main(process.argv.slice(2));

function main(given: readonly string[]): number {
  const { values } = parseArgs({ args: [...given], options: OPTIONS });
  const [files = 0, seed = 0] = [values.files, values.seed].map(Number);
  if (!Number.isSafeInteger(files) || files < 1 || !Number.isSafeInteger(seed)) {
    console.error("usage: npm run fuzz -- [--files 100000] [--seed 1]");
    return 2;
  }
  let [read, taken, slowestMs] = [0, 0, 0];
  const property = fc.property(fc.constantFrom(...VALID_FILES), damage, (valid, how) => {
    const bytes = how(valid);
    const began = performance.now();
    const { harm, isTaken } = readDamaged(bytes);
    slowestMs = Math.max(slowestMs, performance.now() - began);
    if (harm !== null) throw new Error(`${harm}:\n${new TextDecoder().decode(bytes)}`);
    read += 1;
    if (isTaken) taken += 1;
    if (read % TOLD_EVERY === 0) console.log(`${read} files read`);
  });
  const report = fc.check(property, { numRuns: files, seed });
  if (report.failed) {
    console.log(fc.defaultReportMessage(report));
    return 1;
  }
  console.log(`seed ${seed}: ${read} files, ${taken} of them taken as they are, none did harm`);
  console.log(
    `the slowest took ${Math.round(slowestMs)} ms, in a thread of its own where a service reads it`,
  );
  return 0;
}
