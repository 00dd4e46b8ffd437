import { words } from "../../cli/case-file.ts";
import { blocks, DOCS, spans } from "./doc-files.ts";

/** One command line of ours as a page shows it. */
export type ShownCommand = {
  readonly page: string;
  /** Without prompt and remark, continued lines joined. */
  readonly line: string;
  readonly program: "rampart" | "npm";
  readonly args: readonly string[];
  /** Lines shown beneath it, blank ones left out; null: none are. */
  readonly output: readonly string[] | null;
};

/** In a shell, in a file of a pipeline, after variables, in a loop. */
const OURS =
  /^(?:\$ |- |until )*(?:[A-Z_]+=\S+ +)*(?:(?:npx |\.\/)?(?<rampart>rampart)|(?<npm>npm)) +(?<rest>[a-z].*)$/;
/** What a shell does with it afterwards is not ours. */
const AFTERWARDS = /;.*$| (?:[|&>#]|\d>).*$/;

/** Every command line in a fenced block, in the order of the pages. */
export function shownCommands(): readonly ShownCommand[] {
  return [...DOCS].flatMap(([page, text]) => blocks(text).flatMap((block) => inBlock(page, block.text)));
}

/**
 * What stands in a sentence and says more than which command is meant, placeholders filled in. A choice of words (`a|b`) and
 * what is left out (`...`) are no command line.
 */
export function spokenCommands(): readonly { readonly page: string; readonly args: readonly string[] }[] {
  return [...DOCS].flatMap(([page, text]) =>
    spans(text).flatMap((span) => {
      const rest = /^(?:npx |\.\/)?rampart (?<rest>[a-z].*)$/.exec(span)?.groups?.["rest"];
      if (rest === undefined || /[a-z]\|[a-z]/.test(rest)) return [];
      const args = argsOf(
        rest
          .replaceAll(/<percent>/g, "25")
          .replaceAll(/<duration>/g, "2h")
          .replaceAll(/<[a-z-]+>/g, "x"),
      );
      return args.every((arg) => /^[a-z-]+$/.test(arg)) && !rest.includes("<") && !rest.includes("--")
        ? []
        : [{ page, args }];
    }),
  );
}

function inBlock(page: string, text: string): readonly ShownCommand[] {
  const lines = text.replaceAll(/\\\n\s*/g, "").split("\n");
  const hasPrompts = lines.some((line) => line.startsWith("$ "));
  return lines.flatMap((line, index) => {
    if (hasPrompts && !line.startsWith("$ ")) return [];
    const output = hasPrompts ? below(lines.slice(index + 1)) : null;
    return line.split(" && ").flatMap((part) => commandIn(page, part.trim(), output));
  });
}

function commandIn(
  page: string,
  text: string,
  output: ShownCommand["output"],
): ShownCommand | readonly never[] {
  const { npm, rest = "" } = OURS.exec(text)?.groups ?? {};
  if (rest === "") return [];
  const line = text.replace(/^(?:\$|-) /, "").replace(/ +# .*$/, "");
  const program = npm === undefined ? "rampart" : "npm";
  return { page, line, program, args: argsOf(rest), output };
}

/** Quoted words are whole before the end is looked for: a query may hold any sign of a shell. */
function argsOf(rest: string): readonly string[] {
  const quoted: string[] = [];
  const bare = rest.replaceAll(/"[^"]*"|'[^']*'/g, (text) => `\uE000${quoted.push(text) - 1}\uE000`);
  const own = bare.replace(AFTERWARDS, "").trim();
  return words(own.replaceAll(/\uE000(\d+)\uE000/g, (_, index: string) => quoted[Number(index)] ?? ""));
}

function below(rest: readonly string[]): readonly string[] | null {
  const next = rest.findIndex((line) => line.startsWith("$ "));
  const shown = (next === -1 ? rest : rest.slice(0, next)).filter((line) => line.trim() !== "");
  return shown.length === 0 ? null : shown;
}
