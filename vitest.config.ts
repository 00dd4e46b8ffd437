import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    pool: "forks",
    maxWorkers: 2,
    // For what hangs: on a busy machine the longest property takes a good part of it.
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: "fast",
          include: ["test/**/*.test.ts"],
          exclude: ["test/real/**"],
          // A process for each of some 270 files would take a third longer; what a file sets up it takes down.
          isolate: false,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: {
          name: "real",
          include: ["test/real/**/*.test.ts"],
          globalSetup: ["test/support/real-peers-setup.ts"],
          // They wait for passes and peers more than they work.
          maxWorkers: 4,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    coverage: {
      provider: "v8",
      include: ["src/domain/**"],
      reporter: ["text", "json-summary"],
      thresholds: { lines: 100, branches: 100 },
    },
  },
});
