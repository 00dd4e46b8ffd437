#!/usr/bin/env node
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline/promises";
import { isatty as isTerminal } from "node:tty";
import { text as readAll } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { CliContext, Output } from "./cli/context.ts";
import { runCli } from "./cli/run-cli.ts";
import { readEnv } from "./config/env.ts";
import { readText } from "./read-text.ts";
import { saveNew } from "./save-new.ts";
import { STANDALONE } from "./standalone-commands.ts";
import { SYSTEM_CLOCK } from "./system-clock.ts";
import { VERSION } from "./version.ts";

const env = readEnv(process.env);
const stop = new AbortController();
const asked = Promise.withResolvers<string>();
/** Time for a command to end by itself once it is told to. A server winds up for as long as it takes. */
const GRACE_MS = 2_000;
let isServing = false;
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    asked.resolve(signal);
    stop.abort();
    // Most commands only wait for somebody's answer, and hear of nothing else meanwhile.
    if (!isServing) setTimeout(() => process.exit(1), GRACE_MS).unref();
    // A second one means: now.
    process.once(signal, () => process.exit(1));
  });
}

function output(stream: NodeJS.WriteStream, descriptor: number): Output {
  return {
    write: (text) => void stream.write(text),
    isTTY: isTerminal(descriptor),
    columns: isTerminal(descriptor) ? stream.columns : null,
  };
}

const context: CliContext = {
  stdout: output(process.stdout, 1),
  stderr: output(process.stderr, 2),
  stdin: {
    isTTY: isTerminal(0),
    read: () => readAll(process.stdin),
    async ask(question) {
      const lines = createInterface({ input: process.stdin, output: process.stderr });
      try {
        return await lines.question(question, { signal: stop.signal });
      } finally {
        lines.close();
      }
    },
  },
  env: process.env,
  fetch: (url, init) => fetch(url, init),
  clock: {
    ...SYSTEM_CLOCK,
    sleep: (ms, abort) => sleep(ms, undefined, { signal: abort }).catch(() => undefined),
  },
  timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
  stop: stop.signal,
  newKey: () => randomUUID(),
  readText,
  saveNew,
  version: VERSION,
  // What only some commands need is loaded by them alone: a pipeline's `check` then starts three times as fast.
  async serve(configPath) {
    isServing = true;
    const { serve } = await import("./serve.ts");
    return serve({
      configPath,
      env,
      stdout: process.stdout,
      stderr: process.stderr,
      asked: asked.promise,
      onReload: (reload) => void process.on("SIGHUP", reload),
      exit: (code) => process.exit(code),
    });
  },
  async openTokens(storePath, configPath) {
    const { openTokens } = await import("./open-tokens.ts");
    return openTokens(storePath, configPath);
  },
  async lintPath(path) {
    const { lintPath } = await import("./lint-path.ts");
    return lintPath(path, env.configPath);
  },
  standalone: STANDALONE,
};

// A reader that went away (`| head`) is no failure of ours.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit(0);
});
process.exitCode = await runCli(process.argv.slice(2), context);
