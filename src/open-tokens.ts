import { randomBytes } from "node:crypto";
import type { OpenedTokens } from "./cli/context.ts";
import { parseConfig } from "./config/parse-config.ts";
import { createTokenDesk } from "./http/auth/token-desk.ts";
import { openStore } from "./store/open-store.ts";
import { readText } from "./read-text.ts";
import { SYSTEM_CLOCK } from "./system-clock.ts";

/** The token desk of a server that does not run: while it runs it holds its store alone. */
export async function openTokens(storePath: string, configPath: string): Promise<OpenedTokens> {
  const text = await readText(configPath);
  const parsed = text === null ? null : parseConfig(text, configPath);
  if (parsed === null || !parsed.ok) {
    return {
      ok: false,
      message: `${configPath} cannot be ${parsed === null ? "read" : "used"}; it names the people`,
    };
  }
  const { config } = parsed;
  const opened = await openStore({
    path: storePath,
    clock: SYSTEM_CLOCK,
    randomBytes,
    onFatal: () => undefined,
  });
  if (!opened.ok) return { ok: false, message: opened.message };
  const desk = createTokenDesk({
    tokens: opened.store,
    people: () => config.people,
    clock: SYSTEM_CLOCK,
    random: randomBytes,
    environment: config.environment,
  });
  return { ok: true, desk, close: () => opened.store.close() };
}
