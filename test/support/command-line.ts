import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { plainEnvironment } from "../../demo/peers/plain-environment.ts";
import { runCli } from "../../src/cli/run-cli.ts";
import { readEnv } from "../../src/config/env.ts";
import { lintPath } from "../../src/lint-path.ts";
import { openTokens } from "../../src/open-tokens.ts";
import { readText } from "../../src/read-text.ts";
import { saveNew } from "../../src/save-new.ts";
import { STANDALONE } from "../../src/standalone-commands.ts";
import { SYSTEM_CLOCK } from "../../src/system-clock.ts";
import { VERSION } from "../../src/version.ts";

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

/**
 * Runs a command in this process, not on a terminal: all of the program but its first file, without the second of work that a
 * process of its own takes to start.
 */
export async function runHere(args: readonly string[], options: CliOptions = {}): Promise<CliRun> {
  const env = environmentOf(options);
  const said = { stdout: "", stderr: "" };
  const output = (to: keyof typeof said) => ({
    write: (more: string) => void (said[to] += more),
    isTTY: false,
    columns: null,
  });
  const code = await runCli(args, {
    stdout: output("stdout"),
    stderr: output("stderr"),
    stdin: {
      isTTY: false,
      read: () => Promise.resolve(options.input ?? ""),
      ask: () => Promise.reject(new Error("nobody is there to be asked")),
    },
    env,
    fetch: globalThis.fetch,
    clock: { ...SYSTEM_CLOCK, sleep: (ms) => sleep(ms) },
    timeZone: "UTC",
    stop: new AbortController().signal,
    newKey: () => randomUUID(),
    readText,
    saveNew,
    version: VERSION,
    serve: () => Promise.reject(new Error("a server is a process of its own")),
    openTokens,
    lintPath: (path) => lintPath(path, readEnv(env).configPath),
    standalone: STANDALONE,
  });
  return { code, ...said };
}

/** Starts the program with these arguments, not on a terminal. */
export function startCommandLine(program: string, args: readonly string[], options: CliOptions = {}) {
  return spawn(process.execPath, ["--disable-proto=delete", program, ...args], {
    stdio: ["pipe", "pipe", "pipe"],
    env: environmentOf(options),
  });
}

function environmentOf({ token, url, env }: CliOptions): Record<string, string> {
  return {
    ...plainEnvironment(),
    ...(url === undefined ? {} : { RAMPART_URL: url }),
    ...(token === undefined || token === null ? {} : { RAMPART_TOKEN: token }),
    ...env,
  };
}
