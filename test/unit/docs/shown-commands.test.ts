import { readFileSync } from "node:fs";
import { join } from "node:path";
import { CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createProgram } from "../../../src/cli/run-cli.ts";
import { worldOf } from "../../cli/run-case.ts";
import { ROOT, page, spans } from "./doc-files.ts";
import { shownCommands, type ShownCommand, spokenCommands } from "./shown-commands.ts";
import { inPlace, type Place } from "./shown-place.ts";
import { ELSEWHERE, SCENES, VARIABLES } from "./shown-scenes.ts";

const SHOWN = shownCommands();
const PLAYED = SHOWN.filter(({ line }) => SCENES[line] !== undefined);

const { scripts: SCRIPTS } = z
  .object({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8")));

const RUN_BY = [
  ...Object.entries(ELSEWHERE),
  ...Object.entries(SCENES).flatMap(([line, { real }]) =>
    real === undefined ? [] : [[line, real] as const],
  ),
].map(([line, { by, as }]) => [line, by, as] as const);

/** What differs from run to run, or from one example to the next: numbers, times, identifiers, addresses, bars. */
function shapeOf(line: string): string {
  return line
    .replaceAll(/https?:\/\/[^\s'"]+/g, "URL")
    .replaceAll(/\b(?:[A-Z][a-z]{2} )?\d+ [A-Z][a-z]{2} \d+:\d+(?: [A-Z]+)?/g, "DAY")
    .replaceAll(/\b(?:(?:dec|rmp)_[\w-]+|[0-9a-f]{7,}|(?=\w*\d)(?=\w*[A-Z])\w{12})(?:\.\.\.)?/g, "ID")
    .replaceAll(/[▁▂▃▄▅▆▇█]+/g, "BARS")
    .replaceAll(/[\d,]*\d(?:\.\d+)?(?:ms|[smhd])?(?:\d+[smh])*/g, "0")
    .replaceAll(/\s+/g, " ")
    .trim();
}

const NOWHERE = worldOf({ given: [], exchanges: [] }).context;
const COMMANDS = createProgram(NOWHERE, async () => {}).commands.map((command) => command.name());

/** What a sentence may leave out, as it tells which command is meant: a reason, or the value of an option it names last. */
const LEFT_OUT = ["commander.missingMandatoryOptionValue", "commander.optionMissingArgument"];

/** Whether the program knows every word of the line. Nothing is done. */
async function isKnown(args: readonly string[]): Promise<boolean> {
  const program = createProgram(NOWHERE, async () => {});
  try {
    await program.parseAsync([...args], { from: "user" });
    return true;
  } catch (error) {
    return error instanceof CommanderError && LEFT_OUT.includes(error.code);
  }
}

function argsAt({ args }: ShownCommand, { replaced }: Place): readonly string[] {
  return args.map((arg) => {
    const named = arg.replaceAll(/\$([A-Z_]+)/g, (text, name: string) => VARIABLES[name] ?? text);
    return replaced[named] ?? named;
  });
}

/** The lines that are shown and not said, in their order. An ellipsis stands for any. */
function unsaid(shown: readonly string[], text: string): readonly string[] {
  const left = text.split("\n").map(shapeOf);
  return shown.filter((line) => {
    if (line.trim() === "...") return false;
    const at = left.indexOf(shapeOf(line));
    if (at !== -1) left.splice(0, at + 1);
    return at === -1;
  });
}

describe("the pages", () => {
  test("show no command that nothing runs", () => {
    const unknown = SHOWN.filter(
      ({ line }) => !Object.hasOwn(SCENES, line) && !Object.hasOwn(ELSEWHERE, line),
    );
    expect(unknown.map(({ page: path, line }) => `${path}: ${line}`)).toEqual([]);
    expect(PLAYED.length).toBeGreaterThan(40);
  });

  test("show every command there is a row for", () => {
    const lines = new Set(SHOWN.map(({ line }) => line));
    expect([...Object.keys(SCENES), ...Object.keys(ELSEWHERE)].filter((line) => !lines.has(line))).toEqual(
      [],
    );
  });

  test("name in their sentences commands with arguments and options that there are", async () => {
    const spoken = spokenCommands();
    expect(spoken.length).toBeGreaterThan(40);
    const wrong: string[] = [];
    for (const { page: path, args } of spoken)
      if (!(await isKnown(args))) wrong.push(`${path}: ${args.join(" ")}`);
    expect(wrong).toEqual([]);
  });

  test("call no command missing that is there", () => {
    const [, missing = ""] = page("docs/cli.md").split("\nNot here yet: ");
    expect(spans(missing).filter((name) => COMMANDS.includes(name))).toEqual([]);
  });

  test.each(RUN_BY)("have %s run by %s, which names it", (_line, by, as) => {
    expect(readFileSync(join(ROOT, by), "utf8")).toContain(as);
  });

  test.each(SHOWN.filter(({ program }) => program === "npm").map(({ line, args }) => [line, args] as const))(
    "name scripts and options that there are: %s",
    (_line, [first = "", second = "", ...rest]) => {
      const script = SCRIPTS[first === "run" ? second : first] ?? "";
      expect(script).not.toBe("");
      const options = rest.filter((each) => /^--[a-z]/.test(each)).map((each) => each.slice(2));
      const entry = /node (test\/\S+)$/.exec(script)?.[1];
      const known = entry === undefined ? "" : readFileSync(join(ROOT, entry), "utf8");
      expect(options.filter((each) => !known.includes(`  ${each}: { type: `))).toEqual([]);
    },
  );
});

test.each(PLAYED.map((shown) => [shown.page, shown.line, shown] as const))(
  "%s: %s does as it is shown",
  async (_page, line, shown) => {
    const scene = SCENES[line] ?? {};
    const ends = line.endsWith("echo $?");
    const output = ends ? shown.output?.slice(0, -1) : shown.output;
    const code = ends ? Number(shown.output?.at(-1)) : (scene.exit ?? 0);
    const said = await inPlace(async (place) => {
      await scene.set?.(place);
      return place.run(argsAt(shown, place));
    });
    expect({ exit: said.exit, unsaid: unsaid(output ?? [], said.text) }, said.text).toEqual({
      exit: code,
      unsaid: [],
    });
  },
);
