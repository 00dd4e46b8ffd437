import { setTimeout as sleep } from "node:timers/promises";
import type { Instant } from "../domain/instant.ts";
import type { Clock } from "./ports.ts";

/** Lets callers wait for the next change of a gate, with a deadline. */
export class Waiters {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  wake(gate: string): void {
    const woken = this.#waiting.get(gate);
    this.#waiting.delete(gate);
    for (const resolve of woken ?? []) resolve();
  }

  /** Resolves at the gate's next change, at `until`, or when aborted: whichever is first. */
  async wait(gate: string, until: Instant, abort: AbortSignal): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([abort, over.signal]);
    const { promise: woken, resolve } = Promise.withResolvers<void>();
    const waiting = this.#waiting.get(gate) ?? new Set();
    waiting.add(resolve);
    this.#waiting.set(gate, waiting);
    const left = Math.max(0, until - this.#clock.now());
    const timeUp = sleep(left, undefined, { signal }).catch(() => undefined);
    await Promise.race([woken, timeUp]);
    over.abort();
    waiting.delete(resolve);
  }
}
