import { faultsOf, passesBySteps } from "../evidence.ts";
import { type GateBody, eventually } from "../rampart.ts";
import { type Stage, flagOf } from "../stage.ts";

/** The steps that the gates of the demo declare. */
export const STEPS = [1, 5, 25, 50, 100] as const;

const TO_ONE_STEP_MS = 60_000;

export type Say = (line: string) => void;

export type Scene = {
  readonly number: number;
  readonly title: string;
  readonly shop: string;
  /** Runs to its end and gives its figures; throws when it does not go as it must. */
  readonly play: (stage: Stage, say: Say) => Promise<string>;
};

/** Lets the gate act and starts its ramp. */
export async function startRamp(stage: Stage, shop: string): Promise<void> {
  const gate = flagOf(shop);
  await eventually(`${gate} sees its signals`, 30_000, async () => {
    const { verdict } = await stage.lead.gate(gate);
    return verdict === "good" ? true : null;
  });
  await stage.lead.act(gate, "act", "demo");
  await stage.lead.act(gate, "start", "demo");
}

/** Waits until the gate stands as `holds` says; fails at once when it halts or rolls back on the way. */
export async function awaitGate(
  stage: Stage,
  shop: string,
  what: string,
  holds: (gate: GateBody) => boolean,
  withinMs = TO_ONE_STEP_MS,
): Promise<GateBody> {
  return eventually(`${flagOf(shop)}: ${what}`, withinMs, async () => {
    const gate = await stage.lead.gate(flagOf(shop));
    return holds(gate) ? gate : null;
  });
}

/** Follows a healthy ramp step by step up to a percent. */
export async function climbTo(stage: Stage, shop: string, percent: number, say: Say): Promise<void> {
  const { exposure } = await stage.lead.gate(flagOf(shop));
  for (const step of STEPS.filter((each) => each <= percent && each > (exposure.set ?? 0))) {
    const gate = await awaitGate(stage, shop, `reaches ${step}%`, (now) => {
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
export async function passesOf(stage: Stage, shop: string): Promise<number> {
  const decisions = await stage.lead.decisions(flagOf(shop));
  return decisions.filter((each) => each.signals.length > 0).reduce((sum, each) => sum + each.count, 0);
}

/** Looks at every decision of the scene; gives the passes at each step, or throws with what is wrong. */
export async function stepFigures(stage: Stage, shop: string): Promise<string> {
  const decisions = await stage.lead.decisions(flagOf(shop));
  const faults = faultsOf(decisions, STEPS);
  if (faults.length > 0) throw new Error(faults.join("; "));
  const passes = passesBySteps(decisions).map(({ step, passes: count }) => `${STEPS[step - 1]}%: ${count}`);
  return `passes ${passes.join(", ")}`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
