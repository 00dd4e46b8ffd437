import { EventEmitter, once } from "node:events";

import { InMemStorageProvider, Unleash } from "unleash-client";

import type { ExposureDecider } from "./exposure-decider.ts";

export type UnleashSettings = {
  /** Ends in /api. */
  readonly url: string;
  readonly token: string;
  readonly appName: string;
  readonly environment: string;
  readonly refreshMs: number;
  readonly flag: string;
  /** How long to wait for the first answer of the server. */
  readonly readyWithinMs: number;
  /** Hears of every trouble with the server; the last known state stays in force. */
  readonly onTrouble: (problem: string) => void;
};

/** Asks the real SDK, which polls the server and decides by itself. Null when the server never answered. */
export async function connectUnleash(settings: UnleashSettings): Promise<ExposureDecider | null> {
  const { flag } = settings;
  const unleash = new Unleash({
    url: settings.url,
    appName: settings.appName,
    environment: settings.environment,
    customHeaders: { Authorization: settings.token },
    refreshInterval: settings.refreshMs,
    // No backup file: a restarted shop must not wake up with a percentage from before it slept.
    storageProvider: new InMemStorageProvider(),
    skipInstanceCountWarning: true,
  });
  unleash.on("error", (error: Error) => settings.onTrouble(error.message));
  unleash.on("warn", (message: unknown) => settings.onTrouble(String(message)));

  if (!(await isReady(unleash, settings.readyWithinMs))) {
    leave(unleash);
    return null;
  }
  return {
    isOn: (orderId) => unleash.isEnabled(flag, { properties: { orderId } }, false),
    knownPercent: () => rolloutPercent(unleash, flag),
    close: async () => {
      await unleash.flushMetrics();
      leave(unleash);
    },
  };
}

async function isReady(unleash: Unleash, withinMs: number): Promise<boolean> {
  // The SDK's own timers do not keep the process alive; this one does until the first answer.
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), withinMs);
  try {
    await once(unleash, "synchronized", { signal: patience.signal });
    return true;
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}

function leave(unleash: Unleash): void {
  unleash.destroy();
  // The SDK drops its listeners although a poll may be under way; an "error" of that poll, heard by nobody,
  // would end the process.
  const repository: unknown = Reflect.get(unleash, "repository");
  if (repository instanceof EventEmitter) repository.on("error", () => undefined);
}

function rolloutPercent(unleash: Unleash, flag: string): number | null {
  const definition = unleash.getFeatureToggleDefinition(flag);
  if (definition === undefined) return null;
  if (!definition.enabled) return 0;
  const rollout = (definition.strategies ?? []).find(({ name }) => name === "flexibleRollout");
  const percent = Number(rollout?.parameters?.["rollout"]);
  return Number.isFinite(percent) ? percent : null;
}
