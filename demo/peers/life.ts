import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const GUARDIAN = fileURLToPath(new URL("guardian.ts", import.meta.url));
const KEPT_OUTPUT = 16_000;

export type Command = {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the command. Default: that of this process. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
};

/** One run of a command, from its start to its end. */
export type Life = {
  /** Of the command itself, not of its guardian. */
  readonly pid: number;
  /** The exit code, 128 + n after signal n; null while it runs. */
  exitCode(): number | null;
  readonly ended: Promise<void>;
  /** The last lines it wrote to stdout and stderr. */
  output(): string;
  /** To the command and everything it started in its process group. */
  signalGroup(signal: NodeJS.Signals): void;
  /** To the command alone. */
  signal(signal: NodeJS.Signals): void;
};

/** Starts a command under a guardian that stops it when this process goes away. */
export async function begin(run: Command): Promise<Life> {
  const guardian = spawn(process.execPath, [GUARDIAN, String(run.graceMs), run.command, ...run.args], {
    // A session of its own: signals typed in the terminal must not reach it before its starter acts.
    detached: true,
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    ...(run.env === undefined ? {} : { env: { ...run.env } }),
    ...(run.cwd === undefined ? {} : { cwd: run.cwd }),
  });

  let output = "";
  let exitCode: number | null = null;
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-KEPT_OUTPUT);
  };
  guardian.stdout?.on("data", keep);
  guardian.stderr?.on("data", keep);

  const ended = new Promise<void>((resolve) => {
    // `close` comes after the last output, `exit` may come before it.
    guardian.once("close", (code) => {
      exitCode = code ?? 128;
      resolve();
    });
  });

  const pid = await new Promise<number>((resolve, reject) => {
    guardian.once("message", (message) => resolve((message as { pid: number }).pid));
    guardian.once("error", reject);
    guardian.once("close", () => reject(new Error(`${run.command} did not start: ${output.trim()}`)));
  });

  const send = (target: number, signal: NodeJS.Signals): void => {
    // Once the command is reaped its number may belong to somebody else.
    if (exitCode !== null || guardian.exitCode !== null) return;
    try {
      process.kill(target, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
    }
  };

  return {
    pid,
    exitCode: () => exitCode,
    ended,
    output: () => output,
    signal: (signal) => send(pid, signal),
    signalGroup: (signal) => send(-pid, signal),
  };
}
