/** Keeps what was fetched for a while, and what is being fetched for everyone who asks meanwhile. Bounded in number. */
export type Shelf<T> = {
  /** `keepMs` says how long this outcome is good for, from when it is there. */
  take(key: string, fetch: () => Promise<T>, keepMs: (outcome: T) => number): Promise<T>;
};

type Entry<T> = { readonly outcome: Promise<T>; goodUntil: number };

/** `elapsed` is a clock that never jumps; when full, what was put in first goes first. */
export function createShelf<T>(most: number, elapsed: () => number): Shelf<T> {
  const entries = new Map<string, Entry<T>>();

  function dropOldest(): void {
    for (const [key, entry] of entries) {
      if (entries.size < most && entry.goodUntil > elapsed()) return;
      entries.delete(key);
    }
  }

  return {
    take(key, fetch, keepMs) {
      const present = entries.get(key);
      if (present !== undefined && present.goodUntil > elapsed()) return present.outcome;

      entries.delete(key);
      dropOldest();
      const entry: Entry<T> = { outcome: fetch(), goodUntil: Infinity };
      entries.set(key, entry);
      return entry.outcome.then((outcome) => {
        entry.goodUntil = elapsed() + keepMs(outcome);
        return outcome;
      });
    },
  };
}
