import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { plainEnvironment } from "../../demo/peers/plain-environment.ts";

export type CliOptions = {
  /** Null: nobody. */
  readonly token?: string | null;
  readonly url?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
};

export type CliRun = {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
};

/** Runs the program with these arguments, not on a terminal, until it ends. */
export async function runCommandLine(
  program: string,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliRun> {
  const child = startCommandLine(program, args, options);
  child.stdin.end(options.input ?? "");
  const ended = once(child, "close");
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code] = (await ended) as [number | null];
  return { code, stdout, stderr };
}

/** The same, left running. */
export function startCommandLine(program: string, args: readonly string[], options: CliOptions = {}) {
  const { token, url, env } = options;
  return spawn(process.execPath, ["--disable-proto=delete", program, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {
      ...plainEnvironment(),
      ...(url === undefined ? {} : { RAMPART_URL: url }),
      ...(token === undefined || token === null ? {} : { RAMPART_TOKEN: token }),
      ...env,
    },
  });
}
