import type { Config } from "./config/config.ts";
import { MINUTE } from "./domain/instant.ts";
import type { Defaults } from "./gatefile/defaults.ts";

/** What gate files mean where they say nothing; the server and the linter of the command line use the same. */
export function parseDefaults(config: Config): Defaults {
  const source = onlyName(config.sources);
  return {
    environment: config.environment,
    server: onlyName(config.unleash),
    source,
    scrapeIntervalMs: (source === null ? undefined : config.sources[source]?.scrapeIntervalMs) ?? MINUTE,
  };
}

function onlyName(named: Readonly<Record<string, unknown>>): string | null {
  const [only, ...others] = Object.keys(named);
  return only === undefined || others.length > 0 ? null : only;
}
