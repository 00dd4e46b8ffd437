import { describe, expect, it } from "vitest";
import type { Metrics } from "../../src/control/ports.ts";
import type { Instant } from "../../src/domain/instant.ts";
import type { Matcher } from "../../src/domain/matcher.ts";

/** A source in which each of these queries has the named kind of answer. */
export type MetricsWorld = {
  readonly metrics: Metrics;
  readonly source: string;
  /** An instant at which all of it holds; a later one with each call is fine. */
  readonly at: () => Instant;
  readonly queries: {
    /** Exactly one series with this number. */
    readonly value: { readonly query: string; readonly is: number };
    readonly other: { readonly query: string; readonly is: number };
    readonly empty: string;
    readonly nan: string;
    readonly infinite: string;
    readonly many: string;
    /** Not PromQL. */
    readonly broken: string;
  };
  readonly alerts: {
    /** Matchers of a guard with exactly this one rule behind it. It has been evaluated, and one alert of it is active. */
    readonly firing: { readonly guard: readonly Matcher[]; readonly rule: string };
    /** Matchers that no rule satisfies. */
    readonly none: readonly Matcher[];
  };
};

/** What every implementation of the port must do. The world is made once, by the first behaviour that needs it. */
export function metricsContract(name: string, world: () => Promise<MetricsWorld>): void {
  describe(`metrics: ${name}`, () => {
    it("answers one series with one number as a value", async () => {
      const { metrics, source, queries, at } = await world();
      const answers = await metrics.ask(source, [queries.value.query], at());
      expect(answers.get(queries.value.query)).toEqual({ kind: "value", value: queries.value.is, infos: [] });
    });

    it("answers every query of a question, each once", async () => {
      const { metrics, source, queries, at } = await world();
      const { value, other, empty } = queries;
      const asked = [value.query, empty, value.query, other.query];
      const answers = await metrics.ask(source, asked, at());
      expect([...answers.keys()].toSorted()).toEqual([value.query, empty, other.query].toSorted());
      expect(answers.get(value.query)).toMatchObject({ value: value.is });
      expect(answers.get(other.query)).toMatchObject({ value: other.is });
    });

    it("answers a question without queries with nothing", async () => {
      const { metrics, source, at } = await world();
      expect((await metrics.ask(source, [], at())).size).toBe(0);
    });

    it("keeps no series apart from not knowing", async () => {
      const { metrics, source, queries, at } = await world();
      expect((await metrics.ask(source, [queries.empty], at())).get(queries.empty)).toEqual({
        kind: "empty",
      });
    });

    it("does not take NaN, infinity or two series for a number", async () => {
      const { metrics, source, queries, at } = await world();
      const answers = await metrics.ask(source, [queries.nan, queries.infinite, queries.many], at());
      expect(answers.get(queries.nan)).toMatchObject({ kind: "unknown", reason: "nan" });
      expect(answers.get(queries.infinite)).toMatchObject({ kind: "unknown", reason: "infinite" });
      expect(answers.get(queries.many)).toMatchObject({ kind: "unknown", reason: "many-series" });
    });

    it("answers a query that the source refuses with its status, and the others all the same", async () => {
      const { metrics, source, queries, at } = await world();
      const answers = await metrics.ask(source, [queries.broken, queries.value.query], at());
      expect(answers.get(queries.broken)).toMatchObject({ kind: "unknown", reason: "http-400" });
      expect(answers.get(queries.value.query)).toMatchObject({ kind: "value" });
    });

    it("tells the newest sample behind a query that has series", async () => {
      const { metrics, source, queries, at } = await world();
      const now = at();
      const fresh = await metrics.freshness(source, queries.value.query, now);
      expect(fresh.kind).toBe("known");
      const [selector] = fresh.kind === "known" ? fresh.selectors : [];
      expect(selector?.newest).toBeLessThanOrEqual(now);
      expect(selector?.newest).toBeGreaterThan(now - 60_000);
      expect(selector?.scrapeIntervalMs).toBeGreaterThan(0);
    });

    it("tells that a selector matches nothing", async () => {
      const { metrics, source, queries, at } = await world();
      const fresh = await metrics.freshness(source, queries.empty, at());
      expect(fresh).toMatchObject({ kind: "known", selectors: [{ newest: null }] });
    });

    it("tells the rules behind a guard, with those of their alerts that satisfy it", async () => {
      const { metrics, source, alerts, at } = await world();
      const now = at();
      const found = await metrics.alertRules(source, alerts.firing.guard, now);
      expect(found).toMatchObject({ kind: "known", rules: [{ name: alerts.firing.rule, health: "ok" }] });
      const [rule] = found.kind === "known" ? found.rules : [];
      expect(rule?.lastEvaluation).toBeLessThanOrEqual(now);
      expect(rule?.intervalMs).toBeGreaterThan(0);
      expect(rule?.freshness.kind).toBe("known");
      expect(rule?.active).toHaveLength(1);
      const [active] = rule?.active ?? [];
      expect(active?.labels["alertname"]).toBe(alerts.firing.rule);
      expect(active?.activeAt).toBeLessThanOrEqual(now);
    });

    it("tells the rules as they are now, also to a clock that is behind", async () => {
      const { metrics, source, alerts, at } = await world();
      const found = await metrics.alertRules(source, alerts.firing.guard, at() - 3_600_000);
      expect(found).toMatchObject({ kind: "known", rules: [{ active: [{ state: expect.any(String) }] }] });
    });

    it("keeps no rule apart from not knowing", async () => {
      const { metrics, source, alerts, at } = await world();
      expect(await metrics.alertRules(source, alerts.none, at())).toEqual({ kind: "known", rules: [] });
    });

    it("knows how far the clocks are apart once it has answered", async () => {
      const { metrics, source, queries, at } = await world();
      await metrics.ask(source, [queries.value.query], at());
      expect(Math.abs(metrics.clockSkewMs(source) ?? Infinity)).toBeLessThan(2_000);
    });
  });
}
