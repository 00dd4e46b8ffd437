import type { Unknown } from "../domain/reading.ts";
import type { History } from "../trial/ports.ts";
import { seriesIn } from "./range-query.ts";
import type { Readers } from "./reader.ts";
import { unknown } from "./reply.ts";

/** What sources said over a stretch of time. Nothing is shared or kept: a trial asks once. */
export function createHistory(readers: Readers): History {
  return {
    range: (name, query, span) =>
      readers.use(name, async ({ source }, deadline) => {
        const opened = await source.queryRange(query, span, deadline);
        if (opened.kind === "unknown") return withHint(opened);
        const series = seriesIn(opened);
        return "kind" in series ? series : { kind: "known", series, notes: opened.infos };
      }),
  };
}

function withHint({ reason, detail }: Unknown): Unknown {
  const hint = "fewer series, a shorter time or a longer step make the answer smaller";
  return unknown(reason, reason === "too-large" ? `${detail}; ${hint}` : detail);
}
