import { InMemStorageProvider, Unleash, UnleashEvents } from "unleash-client";
import type { Clock } from "../control/ports.ts";
import { SECOND, type Instant, type Millis } from "../domain/instant.ts";
import { authorizationOf, type Secret } from "../lib/credentials.ts";
import { createSdkAgent, type Tls } from "./sdk-agent.ts";

export type SdkClientOptions = {
  /** Of the server, before `/api`. */
  readonly url: string;
  readonly environment: string;
  /** A backend token of this environment. */
  readonly token: Secret;
  readonly refreshMs: Millis;
  readonly timeoutMs: Millis;
  readonly tls: Tls;
  readonly clock: Clock;
};

/** The SDK's own definition of a flag; undefined: the environment has no such flag, or it is archived. */
export type SdkView =
  | {
      readonly kind: "synchronised";
      readonly at: Instant;
      definition(flag: string): unknown;
      isOn(flag: string): boolean;
    }
  | { readonly kind: "unknown"; readonly detail: string };

export type SdkClient = { view(): SdkView; close(): void };

/** One life of the SDK, from its creation until it is replaced. */
type Life = {
  readonly unleash: Unleash;
  readonly startedAt: Millis;
  synced: { readonly at: Instant; readonly elapsed: Millis } | null;
  /** Whether a poll came to a bad end since the last good one. */
  hasFailed: boolean;
  problem: string;
};

const APP_NAME = "rampart";
/** With less the SDK's own repetition of failed polls is set up wrong, and it never polls at all. */
const LEAST_TIMEOUT_MS: Millis = SECOND;

/**
 * An SDK that does not give up. Left to itself the SDK stops polling for good after one 401 or 403, and after failures
 * waits up to eleven intervals; here it is replaced whenever it has not synchronised for too long. It sends no metrics
 * and no registration, so that the team's own numbers stay theirs, and keeps nothing on disk, so that nothing old is served.
 */
export function createSdkClient(options: SdkClientOptions): SdkClient {
  const { clock, refreshMs } = options;
  const timeoutMs = Math.max(LEAST_TIMEOUT_MS, options.timeoutMs);
  const staleAfterMs = 3 * refreshMs + timeoutMs;
  // The SDK repeats a failed poll twice, after pauses, before it says that it failed.
  const wholePollMs = 3 * timeoutMs + 4 * SECOND;
  const agent = createSdkAgent(new URL(options.url).origin, options.tls);
  let life = begin();
  const watch = setInterval(replaceIfSilent, refreshMs);
  watch.unref();

  function begin(): Life {
    const unleash = new Unleash({
      appName: APP_NAME,
      environment: options.environment,
      url: `${options.url.replace(/\/+$/, "")}/api`,
      refreshInterval: refreshMs,
      timeout: timeoutMs,
      disableMetrics: true,
      skipInstanceCountWarning: true,
      disableAutoStart: true,
      storageProvider: new InMemStorageProvider(),
      customHeadersFunction: headers,
      httpOptions: { agent: (url) => agent.forUrl(url), rejectUnauthorized: true },
    });
    const begun: Life = {
      unleash,
      startedAt: clock.elapsed(),
      synced: null,
      hasFailed: false,
      problem: "no answer yet",
    };
    const synced = (): void => {
      begun.synced = { at: clock.now(), elapsed: clock.elapsed() };
      begun.hasFailed = false;
    };
    const failed = (error: unknown): void => {
      begun.problem = error instanceof Error ? error.message : String(error);
      begun.hasFailed = true;
    };
    unleash.on(UnleashEvents.Changed, synced);
    unleash.on(UnleashEvents.Unchanged, synced);
    unleash.on(UnleashEvents.Error, failed);
    unleash.on(UnleashEvents.Warn, failed);
    unleash.start().catch(failed);
    return begun;
  }

  async function headers(): Promise<Record<string, string>> {
    const authorization = await authorizationOf({ kind: "token", token: options.token });
    if (!authorization.ok) throw new Error(authorization.problem);
    const token = authorization.header ?? "";
    const environment = environmentOf(token);
    if (environment !== null && environment !== options.environment) {
      throw new Error(`the token is for environment ${environment}, not ${options.environment}`);
    }
    return { authorization: token };
  }

  function silentMs(): Millis {
    return clock.elapsed() - (life.synced?.elapsed ?? life.startedAt);
  }

  function replaceIfSilent(): void {
    // A new life is given the whole time again, so a server that refuses is not asked more often than that.
    const patienceMs = life.hasFailed ? staleAfterMs : staleAfterMs + wholePollMs;
    if (silentMs() <= patienceMs) return;
    const { problem } = life;
    end(life.unleash);
    life = begin();
    life.problem = problem;
  }

  return {
    view() {
      const { synced, unleash, problem } = life;
      if (synced === null) return { kind: "unknown", detail: `the SDK has not synchronised: ${problem}` };
      if (silentMs() > staleAfterMs)
        return { kind: "unknown", detail: `the SDK stopped synchronising: ${problem}` };
      return {
        kind: "synchronised",
        at: synced.at,
        definition: (flag) => unleash.getFeatureToggleDefinition(flag),
        // The fallback speaks only in the instant before the SDK calls itself ready.
        isOn: (flag) =>
          unleash.getFeatureToggleDefinition(flag) !== undefined && unleash.isEnabled(flag, {}, true),
      };
    },
    close() {
      clearInterval(watch);
      end(life.unleash);
      agent.close();
    },
  };
}

/**
 * The SDK drops all its listeners when it is destroyed, and a poll that fails afterwards would emit `error` to nobody,
 * which ends the process.
 */
function end(unleash: Unleash): void {
  unleash.destroy();
  unleash["repository"].on(UnleashEvents.Error, () => undefined);
}

/** Backend tokens read `<projects>:<environment>.<secret>`; null for one of another form. */
function environmentOf(token: string): string | null {
  return /^[^:]+:(?<environment>[^.:]+)\./.exec(token)?.groups?.["environment"] ?? null;
}
