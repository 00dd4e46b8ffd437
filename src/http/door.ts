import type { Addresses } from "../api/gate-body.ts";
import type { TokenDesk } from "../api/tokens.ts";
import type { Controller } from "../control/controller.ts";
import type { Audit, Clock } from "../control/ports.ts";
import type { Log } from "../lib/log.ts";
import type { Authenticator } from "./auth/authenticator.ts";
import type { Rates } from "./rate-limits.ts";

/** What the HTTP door is told when it is built. */
export type HttpConfig = Addresses & {
  readonly version: string;
  /** The server's default environment. */
  readonly environment: string;
  /** Addresses or subnets of the proxies in front of us; empty: `X-Forwarded-For` is not believed. */
  readonly trustProxy: readonly string[];
  readonly rates?: Rates;
};

/** Everything a request may need. */
export type Door = {
  readonly controller: Controller;
  readonly authenticator: Authenticator;
  readonly tokens: TokenDesk;
  readonly audit: Pick<Audit, "append">;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: HttpConfig;
  /** Aborted when the server stops: whoever waits is answered at once. */
  readonly stopping: AbortSignal;
};
