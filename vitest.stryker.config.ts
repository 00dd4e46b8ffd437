import { defineConfig } from "vitest/config";

// Mutants live in the pure core, so only its own unit tests are run against them: no processes, no ports, no files. The properties would take their hundreds of
// walks for each of thousands of mutants.
export default defineConfig({
  test: {
    pool: "threads",
    include: ["test/unit/domain/**/*.test.ts"],
  },
});
