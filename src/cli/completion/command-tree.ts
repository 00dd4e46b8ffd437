import type { Command, Option } from "commander";

/** What a shell may offer for a value: words, files, names of gates, or nothing. */
export type Offer =
  | { readonly kind: "words"; readonly words: readonly string[] }
  | { readonly kind: "files" }
  | { readonly kind: "gates" }
  | { readonly kind: "gates-and-files" }
  | { readonly kind: "nothing" };

export type TreeOption = {
  /** `--wait`, and `-o` where there is one. */
  readonly names: readonly string[];
  readonly summary: string;
  /** Null: it takes no value. */
  readonly value: Offer | null;
};

/** A command as a shell completes it. */
export type TreeCommand = {
  /** Every word up to it: `rampart token create`. */
  readonly path: string;
  readonly name: string;
  readonly summary: string;
  readonly options: readonly TreeOption[];
  /** What its first argument is. */
  readonly argument: Offer;
  readonly below: readonly TreeCommand[];
};

/** The program and everything below it that its help shows. */
export function commandTree(command: Command, above = ""): TreeCommand {
  const path = above === "" ? command.name() : `${above} ${command.name()}`;
  const help = command.createHelp();
  const [argument] = command.registeredArguments;
  return {
    path,
    name: command.name(),
    summary: command.description(),
    options: help.visibleOptions(command).map(optionOf),
    argument: argument === undefined ? { kind: "nothing" } : offerOf(argument.name(), argument.argChoices),
    below: help
      .visibleCommands(command)
      .filter((own) => own.name() !== "help")
      .map((own) => commandTree(own, path)),
  };
}

/** A command and all below it, the outer ones first. */
export function allCommands(tree: TreeCommand): readonly TreeCommand[] {
  return [tree, ...tree.below.flatMap(allCommands)];
}

function optionOf({ long, short, flags, description, argChoices }: Option): TreeOption {
  const placeholder = /[<[]([^>\]]+)[>\]]/.exec(flags)?.[1];
  return {
    names: [long, short].filter((name) => name !== undefined && name !== null),
    summary: description,
    value: placeholder === undefined ? null : offerOf(placeholder, argChoices),
  };
}

/** What a placeholder of the help means. */
function offerOf(placeholder: string, choices: readonly string[] | undefined): Offer {
  if (choices !== undefined) return { kind: "words", words: choices };
  const isGate = placeholder.includes("gate");
  const isFile = /file|path|folder/.test(placeholder);
  if (isGate) return { kind: isFile ? "gates-and-files" : "gates" };
  return { kind: isFile ? "files" : "nothing" };
}
