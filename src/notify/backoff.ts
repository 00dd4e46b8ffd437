import { MINUTE, SECOND, type Millis } from "../domain/instant.ts";

const FIRST: Millis = 5 * SECOND;
const LONGEST: Millis = 5 * MINUTE;

/** How long to wait after a failure, when that many attempts had failed before it. */
export function backoffMs(failedBefore: number): Millis {
  return Math.min(LONGEST, FIRST * 2 ** failedBefore);
}
