import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { forbiddenAddressError, guardedLookup, isForbiddenAddress } from "../lib/forbidden-address.ts";

export type Tls = {
  /** PEM. `ca` replaces the system's authorities; `cert` and `key` are our own identity. */
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
};

export type SdkAgent = {
  /** What the SDK calls for every connection, also for one that a redirect asks for. */
  forUrl(url: URL): HttpAgent;
  close(): void;
};

/** Connections of one SDK: to its configured origin only, never through a proxy of the environment, certificates verified. */
export function createSdkAgent(origin: string, tls: Tls): SdkAgent {
  const shared = { keepAlive: true, lookup: guardedLookup() };
  const agent = origin.startsWith("https:")
    ? new HttpsAgent({ ...shared, ...tls, rejectUnauthorized: true })
    : new HttpAgent(shared);
  return {
    forUrl(url) {
      if (url.origin !== origin) throw new Error(`redirected to another server, ${url.host}`);
      if (isForbiddenAddress(url.hostname)) throw forbiddenAddressError(url.hostname);
      return agent;
    },
    close: () => agent.destroy(),
  };
}
