import { startApp } from "./app.ts";
import type { Env } from "./config/env.ts";
import { formatConfigProblems, parseConfig } from "./config/parse-config.ts";
import { resolveSecrets } from "./config/secrets.ts";
import { type LogLevel, createLog } from "./lib/log.ts";
import { readText } from "./read-text.ts";

export type ServeParts = {
  readonly configPath: string;
  readonly env: Env;
  readonly stdout: { write(text: string): void };
  readonly stderr: { write(text: string): void };
  /** Resolves when the process is asked to stop. */
  readonly asked: Promise<string>;
  /** Calls back whenever the process is told to read the gate files again. */
  readonly onReload: (reload: () => void) => void;
  /** Ends the process at once with this code: a failure after which no promise can be kept. */
  readonly exit: (code: number) => void;
};

/** Runs the service until it is asked to stop. Exit code 0 after an orderly end, 1 for a failure, 2 for a wrong configuration. */
export async function serve(parts: ServeParts): Promise<number> {
  const { configPath, env, stderr } = parts;
  const text = await readText(configPath);
  if (text === null) return refuse(stderr, `${configPath} cannot be read`);
  const parsed = parseConfig(text, configPath);
  if (!parsed.ok) return refuse(stderr, formatConfigProblems(parsed.problems));
  const { config } = parsed;
  const resolved = await resolveSecrets(config, env, readText);
  if (!resolved.ok) return refuse(stderr, resolved.problems.join("\n"));

  const { log, always, hide } = createLog({
    level: config.log.level satisfies LogLevel,
    destination: parts.stdout,
  });
  for (const secret of resolved.all) hide(secret.reveal());
  const started = await startApp({
    config,
    secrets: resolved.secrets,
    log,
    always,
    onFatal(error) {
      log.error({ err: error }, "the process cannot go on");
      parts.exit(1);
    },
  });
  if (!started.ok) return refuse(stderr, started.message, 1);
  const { app } = started;
  parts.onReload(() => {
    app
      .reload()
      .catch((error: unknown) => log.error({ err: error }, "the gate files could not be read again"));
  });
  log.info({ why: await parts.asked }, "stopping");
  await app.stop();
  return 0;
}

function refuse(stderr: ServeParts["stderr"], message: string, code = 2): number {
  stderr.write(`${message}\n`);
  return code;
}
