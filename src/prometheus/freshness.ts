import type { Instant, Millis } from "../domain/instant.ts";
import { MINUTE, SECOND } from "../domain/instant.ts";
import type { Answer, Freshness, SelectorFreshness, Unknown } from "../domain/reading.ts";
import { selectors } from "../promql/selectors.ts";
import { follow, type FollowedSelector } from "./followed.ts";
import { labelSetsOf } from "./instant-query.ts";
import { recordingRulesOf, type RecordingRules } from "./recording-rules.ts";
import { unknown } from "./reply.ts";
import { largestOf, scrapeIntervalsOf, type ScrapeIntervals } from "./scrape-intervals.ts";
import { createShelf } from "../lib/shelf.ts";
import type { Source } from "./source.ts";

const RULES_KEPT_MS = 30 * SECOND;
const TARGETS_KEPT_MS = MINUTE;
const JOBS_KEPT_MS = MINUTE;
/** A failed look-up is repeated soon, but not by every gate at once. */
const FAILURE_KEPT_MS = 5 * SECOND;
const MOST_SELECTORS_KEPT = 2_000;

export type FreshnessReader = {
  /** Of all a query reads; unknown where it reads nothing. */
  ofQuery(query: string, at: Instant, deadline: Millis): Promise<Freshness>;
  /** Of these selectors; without any there is nothing to be known. */
  ofSelectors(written: readonly string[], at: Instant, deadline: Millis): Promise<Freshness>;
};

/** `ask` is the source's way of answering one query, with its sharing of equal questions. */
export function createFreshnessReader(
  source: Source,
  ask: (query: string, at: Instant, deadline: Millis) => Promise<Answer>,
  elapsed: () => Millis,
): FreshnessReader {
  const rulesShelf = createShelf<RecordingRules | Unknown>(1, elapsed);
  const targetsShelf = createShelf<ScrapeIntervals | Unknown>(1, elapsed);
  const jobsShelf = createShelf<readonly string[] | Unknown>(MOST_SELECTORS_KEPT, elapsed);

  const rulesBy = (deadline: Millis): Promise<RecordingRules | Unknown> =>
    rulesShelf.take(
      "rules",
      async () => {
        const opened = await source.get("rules", { type: "record" }, deadline);
        return opened.kind === "success" ? recordingRulesOf(opened) : opened;
      },
      (rules) => ("kind" in rules ? FAILURE_KEPT_MS : RULES_KEPT_MS),
    );

  const targetsBy = (deadline: Millis): Promise<ScrapeIntervals | Unknown> =>
    targetsShelf.take(
      "targets",
      async () => {
        const opened = await source.get("targets", { state: "active" }, deadline);
        return opened.kind === "success" ? scrapeIntervalsOf(opened) : opened;
      },
      (targets) => ("kind" in targets ? FAILURE_KEPT_MS : TARGETS_KEPT_MS),
    );

  const jobsOf = (selector: string, at: Instant, deadline: Millis): Promise<readonly string[] | Unknown> =>
    jobsShelf.take(
      selector,
      async () => {
        const opened = await source.query(`group by (job) (${selector})`, at, deadline);
        const sets = opened.kind === "success" ? labelSetsOf(opened) : opened;
        return "kind" in sets ? sets : sets.map((labels) => labels["job"] ?? "");
      },
      (jobs) => ("kind" in jobs ? FAILURE_KEPT_MS : JOBS_KEPT_MS),
    );

  /** A failure to find out is no reason to know less than the config says. */
  async function scrapeIntervalOf(selector: string, at: Instant, deadline: Millis): Promise<Millis> {
    const [jobs, targets] = await Promise.all([jobsOf(selector, at, deadline), targetsBy(deadline)]);
    if ("kind" in jobs || "kind" in targets) return source.scrapeIntervalMs;
    return largestOf(targets, jobs) ?? source.scrapeIntervalMs;
  }

  /** Null: it matches nothing and may. */
  async function selectorFreshness(
    followed: FollowedSelector,
    at: Instant,
    deadline: Millis,
  ): Promise<SelectorFreshness | Unknown | null> {
    const { selector, origin } = followed;
    const ruleIntervalMs = origin.kind === "recorded" ? origin.ruleIntervalMs : null;
    const answer = await ask(`max(timestamp(${selector}))`, at, deadline);
    switch (answer.kind) {
      case "unknown":
        return unknown(answer.reason, `freshness of ${selector}: ${answer.detail}`);
      case "empty":
        if (followed.mayBeEmpty) return null;
        return { selector, newest: null, scrapeIntervalMs: ruleIntervalMs ?? source.scrapeIntervalMs };
      case "value": {
        const scrapeIntervalMs = ruleIntervalMs ?? (await scrapeIntervalOf(selector, at, deadline));
        return { selector, newest: Math.round(answer.value * 1000), scrapeIntervalMs };
      }
    }
  }

  async function ofSelectors(written: readonly string[], at: Instant, deadline: Millis): Promise<Freshness> {
    if (written.length === 0) return { kind: "known", selectors: [] };
    // Rules that do not come must leave time to ask about scraped series, which need none.
    const rules = await rulesBy(elapsed() + (deadline - elapsed()) / 2);
    const everything = new Map<string, FollowedSelector>();
    for (const selector of written) {
      // Scraped series need no rules; without rules a colon in the name is the only sign of a recorded one.
      const followed = follow(selector, "kind" in rules ? NO_RULES : rules);
      if (!followed.ok) return cannotFollow(selector, followed.problem, "kind" in rules ? rules : null);
      for (const each of followed.selectors) {
        if (everything.get(each.selector)?.mayBeEmpty !== false) everything.set(each.selector, each);
      }
    }

    if (![...everything.values()].some(({ origin }) => origin.kind === "scraped"))
      return unknown("bad-answer", "the query reads only rules that read no series, whose age tells nothing");

    const asked = [...everything.values()].map((each) => selectorFreshness(each, at, deadline));
    const known: SelectorFreshness[] = [];
    for (const each of await Promise.all(asked)) {
      if (each === null) continue;
      if ("kind" in each) return each;
      known.push(each);
    }
    return { kind: "known", selectors: known };
  }

  return {
    async ofQuery(query, at, deadline) {
      const written = selectors(query);
      return written.length === 0
        ? unknown("bad-answer", "the query reads no series whose age could tell")
        : await ofSelectors(written, at, deadline);
    },
    ofSelectors,
  };
}

const NO_RULES: RecordingRules = new Map();

function cannotFollow(selector: string, problem: string, noRules: Unknown | null): Unknown {
  const detail = `freshness of ${selector} cannot be followed: ${problem}`;
  if (noRules === null) return unknown("bad-answer", detail);
  return unknown(noRules.reason, `${detail}; its rules cannot be read (${noRules.detail})`);
}
