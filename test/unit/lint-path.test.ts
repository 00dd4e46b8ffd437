import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { afterEach, beforeEach, expect, it } from "vitest";

import { lintPath } from "../../src/lint-path.ts";
import { SMALLEST } from "./gatefile/defaults.ts";

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rampart-lint-"));
  writeFileSync(join(folder, "library.yaml"), LIBRARY);
});

afterEach(() => rmSync(folder, { recursive: true }));

const LIBRARY = `schema: signals/v1
signals:
  - name: late
    owner: team-orders
    runbook: https://r.example.com/late
    query: sum(orders_late)
    halt: above 2
`;

const USING = SMALLEST.replace(/ {2}- query: .*\n.*\n.*\n/, "  - use: late\n    halt: garbage\n");

async function codesOf(name: string): Promise<readonly string[] | string> {
  const outcome = await lintPath(join(folder, name), join(folder, "rampart.yaml"));
  if (outcome.kind === "unreadable") return outcome.message.slice(folder.length + 1);
  expect([...outcome.sources.keys()].every((file) => file === join(folder, name))).toBe(true);
  return outcome.problems.map(({ code }) => code);
}

it.each(["gate.yaml", "gate.yaml.tpl", ".gate.yaml"])(
  "checks %s beside the library it uses",
  async (name) => {
    writeFileSync(join(folder, name), USING);
    expect(await codesOf(name)).toEqual(["R220"]);
  },
);

it.each(["large.yaml", "large.txt"])("refuses %s", async (name) => {
  writeFileSync(join(folder, name), `${SMALLEST}#${" ".repeat(70_000)}\n`);
  expect(await codesOf(name)).toEqual(["R106"]);
});

it("says of a device that it is no file", async () => {
  symlinkSync("/dev/null", join(folder, "null.yaml"));
  expect(await codesOf("null.yaml")).toBe("null.yaml is neither a file nor a folder");
});
