import type { Request } from "express";
import type { Audit, Clock } from "../control/ports.ts";
import { HOUR, MINUTE, type Millis } from "../domain/instant.ts";
import type { Log } from "../lib/log.ts";

/** One record in this time, whoever knocks and however often: nobody without a token decides how the audit grows. */
const AT_MOST_EVERY: Millis = 1 * MINUTE;
/** The same reason from the same address, such as a job whose token has run out, is told again after this. */
const SAME_AGAIN_AFTER: Millis = 1 * HOUR;
const LONGEST = 200;

/** Notes in the audit that somebody came without a valid token, and why it is none. */
export type FailedLogins = (request: Request, why: string) => Promise<void>;

export function createFailedLogins(parts: {
  readonly audit: Pick<Audit, "append">;
  readonly clock: Clock;
  readonly log: Log;
}): FailedLogins {
  const { audit, clock, log } = parts;
  let last: { readonly at: Millis; readonly cause: string } | null = null;
  /** Since the last record. */
  let unrecorded = 0;

  function isDue(cause: string): boolean {
    if (last === null) return true;
    const quietFor = clock.elapsed() - last.at;
    return quietFor >= (last.cause === cause ? SAME_AGAIN_AFTER : AT_MOST_EVERY);
  }

  return async (request, why) => {
    const address = (request.ip ?? "unknown").slice(0, LONGEST);
    const cause = JSON.stringify([address, why]);
    if (!isDue(cause)) {
      unrecorded += 1;
      return;
    }
    last = { at: clock.elapsed(), cause };
    const body = {
      code: "no-token",
      detail: why.slice(0, LONGEST),
      method: request.method,
      address,
      unrecorded,
    };
    unrecorded = 0;
    await audit
      .append([{ at: clock.now(), kind: "denied", actor: "unknown", gate: null, body }])
      .catch((error: unknown) => log.error({ err: error }, "a failed login is not in the audit"));
  };
}
