/**
 * Runs one command and outlives nobody: when the process that started it is gone, for whatever reason
 * (SIGKILL included), the channel to it closes and the command is stopped.
 *
 *     node guardian.ts <grace in ms> <command> [arguments]
 *
 * The command runs in a process group of its own, so that a Ctrl-C in the terminal reaches only the
 * starter, which then decides in which order things stop.
 */
import { spawn } from "node:child_process";
import { constants } from "node:os";

const [grace, command, ...args] = process.argv.slice(2);
if (grace === undefined || command === undefined) throw new Error("guardian.ts <grace in ms> <command>");
const graceMs = Number(grace);

const child = spawn(command, args, { detached: true, stdio: ["ignore", "inherit", "inherit"] });

child.once("spawn", () => process.send?.({ pid: child.pid }));

child.once("error", (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(127);
});

child.once("exit", (code, signal) => {
  signalGroup("SIGKILL");
  process.exit(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
});

process.once("disconnect", end);
process.once("SIGTERM", end);
process.once("SIGINT", end);

function end(): void {
  child.kill("SIGTERM");
  // A suspended process gets no other signal until it is continued.
  signalGroup("SIGCONT");
  setTimeout(() => signalGroup("SIGKILL"), graceMs);
}

function signalGroup(signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}
