import * as fc from "fast-check";
import { expect, test } from "vitest";
import { damage } from "./damage.ts";
import { readDamaged } from "./harm.ts";
import { VALID_FILES } from "./valid-files.ts";

/** `main.ts` reads more. */
const FILES = 5_000;

test(
  "no damage to a file throws, changes a gate beside it, or lets it mean two things",
  { timeout: 300_000 },
  () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.constantFrom(...VALID_FILES), damage, (valid, how) => {
        const { harm, isTaken } = readDamaged(how(valid));
        expect(harm).toBeNull();
        if (isTaken) taken += 1;
      }),
      { numRuns: FILES, seed: 20_260_303 },
    );
    // Else every file would be refused for the same first fault, or none be damaged.
    expect(taken).toBeGreaterThan(FILES / 50);
    expect(taken).toBeLessThan(FILES / 2);
  },
);
