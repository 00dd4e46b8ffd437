import { expect, test } from "vitest";
import { ACTION_SCOPES, ACTIONS } from "../../../src/domain/command.ts";
import { runCase } from "../../cli/run-case.ts";
import { blocks, codeOf, DOCS, page, rows } from "./doc-files.ts";

async function helpOf(...args: readonly string[]): Promise<string> {
  const { stdout } = await runCase({
    args: [...args, "--help"],
    given: [],
    exchanges: [],
    stdout: "",
    stderr: "",
    exit: 0,
  });
  return stdout;
}

async function commands(...above: readonly string[]): Promise<readonly string[]> {
  const [, list = ""] = (await helpOf(...above)).split("\nCommands:\n");
  return [...list.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map((line) => line[1] ?? "");
}

test("every command the documentation names exists", async () => {
  const known = await commands();
  const named = [...DOCS].flatMap(([path, text]) =>
    codeOf(text).flatMap((code) =>
      [...code.matchAll(/(?<![\w/.-])rampart (?:-- )?([a-z][a-z-]*)/g)].map(
        (match) => `${path}: ${match[1]}`,
      ),
    ),
  );
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((each) => !known.includes(each.split(": ")[1] ?? ""))).toEqual([]);
});

test("every command has its place in the page of the command line", async () => {
  const text = page("docs/cli.md");
  const missing = (await commands()).filter((name) => name !== "help" && !text.includes(`rampart ${name}`));
  expect(missing).toEqual([]);
});

test("every option of an example is one of its command", async () => {
  const families = new Map([
    ["token", await commands("token")],
    ["audit", await commands("audit")],
  ]);
  const lines = [...DOCS.values()]
    .flatMap(blocks)
    .flatMap(({ text }) => text.replaceAll("\\\n", " ").split("\n"))
    .flatMap((line) => /(?:^|[ $])rampart (?:-- )?([a-z].*?)(?:[;#>]|$)/.exec(line)?.[1] ?? []);
  const wrong: string[] = [];
  for (const line of lines) {
    const [first = "", second = ""] = line.split(" ");
    const below = families.get(first)?.includes(second) === true;
    const help = await helpOf(...(below ? [first, second] : [first]));
    const unquoted = line.replaceAll(/"[^"]*"/g, "");
    for (const [option] of unquoted.matchAll(/--[a-z][a-z-]*/g)) {
      if (!help.includes(option)) wrong.push(line);
    }
  }
  expect(lines.length).toBeGreaterThan(15);
  expect(wrong).toEqual([]);
});

test("the scopes the page names are those that are asked for", () => {
  for (const action of ACTIONS) {
    const row = rows(page("docs/cli.md")).find(([first]) => first?.startsWith(`\`rampart ${action} `));
    expect([action, row?.at(-1)?.split(/, | or /)]).toEqual([action, ACTION_SCOPES[action]]);
  }
});
