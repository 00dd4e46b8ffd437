import { type FSWatcher, watch } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** Editors and mounts write in several steps; the first sign of a change waits for the rest. */
const REST_MS = 50;

/**
 * Yields whenever one of the folders may have changed: at a sign from the file system, and at least every `pollMs`,
 * because signs get lost on network mounts and when the system runs out of watches. Ends when aborted.
 */
export async function* folderStirs(
  directories: () => readonly string[],
  pollMs: number,
  signal: AbortSignal,
): AsyncGenerator<void> {
  let bell = new AbortController();
  let watchers: FSWatcher[] = [];
  let watched = "";
  try {
    while (!signal.aborted) {
      const wanted = directories();
      if (wanted.join("\n") !== watched) {
        watched = wanted.join("\n");
        closeAll(watchers);
        watchers = wanted.flatMap((directory) => listen(directory, () => bell.abort()));
      }
      await pause(pollMs, AbortSignal.any([signal, bell.signal]));
      if (bell.signal.aborted) await pause(REST_MS, signal);
      bell = new AbortController();
      if (!signal.aborted) yield;
    }
  } finally {
    closeAll(watchers);
  }
}

/** No watcher where the system refuses one: polling goes on. */
function listen(directory: string, ring: () => void): FSWatcher[] {
  try {
    const watcher = watch(directory, { persistent: false }, ring);
    watcher.on("error", () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}

function closeAll(watchers: readonly FSWatcher[]): void {
  for (const watcher of watchers) watcher.close();
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, { signal });
  } catch {
    // Woken early, which is what the signal is for.
  }
}
