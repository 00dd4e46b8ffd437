import { setTimeout as sleep } from "node:timers/promises";

/** Looks again until an expectation holds; its last failure is the test's. */
export async function until<T>(look: () => Promise<T> | T, withinMs = 30_000, everyMs = 150): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    try {
      return await look();
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    await sleep(everyMs);
  }
}
