import type { Clock } from "../control/ports.ts";
import type { Instant } from "../domain/instant.ts";

/** Time that goes by when a case says so. */
export type VirtualClock = Clock & { set(to: Instant): void };

export function createVirtualClock(start: Instant): VirtualClock {
  let now = start;
  return {
    now: () => now,
    elapsed: () => now - start,
    set(to) {
      now = to;
    },
  };
}
