import { spawnSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { beforeEach, describe, expect, test } from "vitest";
import { createProgram, runCli } from "../../../src/cli/run-cli.ts";
import { worldOf } from "../../cli/run-case.ts";
import { scratchFolder } from "../disk/scratch-folder.ts";

const NOTHING = { given: [], exchanges: [] };
const PROGRAM = createProgram(worldOf(NOTHING).context, async () => {});
const SCRIPTS = {
  bash: await scriptOf("bash"),
  zsh: await scriptOf("zsh"),
  fish: await scriptOf("fish"),
} as const;

async function scriptOf(shell: string): Promise<string> {
  const { context, said } = worldOf(NOTHING);
  expect(await runCli(["completion", shell], context)).toBe(0);
  expect(said.stderr).toBe("");
  return said.stdout;
}

function commandsOf(command: Command, above: string): readonly (readonly [string, Command])[] {
  const path = `${above}${command.name()}`;
  return [[path, command], ...command.commands.flatMap((below) => commandsOf(below, `${path} `))];
}

const COMMANDS = commandsOf(PROGRAM, "");

/** Every line of a script that is about a command. */
function about(script: string, path: string): string {
  const marks = [`'${path}')`, `'${path} -`, `_at ${path}'`];
  return script
    .split("\n")
    .filter((line) => marks.some((mark) => line.includes(mark)))
    .join("\n");
}

describe.each(Object.entries(SCRIPTS))("the script for %s", (shell, script) => {
  test.each(COMMANDS)("knows %s with all its options and their choices", (path, command) => {
    const own = about(script, path);
    for (const below of command.commands) expect(own).toMatch(new RegExp(`[ ']${below.name()}\\b`));
    for (const { long, short, argChoices = [], hidden } of command.options) {
      if (hidden) continue;
      for (const name of [long, short].filter((each) => each !== undefined && each !== null))
        expect(own).toContain(
          shell === "fish" ? name.replace(/^--/, "-l ").replace(/^-(?=\w$)/, "-s ") : name,
        );
      expect(own).toContain(argChoices.join(" "));
    }
  });

  test("asks for names of gates without an error, without waiting for an input", () => {
    expect(script).toContain("completion --gates 2>/dev/null </dev/null");
  });

  test("has a closing quote for each", () => {
    const quotes = script.replaceAll(/\\'/g, "").match(/'/g) ?? [];
    expect(quotes.length % 2).toBe(0);
  });
});

describe("in bash", () => {
  let folder: string;

  beforeEach(() => {
    folder = scratchFolder();
    writeFileSync(join(folder, "completion.bash"), SCRIPTS.bash);
    writeFileSync(
      join(folder, "rampart"),
      "#!/bin/sh\n[ \"$*\" = 'completion --gates' ] && printf 'checkout\\ncheckin\\nerp\\n'\n",
    );
    chmodSync(join(folder, "rampart"), 0o755);
  });

  function bash(...args: readonly string[]) {
    const env = { PATH: `${folder}:${process.env["PATH"]}` };
    return spawnSync("bash", ["--noprofile", "--norc", ...args], { cwd: folder, env, encoding: "utf8" });
  }

  /** What is offered behind these words, the last of which is typed so far. */
  function offered(...typed: readonly string[]): readonly string[] {
    const words = typed.map((word) => `'${word}'`).join(" ");
    const { stdout, stderr } = bash(
      "-c",
      `source completion.bash; COMP_WORDS=(rampart ${words}); COMP_CWORD=${typed.length}; _rampart; printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
    expect(stderr).toBe("");
    return stdout.split("\n").filter((line) => line !== "");
  }

  test("the script can be read", () => {
    expect(bash("-n", "completion.bash")).toMatchObject({ status: 0, stderr: "" });
  });

  test("offers commands, options, choices, gates and files", () => {
    expect(offered("expl")).toEqual(["explain"]);
    expect(offered("token", "")).toEqual(["create", "list", "revoke"]);
    expect(offered("token", "create", "--pre")).toEqual(["--preset"]);
    expect(offered("check", "erp", "--for", "")).toEqual(["advance", "deploy", "finish"]);
    expect(offered("check", "erp", "--for", "=", "d")).toEqual(["deploy"]);
    expect(offered("rollback", "check")).toEqual(["checkout", "checkin"]);
    expect(offered("lint", "comp")).toEqual(["completion.bash"]);
    expect(offered("check", "comp")).toEqual(["completion.bash"]);
    expect(offered("check", "erp", "--wait", "")).toEqual([]);
    expect(offered("completion", "")).toEqual(["bash", "zsh", "fish"]);
  });

  test("offers nothing, and says nothing, where no server answers", () => {
    writeFileSync(join(folder, "rampart"), "#!/bin/sh\necho broken >&2\nexit 1\n");
    expect(offered("rollback", "")).toEqual([]);
  });
});
