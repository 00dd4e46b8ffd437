import type { Clock } from "../../src/control/ports.ts";
import type { Instant, Millis } from "../../src/domain/instant.ts";

/** Time that only goes by when it is told to. */
export function manualClock(start: Instant = Date.UTC(2026, 0, 5, 9)): Clock & { advance(by: Millis): void } {
  let elapsed = 0;
  return {
    now: () => start + elapsed,
    elapsed: () => elapsed,
    advance(by) {
      elapsed += by;
    },
  };
}
