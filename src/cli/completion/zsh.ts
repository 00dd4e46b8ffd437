import { allCommands, type Offer, type TreeCommand } from "./command-tree.ts";

/** A script for zsh: a file `_rampart` of `fpath`, or `source <(rampart completion zsh)`. */
export function zshCompletion(tree: TreeCommand): string {
  const commands = allCommands(tree);
  const paths = commands.slice(1).map(({ path }) => `'${path}'`);
  return `#compdef ${tree.name}
# Completion of ${tree.name} for zsh. Load it with: source <(${tree.name} completion zsh)
_${tree.name}() {
  local cur="\${words[CURRENT]}" prev="\${words[CURRENT-1]}" line=${tree.name} word
  local -a offers
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$line $word" in
      ${paths.join(" | ")}) line="$line $word" ;;
    esac
  done
  case "$line $prev" in
${commands.flatMap(valueCases).join("\n")}
  esac
  case "$line" in
${commands.map(commandCase).join("\n")}
  esac
}
_${tree.name}_gates() {
  compadd -- \${(f)"$(\${words[1]} completion --gates 2>/dev/null </dev/null)"}
}
if [ "$funcstack[1]" = "_${tree.name}" ]; then _${tree.name}; else compdef _${tree.name} ${tree.name}; fi`;

  function valueCases({ path, options }: TreeCommand): readonly string[] {
    return options.flatMap(({ names, value }) => {
      if (value === null) return [];
      const pattern = names.map((name) => `'${path} ${name}'`).join(" | ");
      return [`    ${pattern}) ${[...offered(value), "return"].join("; ")} ;;`];
    });
  }

  function commandCase({ path, options, argument, below }: TreeCommand): string {
    const own = options.flatMap(({ names, summary }) => names.map((name) => described(name, summary)));
    const rest =
      below.length > 0
        ? [
            listed(
              "command",
              below.map(({ name, summary }) => described(name, summary)),
            ),
          ]
        : offered(argument);
    const other = rest.length === 0 ? "" : ` else ${rest.join("; ")};`;
    return `    '${path}') if [[ $cur == -* ]]; then ${listed("-o option", own)};${other} fi ;;`;
  }

  function offered(offer: Offer): readonly string[] {
    switch (offer.kind) {
      case "words":
        return [`compadd -- ${offer.words.join(" ")}`];
      case "files":
        return ["_files"];
      case "gates":
        return [`_${tree.name}_gates`];
      case "gates-and-files":
        return [`_${tree.name}_gates`, "_files"];
      case "nothing":
        return [];
    }
  }
}

function listed(what: string, entries: readonly string[]): string {
  return `offers=(${entries.join(" ")}); _describe ${what} offers`;
}

/** A word with what it means. The first colon ends the word. */
function described(word: string, summary: string): string {
  return `'${word}:${summary.replaceAll("'", "'\\''")}'`;
}
