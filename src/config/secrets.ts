import type { Config, PeerSettings, SourceSettings, UnleashSettings } from "./config.ts";
import type { Env } from "./env.ts";
import type { Hidden } from "./hidden.ts";
import { createSecretFinder } from "./secret-finder.ts";
import type { ReadText, SecretFinder, TlsSecrets } from "./secret-finder.ts";

export type PeerSecrets = TlsSecrets & {
  readonly password: Hidden | null;
  readonly bearerToken: Hidden | null;
};

export type SourceSecrets = PeerSecrets & {
  /** Null where the source names no Alertmanager. */
  readonly alertmanager: PeerSecrets | null;
};

export type UnleashSecrets = TlsSecrets & {
  readonly token: Hidden;
  /** By environment. */
  readonly clientTokens: Readonly<Record<string, Hidden>>;
};

/** Everything that must not be printed, apart from the configuration so that neither can be taken for the other. */
export type Secrets = {
  readonly sources: Readonly<Record<string, SourceSecrets>>;
  readonly unleash: Readonly<Record<string, UnleashSecrets>>;
  readonly webhook: Hidden | null;
  readonly bootstrap: Hidden | null;
};

export type ResolvedSecrets =
  /** `all` is for the log to strike out. */
  | { readonly ok: true; readonly secrets: Secrets; readonly all: readonly Hidden[] }
  | { readonly ok: false; readonly problems: readonly string[] };

const BOOTSTRAP_MIN_LENGTH = 32;

/** Finds every secret, in files or in the environment, and says everything that is missing at once. */
export async function resolveSecrets(config: Config, env: Env, readText: ReadText): Promise<ResolvedSecrets> {
  const finder = createSecretFinder(env, readText);
  const sources: Record<string, SourceSecrets> = {};
  for (const [name, source] of Object.entries(config.sources)) {
    sources[name] = await sourceSecrets(finder, name, source);
  }
  const unleash: Record<string, UnleashSecrets> = {};
  for (const [name, server] of Object.entries(config.unleash)) {
    const found = await unleashSecrets(finder, name, server, config.environment);
    if (found !== null) unleash[name] = found;
  }
  const webhook = await webhookSecret(finder, config);
  const bootstrap = await bootstrapToken(finder);
  const { problems, found } = finder;
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, secrets: { sources, unleash, webhook, bootstrap }, all: found };
}

async function sourceSecrets(
  finder: SecretFinder,
  name: string,
  source: SourceSettings,
): Promise<SourceSecrets> {
  const at = `sources.${name}`;
  const { alertmanager } = source;
  return {
    ...(await peerSecrets(finder, at, `RAMPART_SOURCE_${shouted(name)}`, source)),
    alertmanager:
      alertmanager === null
        ? null
        : await peerSecrets(
            finder,
            `${at}.alertmanager`,
            `RAMPART_ALERTMANAGER_${shouted(name)}`,
            alertmanager,
          ),
  };
}

async function peerSecrets(
  finder: SecretFinder,
  at: string,
  variable: `RAMPART_${string}`,
  peer: PeerSettings,
): Promise<PeerSecrets> {
  const { basic, bearerTokenFile } = peer;
  return {
    password:
      basic === null
        ? null
        : await finder.need(`${at}.basic.password`, basic.passwordFile, `${variable}_PASSWORD`),
    bearerToken: await finder.find(`${at}.bearerToken`, bearerTokenFile, `${variable}_BEARER_TOKEN`),
    ...(await finder.tls(at, peer)),
  };
}

async function unleashSecrets(
  finder: SecretFinder,
  name: string,
  server: UnleashSettings,
  defaultEnvironment: string,
): Promise<UnleashSecrets | null> {
  const at = `unleash.${name}`;
  const variable = `RAMPART_UNLEASH_${shouted(name)}` as const;
  const token = await finder.need(`${at}.token`, server.tokenFile, `${variable}_TOKEN`);
  const clientTokens: Record<string, Hidden> = {};
  for (const environment of new Set([defaultEnvironment, ...Object.keys(server.clientTokenFiles)])) {
    const found = await finder.find(
      `${at}.clientToken of ${environment}`,
      server.clientTokenFiles[environment] ?? null,
      `${variable}_CLIENT_TOKEN_${shouted(environment)}`,
    );
    if (found !== null) clientTokens[environment] = found;
  }
  const tls = await finder.tls(at, server);
  return token === null ? null : { token, clientTokens, ...tls };
}

function webhookSecret(finder: SecretFinder, config: Config): Promise<Hidden | null> {
  const { webhook } = config.notify;
  return webhook === null
    ? Promise.resolve(null)
    : finder.need("notify.webhook.secret", webhook.secretFile, "RAMPART_WEBHOOK_SECRET");
}

async function bootstrapToken(finder: SecretFinder): Promise<Hidden | null> {
  const token = await finder.find("the bootstrap token", null, "RAMPART_BOOTSTRAP_TOKEN");
  if (token !== null && token.reveal().length < BOOTSTRAP_MIN_LENGTH) {
    finder.complain(`the bootstrap token must have at least ${BOOTSTRAP_MIN_LENGTH} characters`);
  }
  return token;
}

/** `main-eu` in the name of a variable. */
function shouted(name: string): string {
  return name.toUpperCase().replaceAll("-", "_");
}
