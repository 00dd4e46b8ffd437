import { sameAnswer } from "../api/status.ts";
import type { Clock } from "../control/ports.ts";
import type { StatusAnswer } from "../domain/answer.ts";
import { SECOND } from "../domain/instant.ts";
import type { Instant, Millis } from "../domain/instant.ts";

/** Longer than this no proxy between us and the caller keeps quiet. */
const LONGEST_WAIT: Millis = 60 * SECOND;

/** The wait a `Prefer: wait=60` asks for, cut to what is granted; 0 when it asks for none (RFC 7240). */
export function preferredWait(prefer: string | undefined): Millis {
  const seconds = /(?:^|[,;])\s*wait\s*=\s*"?(\d{1,6})"?\s*(?:$|[,;])/i.exec(prefer ?? "")?.[1];
  return seconds === undefined ? 0 : Math.min(LONGEST_WAIT, Number(seconds) * SECOND);
}

/** Asks until the answer is open or another one than at first, the time is over, or nobody waits any more. */
export async function awaitAnswer(parts: {
  readonly first: StatusAnswer;
  readonly ask: () => Promise<StatusAnswer | null>;
  readonly changed: (until: Instant) => Promise<void>;
  readonly waitMs: Millis;
  readonly clock: Clock;
  readonly abort: AbortSignal;
}): Promise<StatusAnswer | null> {
  const { first, ask, changed, waitMs, clock, abort } = parts;
  // By elapsed time: a clock that is set back must not make anybody wait longer.
  const overAt = clock.elapsed() + waitMs;
  let newest: StatusAnswer | null = first;
  while (newest !== null && !newest.open && sameAnswer(first, newest)) {
    const left = overAt - clock.elapsed();
    if (left <= 0 || abort.aborted) break;
    await changed(clock.now() + left);
    newest = await ask();
  }
  return newest;
}

/** Counts who waits, so that one token cannot hold every connection; beyond its share it is answered at once. */
export function createWaitingRoom(seatsPerToken: number): {
  sit<T>(token: string, wait: () => Promise<T>): Promise<T> | null;
} {
  const seated = new Map<string, number>();
  return {
    sit(token, wait) {
      const before = seated.get(token) ?? 0;
      if (before >= seatsPerToken) return null;
      seated.set(token, before + 1);
      return wait().finally(() => {
        const left = (seated.get(token) ?? 1) - 1;
        if (left === 0) seated.delete(token);
        else seated.set(token, left);
      });
    },
  };
}
