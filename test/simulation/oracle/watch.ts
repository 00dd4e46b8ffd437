import { type Case, type Finding, each, overlap } from "./case.ts";

/** Beside three passes: a pass that takes long, and the look at which the machine notices that it is due. */
const SLACK = 30_000;
/** Nobody can look from a machine that is down or stands still, nor at a gate without a definition. */
const EXCUSES = ["process down", "process hung", "definition gone"] as const;

/** While a process runs no gate goes unwatched: its flag is read in at least one of any three passes. */
export function checkWatched(own: Case): Finding {
  const every = Math.max(...own.definitions.map(({ everyMs }) => everyMs));
  const reads = own.requests.filter(({ kind }) => kind === "read").map(({ at }) => at);
  const gaps = reads.map((from, index) => ({ from, to: reads[index + 1] ?? own.endedAt }));
  return each(
    gaps,
    ({ from }) => from,
    ({ from, to }) => {
      const unwatched = to - from - overlap(own.faults, EXCUSES, from, to);
      return unwatched > 3 * every + SLACK
        ? `nobody looked at the flag for ${Math.round(unwatched / 1_000)} s`
        : null;
    },
  );
}
