import type { Config, PeerSettings } from "./config/config.ts";
import type { PeerSecrets, SourceSecrets, UnleashSecrets } from "./config/secrets.ts";
import type { Auth } from "./lib/credentials.ts";
import type { SourceConfig } from "./prometheus/source.ts";

/** How a peer that takes a password or a bearer token is reached. */
export type PeerConfig = Pick<SourceConfig, "url" | "timeoutMs" | "headers" | "auth" | "ca" | "cert" | "key">;

type Given = Pick<Config, "sources">;
type Secrets = Readonly<Record<string, SourceSecrets>>;

/** Every source of the configuration as its adapter wants it, with its secrets. */
export function sourceConfigs(config: Given, secrets: Secrets): Readonly<Record<string, SourceConfig>> {
  return mapValues(config.sources, (source, name) => ({
    ...peerConfig(source, secrets[name]),
    scrapeIntervalMs: source.scrapeIntervalMs,
  }));
}

/** The Alertmanager of every source, by the name of the source; null where none is named. */
export function alertmanagerConfigs(
  config: Given,
  secrets: Secrets,
): Readonly<Record<string, PeerConfig | null>> {
  return mapValues(config.sources, ({ alertmanager }, name) =>
    alertmanager === null ? null : peerConfig(alertmanager, secrets[name]?.alertmanager ?? undefined),
  );
}

function peerConfig(peer: PeerSettings, secrets: PeerSecrets | undefined): PeerConfig {
  return {
    url: peer.url,
    timeoutMs: peer.timeoutMs,
    headers: peer.headers,
    auth: authOf(peer, secrets),
    ...tlsOf(secrets),
  };
}

function authOf({ basic }: PeerSettings, secrets: PeerSecrets | undefined): Auth {
  const password = secrets?.password ?? null;
  const bearer = secrets?.bearerToken ?? null;
  if (basic !== null && password !== null) {
    return { kind: "basic", username: basic.username, password: password.source() };
  }
  return bearer === null ? { kind: "none" } : { kind: "bearer", token: bearer.source() };
}

export function tlsOf(secrets: PeerSecrets | UnleashSecrets | undefined) {
  return {
    ca: secrets?.ca ?? undefined,
    cert: secrets?.cert ?? undefined,
    key: secrets?.key?.reveal(),
  };
}

export function mapValues<From, To>(
  from: Readonly<Record<string, From>>,
  convert: (value: From, name: string) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, convert(value, name)]));
}
