import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCase } from "./run-case.ts";

function run(...args: readonly string[]) {
  return runCase({ args, given: [], exchanges: [], stdout: "", stderr: "", exit: 0 });
}

test.each(["gate", "profile", "signals", "flow", "calendar", "gate-test"])(
  "rampart schema %s prints the file that editors are pointed at",
  async (kind) => {
    const file = readFileSync(join(import.meta.dirname, `../../schema/${kind}-v1.json`), "utf8");
    expect(await run("schema", kind)).toMatchObject({ stdout: file, exit: 0 });
    const { stdout } = await run("schema", `${kind}/v1`, "-o", "plain");
    expect(JSON.parse(stdout)).toEqual(JSON.parse(file));
  },
);

test("a kind that is like none is answered with all there are", async () => {
  expect((await run("schema", "rollout")).stderr).toContain(
    "there are gate, profile, signals, flow, calendar, gate-test",
  );
});
