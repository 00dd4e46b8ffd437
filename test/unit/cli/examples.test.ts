import type { Command } from "commander";
import { describe, expect, test } from "vitest";
import { createProgram, runCli } from "../../../src/cli/run-cli.ts";
import { words } from "../../cli/case-file.ts";
import { worldOf } from "../../cli/run-case.ts";

const NOTHING = { given: [], exchanges: [] };

/** Every command by its words, the program itself as no words. */
const COMMANDS = commandsOf(
  createProgram(worldOf(NOTHING).context, async () => {}),
  [],
);

function commandsOf(command: Command, path: readonly string[]): readonly (readonly string[])[] {
  return [path, ...command.commands.flatMap((below) => commandsOf(below, [...path, below.name()]))];
}

async function helpOf(path: readonly string[]): Promise<string> {
  const { context, said } = worldOf(NOTHING);
  await runCli([...path, "--help"], context);
  return said.stdout;
}

/** The command lines of an example, as a shell would pass them on; what follows a pipe or a remark is not ours. */
function linesOf(help: string): readonly (readonly string[])[] {
  const [example = ""] = help.replace("Example:\n", "").replaceAll("\\\n", " ").split("\n\n");
  return example.split("\n").map((line) => {
    const all = words(line.trim());
    const end = all.findIndex((word) => ["|", ">", ">>", "#", "&&", ";"].includes(word));
    return end === -1 ? all : all.slice(0, end);
  });
}

/** How often a command line reaches the work of a command. Arguments and options that are wrong throw before. */
async function reached(args: readonly string[]): Promise<number> {
  let count = 0;
  const program = createProgram(worldOf(NOTHING).context, async () => void (count += 1));
  await program.parseAsync([...args], { from: "user" });
  return count;
}

describe("the help", () => {
  test("knows the commands and those below them", () => {
    const names = COMMANDS.map((path) => path.join(" "));
    expect(names).toEqual(expect.arrayContaining(["", "status", "deployed", "changes", "token create"]));
  });

  test.each(COMMANDS.map((path) => [["rampart", ...path].join(" "), path] as const))(
    "of %s begins with an example that is a command line of this program",
    async (_, path) => {
      const help = await helpOf(path);
      expect(help).toMatch(/^Example:\n {2}rampart /);
      for (const [program, ...args] of linesOf(help)) {
        expect(program).toBe("rampart");
        expect(await reached(args)).toBe(1);
        expect(args.slice(0, path.length)).toEqual(path);
      }
    },
  );

  test.each([["status", "--wtach"], ["check", "erp"], ["deployed", "checkout"], ["nope"], []])(
    "would not pass with %s %s",
    async (...args) => {
      await expect(reached(args)).rejects.toThrow();
    },
  );
});
