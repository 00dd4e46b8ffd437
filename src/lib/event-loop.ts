import { monitorEventLoopDelay } from "node:perf_hooks";

const NANOSECONDS_PER_MS = 1e6;
const RESOLUTION_MS = 20;

/** Watches how late this process gets to its work. */
export type EventLoopWatch = {
  /** The worst delay since the last reading but one, in milliseconds; so a reading never misses a recent stall. */
  worstLagMs(): number;
  stop(): void;
};

export function watchEventLoop(): EventLoopWatch {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let before = 0;
  return {
    worstLagMs() {
      const now = Math.max(0, histogram.max / NANOSECONDS_PER_MS - RESOLUTION_MS);
      const worst = Math.max(before, now);
      before = now;
      histogram.reset();
      return worst;
    },
    stop() {
      histogram.disable();
    },
  };
}
