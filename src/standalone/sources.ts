import type { Places } from "../cli/standalone/places.ts";
import type { Config } from "../config/config.ts";
import { type Env, readEnv } from "../config/env.ts";
import { formatConfigProblems, parseConfig } from "../config/parse-config.ts";
import { resolveSecrets } from "../config/secrets.ts";
import { SECOND } from "../domain/instant.ts";
import { parseBaseUrl } from "../lib/base-url.ts";
import type { SourceConfig } from "../prometheus/source.ts";
import { readText } from "../read-text.ts";
import { type PeerConfig, alertmanagerConfigs, mapValues, sourceConfigs } from "../source-configs.ts";

/** How the one source is called that a URL names instead of a configuration. */
export const SOURCE_OF_URL = "default";

export type FoundSources =
  | {
      readonly ok: true;
      /** By the names gates use; only `default` where a URL was given. Never empty. */
      readonly sources: Readonly<Record<string, SourceConfig>>;
      /** By the same names; null: silences are not seen. */
      readonly alertmanagers: Readonly<Record<string, PeerConfig | null>>;
    }
  /** What to give instead. */
  | { readonly ok: false; readonly message: string };

/**
 * The sources a command without a server reads: the one of the URL, else all of the configuration. The source of a URL
 * takes secrets as a configured one of that name does: a bearer token from `RAMPART_SOURCE_<NAME>_BEARER_TOKEN`, say.
 */
export async function sourcesFor(places: Places): Promise<FoundSources> {
  const env = readEnv(places.env);
  const found = places.prometheus === null ? await ofFile(env) : ofUrl(places.prometheus);
  if (!found.ok) return found;
  const named = withAlertmanager(found.config, places.alertmanager);
  if (!named.ok) return named;
  const { config } = named;
  // Only what is read needs its secrets: a missing token of Unleash is no reason not to look at metrics.
  const needed = { ...config, unleash: {}, notify: { webhook: null } };
  const resolved = await resolveSecrets(needed, env, readText);
  if (!resolved.ok) return { ok: false, message: resolved.problems.join("\n") };
  const secrets = resolved.secrets.sources;
  return {
    ok: true,
    sources: sourceConfigs(config, secrets),
    alertmanagers: alertmanagerConfigs(config, secrets),
  };
}

type Found =
  | { readonly ok: true; readonly config: Config }
  | { readonly ok: false; readonly message: string };

/** Through the configuration's own reader, for the defaults and for everything else that belongs to a source. */
function ofUrl(url: string): Found {
  const base = parseBaseUrl(url);
  if (!base.ok) return { ok: false, message: `--prometheus ${base.problem}` };
  const parsed = parseConfig(JSON.stringify({ sources: { [SOURCE_OF_URL]: { url } } }), "--prometheus");
  return parsed.ok ? parsed : { ok: false, message: formatConfigProblems(parsed.problems) };
}

/** An Alertmanager given by its URL is that of every source. */
function withAlertmanager(config: Config, url: string | null): Found {
  if (url === null) return { ok: true, config };
  const base = parseBaseUrl(url);
  if (!base.ok) return { ok: false, message: `--alertmanager ${base.problem}` };
  if (/\/api(?:\/v\d)?\/?$/.test(url)) return { ok: false, message: "--alertmanager must end before /api" };
  const tls = { caFile: null, certFile: null, keyFile: null };
  const alertmanager = {
    url,
    timeoutMs: 5 * SECOND,
    headers: {},
    basic: null,
    bearerTokenFile: null,
    ...tls,
  };
  const sources = mapValues(config.sources, (source) => ({ ...source, alertmanager }));
  return { ok: true, config: { ...config, sources } };
}

async function ofFile(env: Env): Promise<Found> {
  const text = await readText(env.configPath);
  if (text === null) {
    const message = `no Prometheus is named: give --prometheus <url>, set PROMETHEUS_URL, or name one under \`sources\` of ${env.configPath} (RAMPART_CONFIG)`;
    return { ok: false, message };
  }
  const parsed = parseConfig(text, env.configPath);
  if (!parsed.ok) return { ok: false, message: formatConfigProblems(parsed.problems) };
  if (Object.keys(parsed.config.sources).length > 0) return parsed;
  const message = `${env.configPath} names no source: give --prometheus <url>, or name one under \`sources\``;
  return { ok: false, message };
}
