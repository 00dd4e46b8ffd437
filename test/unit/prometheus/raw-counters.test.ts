import { afterEach, describe, expect, it } from "vitest";
import { createPrometheus, type Prometheus } from "../../../src/prometheus/prometheus.ts";
import { startFakePrometheus, type FakePrometheus, type Reply } from "../../support/fake-prometheus.ts";
import { realClock } from "../../support/real-clock.ts";

const AT = 1_772_618_400_000;
const STRETCH = { from: AT - 300_000, to: AT };

const running: { stop(): Promise<void> }[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()));
});

async function peer(reply: Reply): Promise<{ server: FakePrometheus; client: Prometheus }> {
  const server = await startFakePrometheus();
  server.onRequest(() => reply);
  const client = createPrometheus({ sources: { main: { url: server.url } }, clock: realClock });
  running.push({ stop: () => client.close() }, server);
  return { server, client };
}

const success = (result: unknown, more = {}): Reply => ({
  kind: "json",
  body: { status: "success", data: { resultType: "matrix", result }, ...more },
});

describe("raw counters", () => {
  it("are every sample of the stretch, each with the time of its scrape", async () => {
    const values = [
      [AT / 1000 - 20.5, "7"],
      [AT / 1000 - 5.25, "NaN"],
      [AT / 1000 - 5.125, "9"],
    ];
    const { server, client } = await peer(success([{ metric: { job: "shop" }, values }]));
    expect(await client.counters("main", 'orders_total{a="b"}', STRETCH)).toEqual({
      kind: "known",
      series: [
        {
          labels: { job: "shop" },
          samples: [
            { at: AT - 20_500, value: 7 },
            { at: AT - 5_125, value: 9 },
          ],
        },
      ],
    });
    expect(server.seen[0]?.fields.get("query")).toBe('orders_total{a="b"}[300000ms]');
    expect(server.seen[0]?.fields.get("time")).toBe("1772618400.000");
  });

  it("are asked for once, whoever asks about the same stretch", async () => {
    const { server, client } = await peer(success([]));
    await Promise.all([client.counters("main", "a", STRETCH), client.counters("main", "a", STRETCH)]);
    expect(await client.counters("main", "a", STRETCH)).toEqual({ kind: "known", series: [] });
    expect(server.seen).toHaveLength(1);
    await client.counters("main", "a", { ...STRETCH, from: STRETCH.from + 1 });
    expect(server.seen).toHaveLength(2);
  });

  it.each<[string, Reply, string]>([
    ["with a warning", success([], { warnings: ["half of it"] }), "partial"],
    [
      "of another kind",
      { kind: "json", body: { status: "success", data: { resultType: "vector", result: [] } } },
      "bad-answer",
    ],
    ["that were refused", { kind: "json", status: 503, body: { status: "error" } }, "http-503"],
  ])("%s are unknown", async (_, reply, reason) => {
    const { client } = await peer(reply);
    expect(await client.counters("main", "a", STRETCH)).toMatchObject({ kind: "unknown", reason });
  });

  it("of a source that is not configured are unknown", async () => {
    const { client } = await peer(success([]));
    expect(await client.counters("other", "a", STRETCH)).toMatchObject({ reason: "unreachable" });
  });
});
