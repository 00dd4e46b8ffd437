import type { Readable } from "node:stream";
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

/** What came of asking for a copy of the store. */
export type TakenBackup =
  | {
      readonly kind: "taken";
      readonly bytes: number;
      /** Of the content, in hex. */
      readonly sha256: string;
      readonly content: Readable;
    }
  /** One is being made: each holds everything else up for a while. */
  | { readonly kind: "busy" }
  | { readonly kind: "failed"; readonly message: string };

export type Backups = { take(): Promise<TakenBackup> };

/** Everything a request may need. */
export type Door = {
  readonly controller: Controller;
  readonly authenticator: Authenticator;
  readonly tokens: TokenDesk;
  readonly audit: Pick<Audit, "append">;
  readonly backups: Backups;
  readonly clock: Clock;
  readonly log: Log;
  readonly config: HttpConfig;
  /** Aborted when the server stops: whoever waits is answered at once. */
  readonly stopping: AbortSignal;
};
