import { HOUR, MINUTE, SECOND, type Instant, type Millis } from "../domain/instant.ts";
import type { Answer, Unknown } from "../domain/reading.ts";
import { createShelf } from "../lib/shelf.ts";

/** Longer than a guard may be missing before it halts, so that a rule whose series have just died stays in view. */
const REMEMBERED_MS = 3 * HOUR;
const FOUND_KEPT_MS = MINUTE;
const NOT_FOUND_KEPT_MS = 15 * SECOND;
const FAILURE_KEPT_MS = 5 * SECOND;
const MOST_SELECTORS_KEPT = 2_000;

/** Whether one of the selectors has series, or had some in the last hours. */
export type ExistingSeries = (
  selectors: readonly string[],
  at: Instant,
  deadline: Millis,
) => Promise<boolean | Unknown>;

export function createExistingSeries(
  ask: (query: string, at: Instant, deadline: Millis) => Promise<Answer>,
  elapsed: () => Millis,
): ExistingSeries {
  const shelf = createShelf<boolean | Unknown>(MOST_SELECTORS_KEPT, elapsed);

  const isThere = (selector: string, at: Instant, deadline: Millis): Promise<boolean | Unknown> =>
    shelf.take(
      selector,
      async () => {
        const query = `count(present_over_time(${selector}[${REMEMBERED_MS / HOUR}h]))`;
        const answer = await ask(query, at, deadline);
        return answer.kind === "unknown" ? answer : answer.kind === "value" && answer.value > 0;
      },
      (found) => (found === true ? FOUND_KEPT_MS : found === false ? NOT_FOUND_KEPT_MS : FAILURE_KEPT_MS),
    );

  return async (selectors, at, deadline) => {
    const found = await Promise.all(selectors.map((selector) => isThere(selector, at, deadline)));
    // One that is there is enough, whatever could not be asked.
    return found.includes(true) || (found.find((each) => typeof each === "object") ?? false);
  };
}
