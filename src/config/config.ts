import type { Millis } from "../domain/instant.ts";
import { listenUrl } from "./listen.ts";
import type { Listen } from "./listen.ts";
import type { ConfigFile } from "./schema.ts";

/** Paths of PEM files. */
export type TlsFiles = {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
};

/** A peer that takes a password or a bearer token. Secrets are not here, only where they are kept. */
export type PeerSettings = TlsFiles & {
  readonly url: string;
  readonly timeoutMs: Millis;
  readonly headers: Readonly<Record<string, string>>;
  readonly basic: { readonly username: string; readonly passwordFile: string | null } | null;
  readonly bearerTokenFile: string | null;
};

/** A Prometheus, or what speaks its query API. */
export type SourceSettings = PeerSettings & {
  /** Where people open it; links are built from it. */
  readonly publicUrl: string;
  readonly scrapeIntervalMs: Millis;
  /** Where its alerts are silenced; null: silences are not seen. */
  readonly alertmanager: PeerSettings | null;
};

export type UnleashSettings = TlsFiles & {
  readonly url: string;
  readonly tokenFile: string | null;
  /** By environment. */
  readonly clientTokenFiles: Readonly<Record<string, string>>;
  readonly refreshMs: Millis;
  readonly timeoutMs: Millis;
};

export type Person = {
  readonly name: string;
  readonly groups: readonly string[];
  /** Addresses under which the person commits gate files. */
  readonly git: readonly string[];
};

export type Config = {
  /** Environment meant where nothing else is said. */
  readonly environment: string;
  readonly http: {
    readonly listen: Listen;
    /** Where people reach this server; links are built from it. */
    readonly url: string;
    readonly trustProxy: readonly string[];
  };
  readonly metrics: { readonly listen: Listen };
  readonly store: { readonly path: string };
  readonly gates: { readonly path: string };
  /** The key that signs the heads of the audit; null: the one beside the store. */
  readonly audit: { readonly keyFile: string | null };
  readonly sources: Readonly<Record<string, SourceSettings>>;
  readonly unleash: Readonly<Record<string, UnleashSettings>>;
  readonly people: readonly Person[];
  readonly notify: {
    readonly webhook: { readonly url: string; readonly secretFile: string | null } | null;
  };
  readonly log: { readonly level: "debug" | "info" | "warn" | "error" };
};

export function configOf(file: ConfigFile): Config {
  const { environment, http, notify } = file;
  return {
    environment,
    http: {
      listen: http.listen,
      url: (http.url ?? listenUrl(http.listen)).replace(/\/+$/, ""),
      trustProxy: http.trustProxy,
    },
    metrics: file.metrics,
    store: file.store,
    gates: file.gates,
    audit: { keyFile: file.audit.keyFile ?? null },
    sources: mapValues(file.sources, sourceOf),
    unleash: mapValues(file.unleash, (server) => unleashOf(server, environment)),
    people: file.people,
    notify: {
      webhook:
        notify.webhook === undefined
          ? null
          : { url: notify.webhook.url, secretFile: notify.webhook.secretFile ?? null },
    },
    log: file.log,
  };
}

type SourceFile = ConfigFile["sources"][string];

function sourceOf(source: SourceFile): SourceSettings {
  return {
    ...peerOf(source),
    publicUrl: source.publicUrl ?? source.url,
    scrapeIntervalMs: source.scrapeInterval,
    alertmanager: source.alertmanager === undefined ? null : peerOf(source.alertmanager),
  };
}

function peerOf(peer: SourceFile | NonNullable<SourceFile["alertmanager"]>): PeerSettings {
  return {
    url: peer.url,
    timeoutMs: peer.timeout,
    headers: peer.headers,
    basic:
      peer.basic === undefined
        ? null
        : { username: peer.basic.username, passwordFile: peer.basic.passwordFile ?? null },
    bearerTokenFile: peer.bearerTokenFile ?? null,
    ...tlsOf(peer),
  };
}

function unleashOf(server: ConfigFile["unleash"][string], environment: string): UnleashSettings {
  const { clientTokenFile } = server;
  return {
    url: server.url,
    tokenFile: server.tokenFile ?? null,
    // A client token belongs to one environment; a single path is that of the default one.
    clientTokenFiles:
      typeof clientTokenFile === "string" ? { [environment]: clientTokenFile } : (clientTokenFile ?? {}),
    refreshMs: server.refresh,
    timeoutMs: server.timeout,
    ...tlsOf(server),
  };
}

function tlsOf(file: {
  caFile?: string | undefined;
  certFile?: string | undefined;
  keyFile?: string | undefined;
}): TlsFiles {
  return { caFile: file.caFile ?? null, certFile: file.certFile ?? null, keyFile: file.keyFile ?? null };
}

function mapValues<From, To>(
  from: Readonly<Record<string, From>>,
  convert: (value: From) => To,
): Readonly<Record<string, To>> {
  return Object.fromEntries(Object.entries(from).map(([name, value]) => [name, convert(value)]));
}
