import { basename } from "node:path";
import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

// Mutants live in the pure core and in what drives it through its ports, so only the unit tests of the mutated room are run
// against them: no processes, no ports, no files. The properties would take their hundreds of walks for each of thousands of mutants.
const room = process.env["MUTATED_ROOM"] ?? "domain";

/** Whole ramps in a world of fakes; most mutants are found out before it comes to them. */
const SLOW = ["definitions", "rollback", "approvals", "commands", "drift", "prometheus", "restored-store"];

function rank({ moduleId }: TestSpecification): number {
  return SLOW.indexOf(basename(moduleId, ".test.ts"));
}

class SlowLast extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return files.toSorted((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    pool: "threads",
    isolate: false,
    sequence: { sequencer: SlowLast },
    // Slow is not wrong: the machine may do other things, too.
    testTimeout: 30_000,
    include: [`test/unit/${room}/**/*.test.ts`],
  },
});
