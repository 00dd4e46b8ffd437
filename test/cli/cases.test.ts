import { readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseCase } from "./case-file.ts";
import { runCase } from "./run-case.ts";

const CASES = new URL("cases/", import.meta.url);

describe("the command line", () => {
  test.each(readdirSync(CASES))("does what %s says", async (file) => {
    const expected = parseCase(readFileSync(new URL(file, CASES), "utf8"));
    const result = await runCase(expected);
    expect({
      requests: result.requests,
      // Every line ends with a newline, so the texts of a case file stand without their last one.
      stdout: result.stdout.replace(/\n$/, ""),
      stderr: result.stderr.replace(/\n$/, ""),
      exit: result.exit,
    }).toEqual({
      requests: expected.exchanges.map(({ request }) => request),
      stdout: expected.stdout,
      stderr: expected.stderr,
      exit: expected.exit,
    });
  });
});
