const PURPOSES = ["test", "demo", "ci", "faults", "check"];
const USAGE = `usage: node scripts/setup.mjs [--for ${PURPOSES.join("|")}] -- <command> [arguments]`;

/** Everything after the first `--` is the command; what npm appends lands there too. */
export function parseArguments(argv) {
  const split = argv.indexOf("--");
  if (split === -1) return { problem: USAGE };

  const options = argv.slice(0, split);
  const command = argv.slice(split + 1);
  if (command.length === 0) return { problem: `no command after --\n${USAGE}` };
  if (options.length === 0) return { purpose: "test", command };

  const [name, purpose, ...rest] = options;
  if (name !== "--for" || rest.length > 0)
    return { problem: `unknown option ${options.join(" ")}\n${USAGE}` };
  if (!PURPOSES.includes(purpose)) return { problem: `unknown purpose ${purpose}\n${USAGE}` };
  return { purpose, command };
}
