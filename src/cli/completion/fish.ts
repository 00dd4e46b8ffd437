import { allCommands, type Offer, type TreeCommand, type TreeOption } from "./command-tree.ts";

/** A script for fish: `rampart completion fish | source`. */
export function fishCompletion(tree: TreeCommand): string {
  const commands = allCommands(tree);
  const paths = commands.slice(1).map(({ path }) => `'${path}'`);
  return [
    `# Completion of ${tree.name} for fish. Load it with: ${tree.name} completion fish | source
function __${tree.name}_line
    set -l line ${tree.name}
    set -l words (commandline -opc)
    for word in $words[2..-1]
        switch "$line $word"
            case ${paths.join(" ")}
                set line "$line $word"
        end
    end
    echo $line
end
function __${tree.name}_at
    test (__${tree.name}_line) = "$argv"
end
complete -c ${tree.name} -f`,
    ...commands.flatMap(linesOf),
  ].join("\n");

  function linesOf(command: TreeCommand): readonly string[] {
    const start = `complete -c ${tree.name} -n '__${tree.name}_at ${command.path}'`;
    const argument = command.below.length > 0 ? "" : offered(command.argument);
    return [
      ...command.below.map(({ name, summary }) => `${start} -a ${name} -d ${quoted(summary)}`),
      ...(argument === "" ? [] : [`${start}${argument}`]),
      ...command.options.map((option) => `${start}${optionText(option)} -d ${quoted(option.summary)}`),
    ];
  }

  function optionText({ names, value }: TreeOption): string {
    const flags = names.map((name) =>
      name.startsWith("--") ? ` -l ${name.slice(2)}` : ` -s ${name.slice(1)}`,
    );
    return `${flags.join("")}${value === null ? "" : ` -r${offered(value)}`}`;
  }

  function offered(offer: Offer): string {
    const gates = ` -a '(${tree.name} completion --gates 2>/dev/null </dev/null)'`;
    switch (offer.kind) {
      case "words":
        return ` -a '${offer.words.join(" ")}'`;
      case "files":
        return " -F";
      case "gates":
        return gates;
      case "gates-and-files":
        return ` -F${gates}`;
      case "nothing":
        return "";
    }
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
