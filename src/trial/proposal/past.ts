import { DAY, MINUTE, type Instant } from "../../domain/instant.ts";
import type { History, Series, Span } from "../ports.ts";
import { isEnoughPast } from "./suggested-limits.ts";

const STEP_MS = 5 * MINUTE;
/** The share of everything that a bound has to hold in the past to be a promise worth watching. */
const USUALLY_WITHIN = 0.95;

/** Asks one source about the day before `now`. */
export type Past = (query: string) => Promise<readonly Series[]>;

/** No answer is no past: suggestions then say that they come from none. */
export function pastOf(history: History, source: string, now: Instant): Past {
  const to = now - (now % STEP_MS);
  const span: Span = { from: to - DAY, to, stepMs: STEP_MS };
  return async (query) => {
    const answer = await history.range(source, query, span);
    return answer.kind === "known" ? answer.series : [];
  };
}

/** Bad of total, wherever anything happened; a counter of errors that did not exist counted none. */
export async function pastShares(past: Past, bad: string, total: string): Promise<readonly number[]> {
  const [bads, totals] = await Promise.all([past(bad), past(total)]);
  return quotients(bads[0], totals[0]);
}

export async function pastValues(past: Past, query: string): Promise<readonly number[]> {
  const [only] = await past(query);
  return (only?.points ?? []).map(({ value }) => value).filter(Number.isFinite);
}

/** The tightest bound of a histogram that nearly everything of the last day kept. */
export type UsualBound = {
  /** As the label `le` has it. */
  readonly le: string;
  /** Shares that took longer, over the day. */
  readonly slower: readonly number[];
};

/** `flow` is the rate of the buckets by `le`. Null: too little of a past, or no bound that was usually kept. */
export async function usualBound(past: Past, flow: string): Promise<UsualBound | null> {
  const buckets = (await past(flow))
    .flatMap((series) => {
      const le = series.labels["le"];
      return le === undefined ? [] : [{ le, series, sum: sumOf(series) }];
    })
    .toSorted((a, b) => boundOf(a.le) - boundOf(b.le));
  const all = buckets.at(-1);
  if (all === undefined || boundOf(all.le) !== Infinity || all.sum <= 0) return null;
  const usual = buckets.find(({ le, sum }) => boundOf(le) !== Infinity && sum >= USUALLY_WITHIN * all.sum);
  if (usual === undefined) return null;
  const slower = quotients(usual.series, all.series).map((within) => Math.max(0, 1 - within));
  return isEnoughPast(slower) ? { le: usual.le, slower } : null;
}

function boundOf(le: string): number {
  return le === "+Inf" ? Infinity : Number(le);
}

function sumOf({ points }: Series): number {
  return points.reduce((sum, { value }) => (Number.isFinite(value) ? sum + value : sum), 0);
}

function quotients(part: Series | undefined, whole: Series | undefined): readonly number[] {
  const parts = new Map((part?.points ?? []).map(({ at, value }) => [at, value]));
  return (whole?.points ?? [])
    .filter(({ value }) => value > 0)
    .map(({ at, value }) => (parts.get(at) ?? 0) / value)
    .filter(Number.isFinite);
}
