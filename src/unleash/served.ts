import type { Clock, Served } from "../control/ports.ts";
import type { FlagTarget } from "../domain/gate.ts";
import { SECOND, type Millis } from "../domain/instant.ts";
import type { Secret } from "../lib/credentials.ts";
import { nameStrategies, parsePayload } from "./payload.ts";
import type { Tls } from "./sdk-agent.ts";
import { createSdkClient, type SdkClient } from "./sdk-client.ts";
import type { Sightings } from "./sightings.ts";

/** A flag that stops every increase in the environments where it is on. */
export const STOP_FLAG = "rampart.stop";

const DEFAULT_REFRESH_MS: Millis = 15 * SECOND;
const DEFAULT_TIMEOUT_MS: Millis = 5 * SECOND;

export type ServedServer = Tls & {
  /** Base of the server, or of an Edge before it, without `/api`. */
  readonly url: string;
  /** Backend tokens, by environment. */
  readonly tokens: Readonly<Record<string, Secret>>;
  readonly refreshMs?: Millis | undefined;
  readonly timeoutMs?: Millis | undefined;
};

export type ServedOptions = {
  /** By the names that gates use. */
  readonly servers: Readonly<Record<string, ServedServer>>;
  readonly clock: Clock;
  /** Those that `createFlags` fills. */
  readonly sightings: Sightings;
};

/** What applications see, through the SDK they use: one client per server and environment, polling from now on. */
export function createServed({ servers, clock, sightings }: ServedOptions): Served & { close(): void } {
  const clients = new Map<string, ReadonlyMap<string, SdkClient>>(
    Object.entries(servers).map(([name, server]) => [name, clientsOf(server, clock)]),
  );
  const clientOf = ({ server, environment }: FlagTarget): SdkClient | undefined =>
    clients.get(server)?.get(environment);

  return {
    async observe(target) {
      const client = clientOf(target);
      if (client === undefined) {
        const place = `environment ${target.environment} of Unleash server "${target.server}"`;
        return { kind: "unknown", detail: `no backend token is configured for ${place}` };
      }
      const view = client.view();
      if (view.kind === "unknown") return view;
      const definition = view.definition(target.name);
      if (definition === undefined) return { kind: "seen", enabled: false, strategies: [], at: view.at };
      const payload = parsePayload(definition);
      if (payload === null) return { kind: "unknown", detail: "the SDK holds a flag of an unknown form" };
      const known = sightings.last(target);
      if (known === null) return { kind: "unknown", detail: "the flag was not read from the admin API yet" };
      const strategies = nameStrategies(payload, known);
      if (strategies === null) {
        return {
          kind: "unknown",
          detail: "the SDK still evaluates a strategy that the admin API does not show",
        };
      }
      return { kind: "seen", enabled: payload.enabled, strategies, at: view.at };
    },

    stopSwitch(target) {
      const view = clientOf(target)?.view();
      if (view === undefined || view.kind === "unknown") return "unknown";
      return view.isOn(STOP_FLAG) ? "on" : "off";
    },

    close() {
      for (const byEnvironment of clients.values()) {
        for (const client of byEnvironment.values()) client.close();
      }
    },
  };
}

function clientsOf(server: ServedServer, clock: Clock): ReadonlyMap<string, SdkClient> {
  const { url, tokens, refreshMs, timeoutMs, ...tls } = server;
  return new Map(
    Object.entries(tokens).map(([environment, token]) => [
      environment,
      createSdkClient({
        url,
        environment,
        token,
        refreshMs: refreshMs ?? DEFAULT_REFRESH_MS,
        timeoutMs: timeoutMs ?? DEFAULT_TIMEOUT_MS,
        tls,
        clock,
      }),
    ]),
  );
}
