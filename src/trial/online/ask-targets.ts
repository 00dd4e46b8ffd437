import type { Gate } from "../../domain/gate.ts";
import type { Instant } from "../../domain/instant.ts";
import { firstMetric, selectors } from "../../promql/selectors.ts";
import type { Catalogue } from "../ports.ts";
import { queriesOf } from "./signal-queries.ts";
import { type OnlineFault, together, told, unseen } from "./told.ts";

/** Enough of a selector's series to see whether several targets bring them. */
const MOST_SERIES = 2_000;

export type TargetsTold = {
  /** `signal` is the index of the gate's signal that reads the job first. */
  readonly faults: readonly (OnlineFault & { readonly signal: number })[];
  readonly unseen: readonly string[];
};

/**
 * R315: a sum over several targets still answers, and freshly, when one of them is dead. Each job with several is told once,
 * unless some signal of the gate reads its `up`.
 */
export async function askTargets(
  { signals }: Gate,
  catalogue: Pick<Catalogue, "seriesOf">,
  now: Instant,
): Promise<TargetsTold> {
  const read = await Promise.all(
    signals.flatMap((signal, index) =>
      [...new Set(queriesOf(signal).flatMap(selectors))].map(async (selector) => ({
        index,
        selector,
        source: signal.source,
        found: await catalogue.seriesOf(signal.source, selector, now, MOST_SERIES),
      })),
    ),
  );
  const watched = new Set<string>();
  const targets = new Map<string, Set<string>>();
  for (const { selector, source, found } of read) {
    for (const { job, instance } of found.kind === "known" ? found.series : []) {
      if (job === undefined || instance === undefined) continue;
      const key = jobKey(source, job);
      if (firstMetric(selector) === "up") watched.add(key);
      else targets.set(key, (targets.get(key) ?? new Set<string>()).add(instance));
    }
  }
  const faults = new Map<string, OnlineFault & { readonly signal: number }>();
  for (const { index, selector, source, found } of read) {
    for (const { job = "" } of found.kind === "known" ? found.series : []) {
      const key = jobKey(source, job);
      const several = targets.get(key)?.size ?? 0;
      if (several < 2 || watched.has(key) || faults.has(key)) continue;
      faults.set(key, { signal: index, ...faultOf(selector, job, several) });
    }
  }
  const blind = read.map(({ source, found }) => (found.kind === "unknown" ? unseen(source, found) : told()));
  return { faults: [...faults.values()], unseen: together(blind).unseen };
}

function jobKey(source: string, job: string): string {
  return JSON.stringify([source, job]);
}

function faultOf(selector: string, job: string, several: number): OnlineFault {
  return {
    code: "R315",
    part: selector,
    message: `it comes from ${several} targets of the job \`${job}\`: if one is dead, the others still answer`,
    suggestion: `watch them all: \`{ use: exporters-up, with: { job: ${JSON.stringify(job)} } }\``,
  };
}
