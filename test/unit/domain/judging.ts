import type { Gate, Signal } from "../../../src/domain/gate.ts";
import { type Instant, SECOND } from "../../../src/domain/instant.ts";
import { type JudgeContext, judge } from "../../../src/domain/judge.ts";
import type { SignalAnswers } from "../../../src/domain/reading.ts";
import type { SignalClock } from "../../../src/domain/record.ts";
import type { SignalJudgement } from "../../../src/domain/verdict.ts";
import { NOON, aGate, aJudgeContext, aSignal, aSignalClock, freshAt } from "../../support/builders.ts";

export const EVERY = 15 * SECOND;

export type Scene = {
  readonly signal?: Signal;
  readonly gate?: Partial<Gate>;
  readonly context?: Partial<JudgeContext>;
  /** The signal's clock before the pass. */
  readonly clock?: Partial<SignalClock>;
};

export type Judged = { readonly judgement: SignalJudgement; readonly clock: SignalClock };

/** One pass over one signal. */
export function judgeOne(said: SignalAnswers, scene: Scene = {}): Judged {
  const signal = scene.signal ?? aSignal();
  const { signals, clocks } = judge(
    aGate({ ...scene.gate, signals: [signal] }),
    new Map([[signal.name, { ...said, signal: signal.name }]]),
    aJudgeContext({ clocks: { [signal.name]: aSignalClock(scene.clock) }, ...scene.context }),
  );
  return { judgement: only(signals), clock: only(Object.values(clocks)) };
}

/** What one pass of a walk reads, and when. */
export type WalkPass = readonly [at: Instant, said: SignalAnswers, context?: Partial<JudgeContext>];

/** Passes one after the other, each with the clock the one before left; answers what each of them judged. */
export function walk(passes: readonly WalkPass[], scene: Scene = {}): readonly Judged[] {
  let clock = aSignalClock(scene.clock);
  let lastPassAt: Instant | null = null;
  return passes.map(([now, said, context]) => {
    const fresh = said.freshness === null ? null : freshAt(now);
    const judged = judgeOne(
      { ...said, freshness: fresh },
      { ...scene, clock, context: { changedAt: null, ...scene.context, ...context, now, lastPassAt } },
    );
    clock = judged.clock;
    lastPassAt = now;
    return judged;
  });
}

/** Instants from noon on, `distance` apart. */
export function instants(count: number, distance = EVERY, from: Instant = NOON): readonly Instant[] {
  return Array.from({ length: count }, (_, index) => from + index * distance);
}

export function only<T>(things: readonly T[]): T {
  const [thing, ...others] = things;
  if (thing === undefined || others.length > 0) throw new Error(`${things.length} instead of one`);
  return thing;
}

export function last<T>(things: readonly T[]): T {
  const thing = things.at(-1);
  if (thing === undefined) throw new Error("none at all");
  return thing;
}
