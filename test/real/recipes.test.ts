import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, test } from "vitest";
import { parse } from "yaml";
import { freePort } from "../../demo/peers/free-port.ts";
import { type Postgres, startPostgres } from "../../demo/peers/postgres.ts";
import { startPrometheus } from "../../demo/peers/prometheus.ts";
import { unleashAdmin } from "../../demo/peers/unleash-admin.ts";
import { startExporter } from "../support/exporter.ts";
import { codeOn, runRecipe } from "../support/recipe.ts";
import { until } from "../support/until.ts";

const FLAG = "erp-order-export";
/** As an SDK asks. */
const CLIENT_SPEC = "5.1.0";
const ended: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  for (const end of ended.toReversed()) await end();
});

/** A series as its labels stand in the order of the text format, or in that of the collector's keys. */
function outcomeSeries(variant: string, outcome: string, outcomeFirst: boolean): string {
  const edge = 'integration="oms-to-erp-orders",entity="order"';
  const own = `outcome="${outcome}"`;
  const rest = outcomeFirst ? `${own},${edge}` : `${edge},${own}`;
  return `commerce_exposure_outcomes_total{flag="${FLAG}",variant="${variant}",${rest}}`;
}

/** A name of OpenTelemetry as Prometheus sees it. */
function sanitised(name: string): string {
  return name.replaceAll(".", "_");
}

describe("docs/adopt/node.md", () => {
  const DRIVER = `
import { once } from "node:events";
import { decide, ended, unleash } from "./exposure.mjs";
await once(unleash, "synchronized");
const orders = Array.from({ length: 200 }, (_, index) => ({ id: "order-" + index }));
for (const order of orders) order.variant = decide(order);
for (const order of orders) ended(order, order === orders[0] ? "missing" : "ok");
const page = await fetch("http://127.0.0.1:" + process.env.METRICS_PORT + "/metrics");
const on = orders.filter((order) => order.variant === "on").length;
console.log(JSON.stringify({ on, first: orders[0].variant, page: await page.text() }));
process.exit(0);
`;

  test("counts what a real Unleash decided and how it ended, zeros included", async () => {
    const unleash = inject("unleash8");
    const setup = unleashAdmin(unleash, unleash.adminToken);
    const place = { flag: FLAG, environment: "production" };
    await setup.ensureStickiness("orderId");
    await setup.createFlag(FLAG);
    await setup.call("PATCH", `/api/admin/projects/default/features/${FLAG}`, [
      { op: "replace", path: "/impressionData", value: true },
    ]);
    await setup.addRollout({ ...place, rollout: 50, stickiness: "orderId" });
    await setup.switchEnvironment(place, "on");
    // What SDKs are given follows a moment later, and is kept apart from what anybody else is given.
    await until(async () => {
      const answer = await fetch(`${unleash.url}/api/client/features`, {
        headers: { authorization: unleash.backendToken, "unleash-client-spec": CLIENT_SPEC },
      });
      const { features } = (await answer.json()) as { features: readonly { readonly name: string }[] };
      expect(features.find(({ name }) => name === FLAG)).toMatchObject({
        enabled: true,
        strategies: [{ parameters: { rollout: "50" } }],
      });
    });

    const [recipe = ""] = codeOn("docs/adopt/node.md", "js");
    const ran = await runRecipe(recipe, DRIVER, {
      UNLEASH_URL: `${unleash.url}/api`,
      UNLEASH_TOKEN: unleash.backendToken,
      METRICS_PORT: String(await freePort()),
    });
    const { on, first, page } = JSON.parse(ran) as { on: number; first: "on" | "off"; page: string };
    const series = new Map(
      page.split("\n").flatMap((line) => {
        const [, name, value] = /^(commerce_\S+) (\d+)$/.exec(line) ?? [];
        return name === undefined ? [] : [[name, Number(value)] as const];
      }),
    );
    expect(on).toBeGreaterThan(50);
    expect(on).toBeLessThan(150);
    expect(series.get(`commerce_exposure_evaluations_total{flag="${FLAG}",variant="on"}`)).toBe(on);
    expect(series.get(`commerce_exposure_evaluations_total{flag="${FLAG}",variant="off"}`)).toBe(200 - on);
    expect(series.get(outcomeSeries("on", "ok", false))).toBe(first === "on" ? on - 1 : on);
    expect(series.get(outcomeSeries("off", "ok", false))).toBe(first === "off" ? 199 - on : 200 - on);
    expect(series.get(outcomeSeries(first, "missing", false))).toBe(1);
    expect(series.get(outcomeSeries("on", "duplicate", false))).toBe(0);
    expect(series.size).toBe(2 + 2 * 6);
  });
});

describe("docs/adopt/sql.md", () => {
  type Metric = {
    readonly metric_name: string;
    readonly type: string;
    readonly key_labels: readonly string[];
    readonly static_labels?: Readonly<Record<string, string>>;
    readonly values: readonly string[];
    readonly query: string;
  };
  const [tables = "", settle = ""] = codeOn("docs/adopt/sql.md", "sql");
  const collector = parse(codeOn("docs/adopt/sql.md", "yaml")[0] ?? "") as {
    readonly collector_name: string;
    readonly metrics: readonly Metric[];
  };
  let postgres: Postgres;
  const sql = (text: string) => postgres.query("shop", text);

  /** The series that sql_exporter is documented to make of a metric's rows. */
  async function seriesOf({ metric_name, key_labels, static_labels, values, query }: Metric) {
    const series: Record<string, number> = {};
    for (const row of await sql(query)) {
      expect(Object.keys(row).toSorted()).toEqual([...key_labels, ...values].toSorted());
      const labels = { ...Object.fromEntries(key_labels.map((key) => [key, row[key]])), ...static_labels };
      const shown = Object.entries(labels).map(([key, value]) => `${key}="${String(value)}"`);
      series[`${metric_name}{${shown.join(",")}}`] = Number(row[values[0] ?? ""]);
    }
    return series;
  }

  async function allSeries(): Promise<Readonly<Record<string, number>>> {
    const each = await Promise.all(collector.metrics.map(seriesOf));
    return Object.assign({}, ...each) as Readonly<Record<string, number>>;
  }

  beforeAll(async () => {
    postgres = await startPostgres();
    ended.push(() => postgres.stop());
    await postgres.createDatabase("shop");
    await sql(
      "CREATE TABLE shop_orders (id text PRIMARY KEY, total_cents int, paid_at timestamptz);" +
        "CREATE TABLE erp_orders (external_ref text, total_cents int);",
    );
    await sql(tables);
  });

  test("reports every combination before the first order", async () => {
    const series = await allSeries();
    expect(Object.keys(series)).toHaveLength(2 + 2 * 4);
    expect(Object.values(series).every((value) => value === 0)).toBe(true);
  });

  test("settles each order once, when it is old enough, as what it is", async () => {
    const orders = [
      ["fine", "on", "1 hour", [500]],
      ["also-fine", "off", "1 hour", [500]],
      ["lost", "on", "1 hour", []],
      ["twice", "on", "1 hour", [500, 500]],
      ["cheaper", "off", "1 hour", [400]],
      ["young", "on", "5 minutes", []],
    ] as const;
    for (const [id, variant, age, exported] of orders) {
      await sql(`INSERT INTO shop_orders VALUES ('${id}', 500, now() - interval '${age}');
        INSERT INTO order_exposure VALUES ('${id}', '${FLAG}', '${variant}', now() - interval '${age}');`);
      for (const cents of exported) await sql(`INSERT INTO erp_orders VALUES ('${id}', ${cents})`);
    }
    await sql("INSERT INTO shop_orders VALUES ('unexposed', 500, now() - interval '1 hour')");
    await sql(settle);
    const expected = {
      [`commerce_exposure_evaluations_total{flag="${FLAG}",variant="on"}`]: 4,
      [`commerce_exposure_evaluations_total{flag="${FLAG}",variant="off"}`]: 2,
      [outcomeSeries("on", "ok", true)]: 1,
      [outcomeSeries("on", "missing", true)]: 1,
      [outcomeSeries("on", "duplicate", true)]: 1,
      [outcomeSeries("on", "mismatch", true)]: 0,
      [outcomeSeries("off", "ok", true)]: 1,
      [outcomeSeries("off", "missing", true)]: 0,
      [outcomeSeries("off", "duplicate", true)]: 0,
      [outcomeSeries("off", "mismatch", true)]: 1,
    };
    expect(await allSeries()).toEqual(expected);

    await sql("INSERT INTO erp_orders VALUES ('lost', 500)");
    await sql(settle);
    expect(await allSeries()).toEqual(expected);
  });

  test("is a collector of counters", () => {
    expect(collector.collector_name).toBe("exposure");
    expect(collector.metrics.map(({ metric_name, type }) => [metric_name, type])).toEqual([
      ["commerce_exposure_evaluations_total", "counter"],
      ["commerce_exposure_outcomes_total", "counter"],
    ]);
  });
});

describe("docs/adopt/opentelemetry.md", () => {
  /** Spans that only remember their attributes, active one at a time. */
  const DRIVER = `
import { context, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { decided, ended } from "./exposure.mjs";
let active = ROOT_CONTEXT;
const manager = { active: () => active, with: (_, work) => work(), bind: (_, target) => target };
context.setGlobalContextManager({ ...manager, enable: () => manager, disable: () => manager });
const spans = [];
const inSpan = (work) => {
  const attributes = {};
  active = trace.setSpan(ROOT_CONTEXT, { setAttributes: (more) => Object.assign(attributes, more) });
  work();
  spans.push(attributes);
};
const order = (variant) => ({ flag: "${FLAG}", variant });
for (const variant of ["on", "on", "off"]) inSpan(() => decided(order(variant)));
inSpan(() => ended(order("on"), "ok"));
inSpan(() => ended(order("on"), "duplicate"));
inSpan(() => undefined);
console.log(JSON.stringify(spans));
`;
  const PAGE = "docs/adopt/opentelemetry.md";
  type Pipeline = Readonly<Record<"receivers" | "processors" | "exporters", readonly string[] | undefined>>;
  type Spans = readonly Readonly<Record<string, string>>[];
  const [collectorText = "", scrapeText = ""] = codeOn(PAGE, "yaml");
  const collector = parse(collectorText) as {
    readonly receivers: object;
    readonly processors: { readonly filter: unknown };
    readonly connectors: {
      readonly spanmetrics: {
        readonly namespace: string;
        readonly dimensions: readonly { readonly name: string }[];
      };
    };
    readonly exporters: object;
    readonly service: { readonly pipelines: Readonly<Record<"traces" | "metrics", Pipeline>> };
  };

  /** What the connector is documented to write for these spans, in the names that Prometheus sees. */
  function exposition(spans: Spans): string {
    const { namespace, dimensions } = collector.connectors.spanmetrics;
    const series = spans
      .filter((span) => span["feature_flag.key"] !== undefined)
      .map((span) =>
        dimensions
          .flatMap(({ name }) => (span[name] === undefined ? [] : [`${sanitised(name)}="${span[name]}"`]))
          .join(","),
      );
    const metric = `${sanitised(namespace)}_calls_total`;
    const lines = [...Map.groupBy(series, (labels) => labels)].map(
      ([labels, all]) => `${metric}{${labels}} ${all.length}\n`,
    );
    return `# TYPE ${metric} counter\n${lines.join("")}`;
  }

  test("names in its pipelines only what it declares, and joins them by the connector", () => {
    const { pipelines } = collector.service;
    const declared = {
      receivers: [...Object.keys(collector.receivers), ...Object.keys(collector.connectors)],
      processors: Object.keys(collector.processors),
      exporters: [...Object.keys(collector.exporters), ...Object.keys(collector.connectors)],
    };
    for (const pipeline of Object.values(pipelines)) {
      for (const part of ["receivers", "processors", "exporters"] as const) {
        expect(declared[part]).toEqual(expect.arrayContaining([...(pipeline[part] ?? [])]));
      }
    }
    expect(pipelines.traces.exporters).toEqual(["spanmetrics"]);
    expect(pipelines.metrics.receivers).toEqual(["spanmetrics"]);
    // A filter drops what it matches: every span without a flag.
    expect(collector.processors.filter).toEqual({
      traces: { span: ['attributes["feature_flag.key"] == nil'] },
    });
  });

  test("gives the contract's series from the spans of a service, as a real Prometheus reads them", async () => {
    const [recipe = ""] = codeOn(PAGE, "js");
    const spans = JSON.parse(await runRecipe(recipe, DRIVER)) as Spans;
    expect(spans).toHaveLength(6);
    const exporter = await startExporter(() => exposition(spans));
    ended.push(() => exporter.stop());
    const scrape = parse(scrapeText.replace("otel-collector:8889", exporter.target)) as {
      readonly scrape_configs: unknown;
    };
    const folder = await mkdtemp(join(tmpdir(), "rampart-recipe-"));
    ended.push(() => rm(folder, { recursive: true }));
    const prometheus = await startPrometheus({
      dataDir: folder,
      extraConfig: { scrape_configs: scrape.scrape_configs },
    });
    ended.push(() => prometheus.stop());
    await until(async () => {
      const answer = await fetch(
        `${prometheus.url}/api/v1/query?query=${encodeURIComponent('{__name__=~"commerce_.+"}')}`,
      );
      const { data } = (await answer.json()) as {
        data: { result: readonly { metric: Readonly<Record<string, string>>; value: [number, string] }[] };
      };
      const found = data.result.map(({ metric, value }) => {
        const { __name__: name = "", job: _, instance: __, ...labels } = metric;
        return [name, labels, value[1]];
      });
      const outcomeOf = (outcome: string) => ({
        flag: FLAG,
        variant: "on",
        integration: "oms-to-erp-orders",
        entity: "order",
        outcome,
      });
      expect(found).toHaveLength(4);
      expect(found).toEqual(
        expect.arrayContaining([
          ["commerce_exposure_evaluations_total", { flag: FLAG, variant: "on" }, "2"],
          ["commerce_exposure_evaluations_total", { flag: FLAG, variant: "off" }, "1"],
          ["commerce_exposure_outcomes_total", outcomeOf("ok"), "1"],
          ["commerce_exposure_outcomes_total", outcomeOf("duplicate"), "1"],
        ]),
      );
    });
  });
});

describe("docs/who-owns-rollout.md", () => {
  test.each([{ server: () => inject("unleash8") }, { server: () => inject("unleash7") }])(
    "a whole strategy written back keeps its title and loses the constraints it leaves out",
    async ({ server }) => {
      const setup = unleashAdmin(server(), server().colleague.token);
      const place = { flag: "written-whole", environment: "development" };
      await setup.createFlag(place.flag);
      const { id } = await setup.addRollout({
        ...place,
        rollout: 25,
        title: "Gradual [rampart 2/4 #abc.1.2]",
        constraints: [{ contextName: "appName", operator: "IN", values: ["shop"] }],
      });
      const path = `/api/admin/projects/default/features/${place.flag}/environments/${place.environment}`;
      await setup.call("PUT", `${path}/strategies/${id}`, {
        name: "flexibleRollout",
        parameters: { rollout: "50", stickiness: "default", groupId: place.flag },
      });
      const [after] = await setup.strategies(place);
      expect(after?.title).toBe("Gradual [rampart 2/4 #abc.1.2]");
      expect(after?.constraints).toEqual([]);
    },
  );
});
