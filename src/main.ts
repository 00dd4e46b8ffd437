#!/usr/bin/env node
import { readEnv } from "./config/env.ts";
import { serve } from "./serve.ts";

const stop = Promise.withResolvers<string>();
for (const signal of ["SIGTERM", "SIGINT"] as const) {
  process.once(signal, () => {
    stop.resolve(signal);
    // A second one means: now.
    process.once(signal, () => process.exit(1));
  });
}
const at = process.argv.indexOf("--config");
process.exitCode = await serve({
  configPath: process.argv[at + 1] ?? "",
  env: readEnv(process.env),
  stdout: process.stdout,
  stderr: process.stderr,
  asked: stop.promise,
  exit: (code) => process.exit(code),
});
