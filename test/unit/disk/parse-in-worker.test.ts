import { describe, expect, it } from "vitest";

import type { GivenFile } from "../../../src/gatefile/decode.ts";
import { parseInWorker } from "../../../src/disk/parse-in-worker.ts";
import { DEFAULTS } from "../gatefile/defaults.ts";
import { gateText } from "./scratch-folder.ts";

const FAULTY = { script: new URL("./hanging-worker.ts", import.meta.url), deadlineMs: 1_000 };

async function parsed(files: readonly GivenFile[], options = {}) {
  const outcome = await parseInWorker(files, DEFAULTS, options);
  if (!outcome.ok) throw new Error(outcome.why);
  return outcome.parsed;
}

describe("parsing in a thread", () => {
  it("gives what parsing here would give", async () => {
    const { gates, problems, broken } = await parsed([
      { path: "one.yaml", text: gateText("one") },
      { path: "two.yaml", text: "schema: gate/v1\n" },
    ]);
    expect([...gates.keys()]).toEqual(["one"]);
    expect(broken).toEqual([{ path: "two.yaml", name: null }]);
    expect(problems.map(({ file }) => file)).toContain("two.yaml");
  });

  it("makes a problem of a file that takes too long, and parses the others", async () => {
    const files = ["one", "hangs", "fails", "two"].map((name) => ({
      path: `${name}.yaml`,
      text: gateText(name),
    }));
    const { gates, problems, broken } = await parsed(files, FAULTY);
    expect([...gates.keys()]).toEqual(["one", "two"]);
    expect(problems.map(({ file, code, message }) => [file, code, message])).toEqual([
      ["hangs.yaml", "R106", "reading it took longer than 1000 ms"],
      ["fails.yaml", "R106", "the parser failed: out of luck"],
    ]);
    expect(broken.map(({ path }) => path)).toEqual(["hangs.yaml", "fails.yaml"]);
  });

  it("blames no file when the thread cannot start", async () => {
    const script = new URL("./no-such-worker.ts", import.meta.url);
    const outcome = await parseInWorker([{ path: "one.yaml", text: gateText("one") }], DEFAULTS, { script });
    expect(outcome.ok).toBe(false);
  });

  it("leaves this thread free while it reads the worst files there are", async () => {
    const keys = Array.from({ length: 9_000 }, (_, index) => `k${index}:`).join("\n");
    const bombs = [
      keys,
      `a: ${"[".repeat(65_000)}`,
      "- ".repeat(32_000),
      "}\n".repeat(32_000),
      "? ".repeat(32_000),
    ];
    const files = bombs.map((text, index) => ({ path: `bomb-${index}.yaml`, text }));
    let ticks = 0;
    const ticking = setInterval(() => (ticks += 1), 1);
    const { gates, problems } = await parsed([...files, { path: "good.yaml", text: gateText("good") }]);
    clearInterval(ticking);
    // Parsed on this thread, each file would leave room for one or two.
    expect(ticks).toBeGreaterThan(50);
    expect([...gates.keys()]).toEqual(["good"]);
    for (const { path } of files) expect(problems.map(({ file }) => file)).toContain(path);
  });
});
