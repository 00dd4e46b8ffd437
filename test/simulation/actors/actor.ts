import type { Draw } from "../draw.ts";
import { type Instant, type Millis } from "../engine.ts";

/** Somebody who does something from time to time. */
export type Actor = {
  /** When next. */
  readonly next: () => Instant;
  act(): Promise<void> | void;
};

/** Acts at intervals drawn around a mean. */
export function everyNowAndThen(
  draw: Draw,
  now: () => Instant,
  mean: Millis,
  act: () => Promise<void> | void,
): Actor {
  const wait = (): Millis => Math.round(-Math.log(1 - draw.unit()) * mean);
  let next = now() + wait();
  return {
    next: () => next,
    act() {
      next = now() + wait();
      return act();
    },
  };
}
