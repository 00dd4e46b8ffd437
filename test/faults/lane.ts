import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { RampartClient } from "../../demo/rampart.ts";
import { type FakePrometheus, startFakePrometheus } from "../support/fake-prometheus.ts";
import { type RunOptions, type RunningService, startService } from "../support/running-service.ts";
import { rampGate } from "../support/service-gates.ts";
import { type ShopSignals, shopSignals } from "../support/shop-signals.ts";
import { type FaultProxy, startFaultProxy } from "./fault-proxy.ts";
import type { Declared } from "./laws.ts";
import type { Surroundings } from "./surroundings.ts";

/** Far longer than anything here takes on a machine that is not overloaded; whoever waits for so long waits for ever. */
const PATIENCE_MS = 180_000;
const DAY_SECONDS = 86_400;

export type LaneGate = Declared & {
  /** Default: what `steps` and `holdMs` say. */
  readonly text?: string;
};

export type LaneOptions = {
  readonly gates: readonly LaneGate[];
  readonly storeFolder?: string;
  readonly run?: RunOptions;
};

/** One service of its own on real flags, with every wire of it in our hand. */
export type Lane = {
  readonly service: RunningService;
  readonly proxy: FaultProxy;
  readonly prometheus: FakePrometheus;
  readonly signals: ShopSignals;
  /** A person whose token outlives every jump of the clock. */
  readonly client: RampartClient;
  readonly token: string;
  start(gate: string): Promise<void>;
  stop(): Promise<void>;
};

export async function startLane(surroundings: Surroundings, options: LaneOptions): Promise<Lane> {
  const names = options.gates.map(({ gate }) => gate);
  for (const name of names) await surroundings.makeFlag(name);
  const signals = shopSignals(names);
  const prometheus = await startFakePrometheus();
  prometheus.onRequest(signals.reply);
  const proxy = await startFaultProxy(surroundings.unleash.url);
  const close = async (): Promise<void> => {
    await proxy.close();
    await prometheus.stop();
  };
  try {
    const service = await startService(
      {
        gates: Object.fromEntries(options.gates.map((own) => [`${own.gate}.yaml`, own.text ?? textOf(own)])),
        sources: { main: { url: prometheus.url } },
        unleash: {
          main: {
            url: proxy.url,
            token: surroundings.rampart.token,
            clientToken: surroundings.clientToken,
          },
        },
        ...(options.storeFolder === undefined ? {} : { storeFolder: options.storeFolder }),
      },
      options.run,
    );
    const token = await service.issue({
      kind: "person",
      name: "lead",
      scopes: ["read", "start", "stop", "operate", "approve", "adopt"],
      expiresIn: 7 * DAY_SECONDS,
    });
    const client = new RampartClient(service.url, token);
    return {
      service,
      proxy,
      prometheus,
      signals,
      client,
      token,
      start: (gate) => startRamp(client, gate),
      async stop() {
        await service.stop();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Asks again where Unleash was too slow to be looked at, as it may be on a machine with much else to do. */
async function startRamp(client: RampartClient, gate: string): Promise<void> {
  for (let left = 20; ; left -= 1) {
    try {
      await client.act(gate, "start", "release 7");
      return;
    } catch (error) {
      if (left === 0 || !String(error).includes("/problems/preflight")) throw error;
    }
    await sleep(500);
  }
}

function textOf({ gate, steps, holdMs }: LaneGate): string {
  const last = steps.length - 1;
  const lines = steps.map(
    (to, index) => `{ to: ${to}%, ${index === last ? "bake" : "hold"}: ${holdMs / 1_000}s }`,
  );
  return rampGate({ name: gate, steps: lines });
}

/** A ramp that is halted at 1 %: there is time to halt it, and later nothing but the halt keeps it from growing. */
export const HALTING = { steps: [1, 100], holdMs: 10_000 } as const;

/** Percents from 1 to 100, as many as there are; the ramp outlasts any scenario. */
export const LONG: readonly number[] = Array.from({ length: 100 }, (_, index) => index + 1);

/** Asks once; null while nobody answers, which in these scenarios is what is being tried. */
export async function ask<T>(lane: Lane, path: string): Promise<T | null> {
  try {
    const response = await lane.service.get(path, lane.token);
    return response.ok ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}

/** Orders once; the id of the decision it was acknowledged with, null when it was not. */
export async function order(lane: Lane, gate: string, action: string): Promise<string | null> {
  try {
    const response = await fetch(`${lane.service.url}/v1/gates/${gate}/actions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${lane.token}`,
        "content-type": "application/json",
        "idempotency-key": randomUUID(),
      },
      body: JSON.stringify({ action, reason: "a trial" }),
    });
    if (!response.ok) return null;
    return ((await response.json()) as { readonly decision: string }).decision;
  } catch {
    return null;
  }
}

/** Looks until it is so. Throws when it never is, for then the scenario itself has come to nothing. */
export async function waitFor(
  what: string,
  isSo: () => boolean | Promise<boolean>,
  withinMs = PATIENCE_MS,
): Promise<void> {
  const deadline = performance.now() + withinMs;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`waited ${withinMs / 1_000} s in vain: ${what}`);
    await sleep(50);
  }
}

/** The same for something that a gate is to do; says why it does not. */
export async function waitForGate(
  lane: Lane,
  gate: string,
  what: string,
  isSo: () => boolean | Promise<boolean>,
): Promise<void> {
  try {
    await waitFor(`${gate}: ${what}`, isSo);
  } catch (error) {
    const found = await ask<{ readonly because: readonly { readonly message: string }[] }>(
      lane,
      `/v1/gates/${gate}`,
    );
    const why =
      found === null ? "the service does not answer" : found.because.map(({ message }) => message).join("; ");
    throw new Error(`the gate says: ${why}`, { cause: error });
  }
}

export async function stateOf(lane: Lane, gate: string): Promise<string | null> {
  const found = await ask<{ readonly state: string }>(lane, `/v1/gates/${gate}`);
  return found?.state ?? null;
}
