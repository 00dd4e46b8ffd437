import { beforeEach, expect, test } from "vitest";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { NO_LIMITS, type LimitTexts } from "../../../src/trial/given-limits.ts";
import { gateOfText } from "../../../src/trial/gate-of-text.ts";
import type { QueryTrial } from "../../../src/trial/trial.ts";
import { tryQuery } from "../../../src/trial/try-query.ts";
import { NOON } from "../../support/builders.ts";
import { createScriptedCatalogue } from "../../support/scripted-catalogue.ts";
import { createScriptedHistory } from "../../support/scripted-history.ts";
import { createScriptedMetrics } from "../../support/scripted-metrics.ts";
import { createScriptedSilencers } from "../../support/scripted-silencers.ts";

const BAD = "sum(increase(errors_total[5m]))";
const TOTAL = "sum(increase(requests_total[5m]))";
const RATIO = "sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))";
const LIMITS = { advance: "at most 0.5%", halt: null, rollback: "above 2% for 2m" };

let metrics: ReturnType<typeof createScriptedMetrics>;
let history: ReturnType<typeof createScriptedHistory>;

beforeEach(() => {
  metrics = createScriptedMetrics();
  history = createScriptedHistory();
});

async function attempt(text: string, limits: LimitTexts = LIMITS, catalogue = createScriptedCatalogue({})) {
  const asked = { text, source: "main", limits, lastMs: 24 * HOUR, now: NOON };
  return tryQuery(asked, { metrics, history, silencers: createScriptedSilencers(), catalogue });
}

async function trial(...given: Parameters<typeof attempt>): Promise<QueryTrial> {
  const made = await attempt(...given);
  if (made.kind !== "query") throw new Error(`it is ${made.kind}`);
  return made;
}

function errors(share: number | ((at: number) => number)): void {
  const at = typeof share === "number" ? () => share : share;
  metrics.set(BAD, 1000 * at(NOON));
  metrics.set(TOTAL, 1000);
  history.set(BAD, (when) => 1000 * at(when));
  history.set(TOTAL, () => 1000);
}

test("a ratio within its limit is good, and says why it is taken for one", async () => {
  errors(0.001);
  expect(await trial(RATIO)).toMatchObject({
    unit: { is: "ratio", better: "lower" },
    judgement: { verdict: "good", message: "0.1%, advance at most 0.5%" },
    past: { share: { good: 1 }, halts: { times: 0 } },
    exitCode: 0,
  });
});

/** One hour, a single look that is too short, and half an hour. */
function isBad(at: number): boolean {
  const ago = (NOON - at) / HOUR;
  return (ago > 10 && ago <= 11) || (ago > 5 && ago <= 5.02) || (ago > 2 && ago <= 2.5);
}

test("the past is judged with every `for`, and its separate stops are counted", async () => {
  errors((at) => (isBad(at) ? 0.1 : 0.001));
  const { past } = await trial(RATIO);
  if ("kind" in past) throw new Error("the past is not known");
  expect(past.points.length).toBeLessThanOrEqual(1_001);
  expect(past.rollbacks.times).toBe(2);
  expect(past.rollbacks.longestMs).toBeGreaterThan(50 * MINUTE);
  expect(past.rollbacks.longestMs).toBeLessThan(HOUR);
  expect(past.share.wait).toBeGreaterThan(0);
});

test("a breach that has lasted is a rollback now", async () => {
  errors(0.1);
  expect(await trial(RATIO)).toMatchObject({ judgement: { verdict: "rollback" }, exitCode: 4 });
});

test("a value between its limits waits", async () => {
  errors(0.01);
  expect(await trial(RATIO)).toMatchObject({ judgement: { code: "between" }, exitCode: 3 });
});

test("too few bad outcomes stop nothing, as in a gate", async () => {
  metrics.set(BAD, 2);
  metrics.set(TOTAL, 10);
  history.set(BAD, () => 2);
  history.set(TOTAL, () => 10);
  expect(await trial(RATIO)).toMatchObject({ exitCode: 3, past: { rollbacks: { times: 0 } } });
});

test("an errors counter that never counted is 0, not missing", async () => {
  metrics.set(TOTAL, 1000);
  history.set(TOTAL, () => 1000);
  const made = await trial(RATIO);
  expect(made).toMatchObject({ exitCode: 0, past: { share: { good: 1, missing: 0 } } });
  expect(made.remarks).toContain("no errors seen yet");
});

test("what does not answer cannot be seen", async () => {
  expect(await trial(RATIO)).toMatchObject({
    judgement: { code: "missing" },
    past: { share: { missing: 1 }, values: null },
    exitCode: 6,
  });
});

test("data of a dead exporter cannot be seen, although the query answers", async () => {
  errors(0.001);
  metrics.newest(TOTAL, NOON - 10 * MINUTE);
  const made = await trial(RATIO);
  expect(made).toMatchObject({ judgement: { reading: { value: { reason: "stale" } } }, exitCode: 6 });
  expect(made.freshness).toMatchObject({ kind: "known", selectors: [{ newest: NOON - 10 * MINUTE }] });
});

test("several series are told with the query that makes them one", async () => {
  metrics.set("queue_depth", { kind: "unknown", reason: "many-series", detail: "2 series match" });
  history.setSeries("queue_depth", [
    { labels: { queue: "in" }, value: () => 3 },
    { labels: { queue: "out" }, value: () => 4 },
  ]);
  const made = await trial("queue_depth", { ...NO_LIMITS, halt: "above 10" });
  expect(made).toMatchObject({
    exitCode: 6,
    judgement: { message: "many-series: 2 series match" },
    shape: { count: 2, differing: [{ label: "queue", values: ["in", "out"] }], asOne: "max(queue_depth)" },
  });
  expect(made.gate).toContain("query: 'max(queue_depth)'");
});

test("the unit of a limit wins over the name of the metric, and that is said", async () => {
  metrics.set("queue_wait", 30);
  const { unit } = await trial("queue_wait", { ...NO_LIMITS, halt: "above 20m" });
  expect(unit).toMatchObject({ is: "seconds", why: expect.stringContaining("the limit is a duration") });
});

test("without limits some are suggested from the past, and decide no exit code", async () => {
  errors((at) => (at === NOON ? 0.04 : 0.001));
  const made = await trial(RATIO, NO_LIMITS);
  expect(made).toMatchObject({ limits: { suggested: true, advance: "at most 0.5%" }, exitCode: 0 });
  expect(made.judgement.verdict).not.toBe("good");
  expect(made.gate).toContain("# Suggested from the last 1d");
});

test("without limits and without a past the value alone is shown", async () => {
  metrics.set("queue_depth", 7);
  expect(await trial("queue_depth", NO_LIMITS)).toMatchObject({
    judgement: { verdict: "good", message: "7", limit: null },
    gate: null,
    exitCode: 0,
  });
});

test.each([[LIMITS], [NO_LIMITS]])("the gate to begin with is one the linter takes (%j)", async (limits) => {
  errors(0.001);
  const { gate } = await trial(RATIO, limits);
  expect(gateOfText(gate ?? "", "main")).toMatchObject({
    ok: true,
    gate: { flag: null, signals: [{ measure: { query: RATIO } }] },
  });
});

test.each([
  ["a limit that is none", RATIO, { ...LIMITS, halt: "more than 2%" }, "R220"],
  ["limits in the wrong order", RATIO, { ...LIMITS, rollback: "above 0.1%" }, "R201"],
  ["a threshold in the query", `${RATIO} > 0.02`, LIMITS, "R322"],
  ["a query that is none", "sum((", LIMITS, "R301"],
])("%s is refused as the linter refuses it", async (_, text, limits, code) => {
  expect(await attempt(text, limits)).toMatchObject({ kind: "faulty", problems: [{ code }] });
});

test("what the metrics say of themselves is held against the query", async () => {
  const catalogue = createScriptedCatalogue({
    metrics: [{ name: "queue_depth", type: "gauge", help: "", unit: "" }],
  });
  metrics.set("sum(rate(queue_depth[5m]))", 1);
  const { remarks } = await trial("sum(rate(queue_depth[5m]))", NO_LIMITS, catalogue);
  expect(remarks).toEqual([expect.stringContaining("says it is a gauge")]);
});

test("a past that cannot be read leaves the value as it is, and says why", async () => {
  metrics.set("queue_depth", 7);
  history.fail("timeout");
  expect(await trial("queue_depth", { ...NO_LIMITS, halt: "above 10" })).toMatchObject({
    judgement: { verdict: "good" },
    past: { kind: "unknown", reason: "timeout" },
    exitCode: 0,
  });
});

test("no step is finer than the scrape interval", async () => {
  metrics.set("queue_depth", 7);
  metrics.setScrapeInterval(10 * MINUTE);
  await trial("queue_depth", { ...NO_LIMITS, halt: "above 10" });
  expect(history.asked.at(-1)?.span.stepMs).toBe(10 * MINUTE);
});

test("data that was gone for long would have stopped a ramp, and what was never kept would not", async () => {
  metrics.set("sum(backlog)", 1);
  history.set("sum(backlog)", (at) => {
    const ago = (NOON - at) / HOUR;
    return ago > 12 || (ago > 2 && ago <= 6) ? null : 1;
  });
  const { past } = await trial("sum(backlog)", { ...NO_LIMITS, halt: "above 5" });
  expect(past).toMatchObject({
    halts: { times: 1 },
    rollbacks: { times: 1 },
    share: { halt: 0, rollback: 0, missing: expect.closeTo(16 / 24, 2) },
  });
  const longest = "halts" in past ? past.halts.longestMs / HOUR : 0;
  expect(longest).toBeCloseTo(3.5, 1);
});
