import type { Millis } from "../domain/instant.ts";

/** Lets a few through at a time and keeps the others waiting in order. */
export type Lane = {
  /** Resolves to the way out, to be called once when done; null when no place came free in time. */
  enter(waitMs: Millis): Promise<(() => void) | null>;
};

export function createLane(places: number): Lane {
  let free = places;
  const waiting = new Set<() => void>();

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) {
      free += 1;
      return;
    }
    waiting.delete(next);
    next();
  }

  function onceOnly(): () => void {
    let isGone = false;
    return () => {
      if (isGone) return;
      isGone = true;
      leave();
    };
  }

  return {
    async enter(waitMs) {
      if (free > 0) {
        free -= 1;
        return onceOnly();
      }
      if (waitMs <= 0) return null;
      return await new Promise((resolve) => {
        const admit = (): void => {
          clearTimeout(timer);
          resolve(onceOnly());
        };
        const timer = setTimeout(() => {
          waiting.delete(admit);
          resolve(null);
        }, waitMs);
        waiting.add(admit);
      });
    },
  };
}
