import type { Clock, Instant, Millis } from "../engine.ts";

/** The time of the peers, and the controller's own clock beside it, which may be wrong. */
export type Clocks = {
  /** What is true, and what every peer goes by. */
  readonly peers: Clock;
  /** What the controller's machine says. */
  readonly own: Clock;
  /** How far the controller's clock is ahead; negative: behind. */
  ahead(): Millis;
  advance(by: Millis): void;
  advanceTo(at: Instant): void;
  /** Puts the controller's clock so far ahead of the peers'. */
  setAhead(by: Millis): void;
};

const START: Instant = Date.UTC(2026, 0, 5, 9);

export function createClocks(): Clocks {
  let elapsed = 0;
  let ahead = 0;
  return {
    peers: { now: () => START + elapsed, elapsed: () => elapsed },
    own: { now: () => START + elapsed + ahead, elapsed: () => elapsed },
    ahead: () => ahead,
    advance(by) {
      elapsed += by;
    },
    advanceTo(at) {
      elapsed = Math.max(elapsed, at - START);
    },
    setAhead(by) {
      ahead = by;
    },
  };
}
