import { defineConfig } from "vitest/config";

// Mutants live in the pure core, so only its own tests are run against them: no processes, no ports, no files.
export default defineConfig({
  test: {
    pool: "threads",
    include: ["test/unit/domain/**/*.test.ts", "test/properties/**/*.test.ts"],
  },
});
