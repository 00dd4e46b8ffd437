import { allCommands, type Offer, type TreeCommand } from "./command-tree.ts";

/** A script for bash 3.2 and newer: `source <(rampart completion bash)`. */
export function bashCompletion(tree: TreeCommand): string {
  const commands = allCommands(tree);
  return `# Completion of ${tree.name} for bash. Load it with: source <(${tree.name} completion bash)
_${tree.name}() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD - 1]}" line=${tree.name} i IFS=$'\\n'
  # "--for=advance" comes as three words.
  if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev="\${COMP_WORDS[COMP_CWORD - 2]}"; fi
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "$line \${COMP_WORDS[i]}" in
${pathsOf(commands)}
    esac
  done
  COMPREPLY=()
  case "$line $prev" in
${commands.flatMap(valueCases).join("\n")}
  esac
  case "$line" in
${commands.map(commandCase).join("\n")}
  esac
}
_${tree.name}_words() {
  COMPREPLY=($(compgen -W "\${1// /$'\\n'}" -- "$cur"))
}
_${tree.name}_files() {
  compopt -o filenames 2>/dev/null
  COMPREPLY+=($(compgen -f -- "$cur"))
}
_${tree.name}_gates() {
  COMPREPLY+=($(compgen -W "$("\${COMP_WORDS[0]}" completion --gates 2>/dev/null </dev/null)" -- "$cur"))
}
complete -F _${tree.name} ${tree.name} ./${tree.name}`;

  function valueCases(command: TreeCommand): readonly string[] {
    return command.options.flatMap(({ names, value }) => {
      if (value === null) return [];
      const pattern = names.map((name) => `'${command.path} ${name}'`).join(" | ");
      return [`    ${pattern}) ${[...offered(value), "return"].join("; ")} ;;`];
    });
  }

  function commandCase({ path, options, argument, below }: TreeCommand): string {
    const names = options.flatMap((option) => option.names).join(" ");
    const words = below.map(({ name }) => name);
    const rest = words.length > 0 ? offered({ kind: "words", words }) : offered(argument);
    const other = rest.length === 0 ? "" : `else ${rest.join("; ")}; `;
    return `    '${path}') if [[ $cur == -* ]]; then _${tree.name}_words '${names}'; ${other}fi ;;`;
  }

  function offered(offer: Offer): readonly string[] {
    switch (offer.kind) {
      case "words":
        return [`_${tree.name}_words '${offer.words.join(" ")}'`];
      case "files":
        return [`_${tree.name}_files`];
      case "gates":
        return [`_${tree.name}_gates`];
      case "gates-and-files":
        return [`_${tree.name}_gates`, `_${tree.name}_files`];
      case "nothing":
        return [];
    }
  }
}

/** Words that lead to a command; anything else is an argument, a value or an option. */
function pathsOf(commands: readonly TreeCommand[]): string {
  const paths = commands.slice(1).map(({ path }) => `'${path}'`);
  return `      ${paths.join(" | ")}) line="$line \${COMP_WORDS[i]}" ;;`;
}
