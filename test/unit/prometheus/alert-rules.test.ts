import { afterEach, describe, expect, it } from "vitest";
import type { AlertRules } from "../../../src/domain/alert.ts";
import { parseMatchers } from "../../../src/matchers/matchers.ts";
import { createPrometheus, type Prometheus } from "../../../src/prometheus/prometheus.ts";
import {
  startFakePrometheus,
  type FakePrometheus,
  type Reply,
  type SeenRequest,
} from "../../support/fake-prometheus.ts";
import { manualClock } from "../../support/manual-clock.ts";

const AT = 1_772_618_400_000;

/** What the server has: alerting and recording rules, and the selectors that have series. */
type Known = {
  alerting: readonly object[];
  recording: readonly object[];
  existing: readonly string[];
  fresh: readonly string[];
  rules: Reply | null;
  counts: Reply | null;
};

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

describe("the rules behind a guard", () => {
  it("are those that name it, with only such active alerts as satisfy it", async () => {
    const { client } = await world({
      alerting: [
        rule("Deep", "depth > 1", { alerts: [alert("Deep", "checkout"), alert("Deep", "cart")] }),
        rule("Late", 'delay{service="checkout"} > 1'),
        rule("Other", 'delay{service="cart"} > 1'),
      ],
      fresh: ['depth{service="checkout"}', 'delay{service="checkout"}'],
    });
    expect(await behind(client, '{service="checkout"}')).toEqual({
      kind: "known",
      rules: [
        expect.objectContaining({
          name: "Deep",
          active: [expect.objectContaining({ labels: { alertname: "Deep", service: "checkout" } })],
          freshness: known({ 'depth{service="checkout"}': AT - 5_000 }),
        }),
        expect.objectContaining({
          name: "Late",
          active: [],
          freshness: known({ 'delay{service="checkout"}': AT - 5_000 }),
        }),
      ],
    });
  });

  it("include one whose label is open once series with it exist, or did in the last hours", async () => {
    const { client, server, has, clock } = await world({
      alerting: [rule("Errors", "sum by (service) (rate(bad[5m])) / sum by (service) (rate(all[5m]))")],
    });
    expect(await names(client, '{service="checkout"}')).toEqual([]);

    has.existing = ['all{service="checkout"}'];
    clock.advance(15_000);
    const found = await behind(client, '{service="checkout"}', AT + 15_000);
    // The counter of errors need not exist; the traffic is dead, and that shows.
    expect(found).toMatchObject({
      rules: [{ name: "Errors", freshness: known({ 'all{service="checkout"}': null }) }],
    });
    expect(queries(server)).toContain('count(present_over_time(all{service="checkout"}[3h]))');
  });

  it("include one that says with an alert what its labels are", async () => {
    const labels = { team: "{{ $labels.service | toUpper }}" };
    const active = {
      labels: { alertname: "Deep", team: "CHECKOUT" },
      state: "pending",
      activeAt: "2026-01-05T09:00:00Z",
    };
    const { client } = await world({
      alerting: [
        rule("Deep", "depth > 1", { labels, alerts: [active] }),
        rule("Calm", "depth > 2", { labels }),
      ],
      fresh: ["depth"],
    });
    expect(await names(client, '{team="CHECKOUT"}')).toEqual(["Deep"]);
    expect(await names(client, '{team="CART"}')).toEqual([]);
  });

  it("include one of which nobody can tell, and say why", async () => {
    const { client } = await world({
      alerting: [
        rule("Errors", "sum by (service) (bad) > 1"),
        rule("Unreadable", "odd(((", { labels: { service: "x" } }),
      ],
      counts: {
        kind: "json",
        status: 422,
        body: { status: "error", errorType: "execution", error: "too many samples" },
      },
    });
    expect(await behind(client, '{service="x"}')).toMatchObject({
      rules: [
        { name: "Errors", freshness: { kind: "unknown", reason: "http-422" } },
        {
          name: "Unreadable",
          freshness: {
            kind: "unknown",
            reason: "bad-answer",
            detail: expect.stringContaining("the expression of the rule cannot be read"),
          },
        },
      ],
    });
  });

  it("are followed through recorded series down to what is scraped", async () => {
    const { client } = await world({
      alerting: [rule("Failing", 'service:failed:rate1m{service="erp"} > 1')],
      recording: [
        {
          name: "service:failed:rate1m",
          query: "sum by (service) (rate(failed_total[1m]))",
          type: "recording",
        },
      ],
      fresh: ['service:failed:rate1m{service="erp"}'],
    });
    expect(await behind(client, "Failing")).toMatchObject({
      rules: [
        {
          freshness: known({
            'service:failed:rate1m{service="erp"}': AT - 5_000,
            'failed_total{service="erp"}': null,
          }),
        },
      ],
    });
  });

  it("need no series where their silence is no blindness", async () => {
    const { client, server } = await world({
      alerting: [rule("Gone", 'absent(up{job="shop"})'), rule("Always", "vector(1)")],
    });
    expect(await behind(client, '{alertname=~"Gone|Always"}')).toMatchObject({
      rules: [{ freshness: known({}) }, { freshness: known({}) }],
    });
    expect(queries(server)).toEqual([]);
  });

  it("are no rules when nothing names the guard, and nothing is asked of those in front of it", async () => {
    const { client, server } = await world({
      alerting: [rule("Other", "depth > 1", { labels: { service: "cart" } })],
    });
    expect(await behind(client, '{service="checkout"}')).toEqual({ kind: "known", rules: [] });
    expect(queries(server)).toEqual([]);
  });
});

describe("the reading of rules", () => {
  it("is one for all guards of one instant, and a new one for the next", async () => {
    const { client, server } = await world({ alerting: [rule("Deep", "vector(1)")] });
    const guards = ["Deep", '{severity="critical"}', "Other"];
    await Promise.all(guards.map((guard) => behind(client, guard)));
    await behind(client, "Deep");
    expect(pages(server)).toEqual(["alert"]);
    await behind(client, "Deep", AT + 15_000);
    expect(pages(server)).toEqual(["alert", "alert"]);
  });

  it.each<[string, Reply, string]>([
    ["refused", { kind: "text", body: "", status: 403 }, "http-403"],
    ["silent", { kind: "hang" }, "timeout"],
    ["senseless", { kind: "json", body: { status: "success", data: {} } }, "bad-answer"],
    ["endless", { kind: "flood", bytes: 9 * 1024 ** 2 }, "too-large"],
    ["cut off", { kind: "reset" }, "unreachable"],
  ])("that is %s makes them unknown", async (_what, rules, reason) => {
    const { client } = await world({ rules });
    expect(await behind(client, "Deep")).toMatchObject({ kind: "unknown", reason });
  });

  it("of a source that is not configured is an unknown too", async () => {
    const { client } = await world({});
    expect(await client.alertRules("other", matchersOf("Deep"), AT)).toMatchObject({ reason: "unreachable" });
  });
});

async function world(given: Partial<Known>) {
  const has: Known = {
    alerting: [],
    recording: [],
    existing: [],
    fresh: [],
    rules: null,
    counts: null,
    ...given,
  };
  const server = await startFakePrometheus();
  server.onRequest((request) => answer(request, has));
  const clock = manualClock();
  const client = createPrometheus({ sources: { main: { url: server.url, timeoutMs: 400 } }, clock });
  running.push(server, { stop: () => client.close() });
  return { server, client, has, clock };
}

function answer(request: SeenRequest, has: Known): Reply {
  if (request.path === "/api/v1/rules") {
    if (request.fields.get("type") === "record") return groups(has.recording);
    return has.rules ?? groups(has.alerting);
  }
  if (request.path === "/api/v1/targets") return success({ activeTargets: [] });
  const query = request.fields.get("query") ?? "";
  const seconds = Number(request.fields.get("time"));
  const counted = /^count\(present_over_time\((.*)\[3h\]\)\)$/.exec(query)?.[1];
  if (counted !== undefined)
    return (
      has.counts ?? vector(has.existing.includes(counted) ? [{ metric: {}, value: [seconds, "2"] }] : [])
    );
  const newest = /^max\(timestamp\((.*)\)\)$/.exec(query)?.[1] ?? "";
  return vector(has.fresh.includes(newest) ? [{ metric: {}, value: [seconds, String(seconds - 5)] }] : []);
}

function rule(name: string, query: string, more: object = {}): object {
  return {
    name,
    query,
    duration: 0,
    labels: {},
    alerts: [],
    health: "ok",
    lastEvaluation: "2026-01-05T09:00:00Z",
    type: "alerting",
    ...more,
  };
}

function alert(alertname: string, service: string): object {
  return {
    labels: { alertname, service },
    state: "firing",
    activeAt: "2026-01-05T09:00:00Z",
    value: "1e+00",
  };
}

function known(selectors: Readonly<Record<string, number | null>>): object {
  return {
    kind: "known",
    selectors: Object.entries(selectors).map(([selector, newest]) =>
      expect.objectContaining({ selector, newest }),
    ),
  };
}

function behind(client: Prometheus, guard: string, at = AT): Promise<AlertRules> {
  return client.alertRules("main", matchersOf(guard), at);
}

async function names(client: Prometheus, guard: string): Promise<readonly string[]> {
  const found = await behind(client, guard);
  if (found.kind === "unknown") throw new Error(found.detail);
  return found.rules.map((each) => each.name);
}

function matchersOf(text: string) {
  const read = parseMatchers(text);
  if (!read.ok) throw new Error(read.problem);
  return read.matchers;
}

function groups(rules: readonly object[]): Reply {
  return success({ groups: [{ name: "g", interval: 30, rules }] });
}

function vector(result: unknown): Reply {
  return success({ resultType: "vector", result });
}

function success(data: unknown): Reply {
  return { kind: "json", body: { status: "success", data } };
}

function queries(server: FakePrometheus): readonly string[] {
  return server.seen
    .filter((each) => each.path === "/api/v1/query")
    .map((each) => each.fields.get("query") ?? "");
}

function pages(server: FakePrometheus): readonly string[] {
  return server.seen
    .filter((each) => each.path === "/api/v1/rules" && each.fields.get("type") === "alert")
    .map((each) => each.fields.get("type") ?? "");
}
