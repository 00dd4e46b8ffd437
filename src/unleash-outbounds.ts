import type { Config } from "./config/config.ts";
import type { UnleashSecrets } from "./config/secrets.ts";
import { createOutbound, type Outbound } from "./lib/outbound.ts";
import { mapValues, tlsOf } from "./source-configs.ts";

/** The admin API of every Unleash server of the configuration, by name, each with its own token. */
export function adminOutbounds(
  config: Pick<Config, "unleash">,
  secrets: Readonly<Record<string, UnleashSecrets>>,
): Readonly<Record<string, Outbound>> {
  return mapValues(config.unleash, (server, name) => adminOutbound(server, secrets[name]));
}

function adminOutbound(server: Config["unleash"][string], secrets: UnleashSecrets | undefined): Outbound {
  return createOutbound({
    baseUrl: server.url,
    timeoutMs: server.timeoutMs,
    auth: secrets === undefined ? { kind: "none" } : { kind: "token", token: secrets.token.source() },
    ...tlsOf(secrets),
  });
}
