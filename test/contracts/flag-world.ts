import { expect } from "vitest";
import type { Flags, Served } from "../../src/control/ports.ts";
import type { FlagSeen, StrategySeen } from "../../src/domain/flag.ts";
import type { FlagTarget } from "../../src/domain/gate.ts";

/** One Unleash server with its people, real or not, as the contract needs it. */
export type FlagWorld = {
  /** As Rampart's own user, who may change flags. */
  readonly flags: Flags;
  /** As a user who may only look. */
  readonly viewerFlags: Flags;
  readonly served: Served;
  readonly colleague: { readonly id: number; readonly name: string };
  /** Another environment that every flag has, off there and without a strategy. */
  readonly elsewhere: string;
  /** A new flag, switched on, with one gradual rollout at `rollout` that also has constraints and segments. */
  addFlag(name: string, rollout: number): Promise<FlagTarget>;
  /** By hand, as the colleague. */
  byHand(target: FlagTarget): {
    set(strategyId: string, rollout: string): Promise<void>;
    regroup(strategyId: string, groupId: string): Promise<void>;
    addStrategy(title: string): Promise<string>;
    removeStrategy(strategyId: string): Promise<void>;
    disable(strategyId: string): Promise<void>;
    off(): Promise<void>;
    on(): Promise<void>;
    archive(): Promise<void>;
    revive(): Promise<void>;
  };
  /** Everything the server shows of the flag, as comparable data. */
  whole(target: FlagTarget): Promise<unknown>;
  /** Turns the stop switch of the flags' environment on or off. */
  stop(on: boolean): Promise<void>;
  /** From now on the server takes requests and gives no answer, until it is `resume`d. */
  suspend(): void;
  resume(): void;
  /** Lets a little time go by. */
  pass(): Promise<void>;
};

/** A title as Rampart writes it. */
export const TOKEN = (sequence: number): string => `[rampart 1/3 #abc.1.${sequence}]`;

/** What the admin API shows, which must be something. */
export async function seenOf(flags: Flags, target: FlagTarget): Promise<FlagSeen> {
  const seen = await flags.observe(target);
  if (seen.kind !== "seen") throw new Error(`the flag reads as ${JSON.stringify(seen)}`);
  return seen;
}

export async function strategiesOf(
  flags: Flags,
  target: FlagTarget,
): Promise<readonly [StrategySeen, ...StrategySeen[]]> {
  const [first, ...others] = (await seenOf(flags, target)).strategies;
  if (first === undefined) throw new Error("the flag has no strategy");
  return [first, ...others];
}

export async function eventsOf(flags: Flags, target: FlagTarget, after: number | null) {
  const events = await flags.events(target, after);
  if (events === null) throw new Error("the event log cannot be read");
  return events;
}

export function expecting(strategy: StrategySeen) {
  return { title: strategy.title, rollout: Number(strategy.rollout) };
}

export async function servedAs(
  world: FlagWorld,
  target: FlagTarget,
  strategies: readonly unknown[],
): Promise<void> {
  await eventually(world, async () => {
    expect(await world.served.observe(target)).toMatchObject({ kind: "seen", enabled: true, strategies });
  });
}

export async function eventually(world: FlagWorld, holds: () => unknown): Promise<void> {
  const deadline = performance.now() + 15_000;
  for (;;) {
    try {
      await holds();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await world.pass();
  }
}
