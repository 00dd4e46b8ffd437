import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 120_000,
    coverage: {
      provider: "v8",
      include: ["src/domain/**"],
      reporter: ["text", "json-summary"],
      thresholds: { lines: 100, branches: 100 },
    },
  },
});
