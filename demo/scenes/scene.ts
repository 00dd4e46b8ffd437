import { faultsOf, passesBySteps } from "../evidence.ts";
import { type GateBody, type RampartClient, eventually } from "../rampart.ts";
import type { Cast } from "../cast.ts";
import { flagOf } from "../stage.ts";

/** The steps that the gates of the demo declare. */
export const STEPS = [1, 5, 25, 50, 100] as const;

const TO_ONE_STEP_MS = 60_000;

export type Say = (line: string) => void;

export type Scene = {
  readonly number: number;
  readonly title: string;
  readonly shop: string;
  /** Played with a service, and a disk, of its own. */
  readonly apart?: true;
  /** Runs to its end and gives its figures; throws when it does not go as it must. */
  readonly play: (cast: Cast, say: Say) => Promise<string>;
};

/** Lets the gate act and starts its ramp. */
export async function startRamp(cast: Cast, shop: string): Promise<void> {
  const gate = flagOf(shop);
  await eventually(`${gate} sees its signals`, 30_000, async () => {
    const { verdict } = await cast.lead.gate(gate);
    return verdict === "good" ? true : null;
  });
  await cast.lead.act(gate, "act", "demo");
  await cast.lead.act(gate, "start", "demo");
}

/** Waits until the gate stands as `holds` says; fails at once when it halts or rolls back on the way. */
export async function awaitGate(
  cast: Cast,
  shop: string,
  what: string,
  holds: (gate: GateBody) => boolean,
  withinMs = TO_ONE_STEP_MS,
): Promise<GateBody> {
  return eventually(`${flagOf(shop)}: ${what}`, withinMs, async () => {
    const gate = await cast.lead.gate(flagOf(shop));
    return holds(gate) ? gate : null;
  });
}

/** Follows a healthy ramp step by step up to a percent. */
export async function climbTo(cast: Cast, shop: string, percent: number, say: Say): Promise<void> {
  const { exposure } = await cast.lead.gate(flagOf(shop));
  for (const step of STEPS.filter((each) => each <= percent && each > (exposure.set ?? 0))) {
    const gate = await awaitGate(cast, shop, `reaches ${step}%`, (now) => {
      if (["halted", "rolling-back", "rolled-back"].includes(now.state)) {
        throw new Error(
          `${now.name} is ${now.state}: ${now.because.map((because) => because.message).join("; ")}`,
        );
      }
      return (now.exposure.set ?? 0) >= step;
    });
    say(`${gate.exposure.set}% set`);
  }
}

/** How many evaluations the gate has made so far, folded ones counted. */
export async function passesOf(cast: Cast, shop: string): Promise<number> {
  const decisions = await cast.lead.decisions(flagOf(shop));
  return decisions.filter((each) => each.signals.length > 0).reduce((sum, each) => sum + each.count, 0);
}

/** Waits until the gate has made so many more evaluations. */
export async function awaitPasses(cast: Cast, shop: string, more: number): Promise<void> {
  const before = await passesOf(cast, shop);
  await eventually(`${flagOf(shop)}: ${more} passes`, TO_ONE_STEP_MS, async () =>
    (await passesOf(cast, shop)) >= before + more ? true : null,
  );
}

/** The percent in what Unleash logs of a strategy; 0 where there is none. */
export function rolloutOf(data: unknown): number {
  const { parameters } = (data ?? {}) as { parameters?: { rollout?: string } };
  return Number(parameters?.rollout ?? 0);
}

/** Looks at every decision of the scene; gives the passes at each step, or throws with what is wrong. */
export async function stepFigures(cast: Cast, shop: string): Promise<string> {
  const decisions = await cast.lead.decisions(flagOf(shop));
  const faults = faultsOf(decisions, STEPS);
  if (faults.length > 0) throw new Error(faults.join("; "));
  const passes = passesBySteps(decisions).map(({ step, passes: count }) => `${STEPS[step - 1]}%: ${count}`);
  return `passes ${passes.join(", ")}`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

/** A signal that wavered, or a pass in between, took the request or its evidence away for the moment. */
const ASK_AGAIN = /"code":"(?:no-request|stale-evidence)"/;

/** Why an attempt is refused; throws when it is not, or for another reason. */
export async function refusalOf(what: string, attempt: () => Promise<unknown>, why: RegExp): Promise<string> {
  return eventually(`${what} is refused`, TO_ONE_STEP_MS, async () => {
    const said = await errorOf(attempt);
    if (said === null) throw new Error(`${what} was not refused`);
    const [reason] = why.exec(said) ?? [];
    if (reason !== undefined) return reason;
    if (!ASK_AGAIN.test(said)) throw new Error(`${what} was refused for another reason: ${said}`);
    return null;
  });
}

/** Approves what the gate asks for, as soon as it does. */
export async function approveWhenAsked(who: RampartClient, shop: string, reason: string): Promise<void> {
  const gate = flagOf(shop);
  await eventually(`${gate}: takes an approval`, TO_ONE_STEP_MS, async () => {
    const { request } = await who.gate(gate);
    if ((request?.needed.length ?? 0) === 0) return null;
    const said = await errorOf(() => who.approve(gate, reason));
    if (said !== null && !ASK_AGAIN.test(said)) throw new Error(said);
    return said === null ? true : null;
  });
}

async function errorOf(attempt: () => Promise<unknown>): Promise<string | null> {
  try {
    await attempt();
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
