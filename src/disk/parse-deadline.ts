import type { Worker } from "node:worker_threads";

import type { Millis } from "../domain/instant.ts";

export type DeadlineOptions = {
  /** Processor time one file may take. */
  readonly deadlineMs: Millis;
  /** How long the worker may take to start. */
  readonly startMs: Millis;
};

/** On a starved machine a file may wait for its processor this many times longer than it may use it. */
const PATIENCE = 20;

export type ParseDeadline = {
  /** The worker said that it begins this file. */
  begins(path: string): void;
  /** The file that is being worked on; null before the first. */
  during(): string | null;
  stop(): void;
};

/**
 * Calls `expired` when a file has taken too long. What counts is the worker's own processor time: on a busy machine
 * every file takes long by the clock, and a good one must not be refused for that.
 */
export function parseDeadline(
  worker: Worker,
  options: DeadlineOptions,
  expired: (why: string) => void,
): ParseDeadline {
  const { deadlineMs, startMs } = options;
  let during: string | null = null;
  let begun = 0;
  let begunAt = performance.now();
  let usedBefore: Promise<Millis> = Promise.resolve(0);
  let timer = setTimeout(() => expired("the parser did not start"), startMs);

  async function look(): Promise<void> {
    const looksAt = begun;
    const used = (await processorTime(worker)) - (await usedBefore);
    // If it was this thread that was late, the worker is at another file or done by now.
    if (begun !== looksAt) return;
    const waited = performance.now() - begunAt;
    if (used >= deadlineMs || waited >= PATIENCE * deadlineMs) {
      expired(`reading it took longer than ${deadlineMs} ms`);
    } else {
      timer = setTimeout(() => void look(), Math.max(deadlineMs / 10, deadlineMs - used));
    }
  }

  return {
    begins(path) {
      clearTimeout(timer);
      during = path;
      begun += 1;
      begunAt = performance.now();
      usedBefore = processorTime(worker);
      timer = setTimeout(() => void look(), deadlineMs);
    },
    during: () => during,
    stop() {
      begun += 1;
      clearTimeout(timer);
    },
  };
}

/** 0 for a worker that has ended; its end is reported by itself. */
async function processorTime(worker: Worker): Promise<Millis> {
  try {
    const { user, system } = await worker.cpuUsage();
    return (user + system) / 1_000;
  } catch {
    return 0;
  }
}
