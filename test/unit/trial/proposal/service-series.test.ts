import { describe, expect, it, test } from "vitest";
import { findService, knownServices } from "../../../../src/trial/proposal/service-series.ts";
import { anAlertRule, NOON } from "../../../support/builders.ts";
import { createSeriesCatalogue } from "../../../support/series-catalogue.ts";

const find = async (service: string, ...series: readonly Readonly<Record<string, string>>[]) => {
  const found = await findService(createSeriesCatalogue(series), "main", service, NOON);
  if (found.kind === "unknown") throw new Error(found.detail);
  return found.metrics.map(({ name, matcher }) => `${name} by ${matcher}`);
};

describe("the series of a service", () => {
  it("are narrowed by the label that tells most", async () => {
    expect(
      await find(
        "checkout",
        { __name__: "up", job: "checkout", namespace: "checkout" },
        { __name__: "requests_total", service: "checkout", job: "mesh" },
        { __name__: "other_total", service: "basket" },
      ),
    ).toEqual(['requests_total by service="checkout"', 'up by job="checkout"']);
  });

  it("are found in a job with a namespace, as OpenTelemetry writes it", async () => {
    expect(await find("checkout", { __name__: "up", job: "shop/checkout" })).toEqual([
      'up by job="shop/checkout"',
    ]);
    expect(
      await find(
        "checkout",
        { __name__: "up", job: "shop/checkout" },
        { __name__: "up", job: "eu/checkout" },
      ),
    ).toEqual(['up by job=~"(.+/)?checkout"']);
  });

  it("are not those of a name that only looks alike", async () => {
    expect(await find("a.b", { __name__: "up", job: "axb" })).toEqual([]);
  });

  it("leave buckets out, and a name with quotes harms nothing", async () => {
    expect(await find("checkout", { __name__: "x_bucket", job: "checkout" })).toEqual([]);
    expect(await find('"}', { __name__: "up", service: '"}' })).toEqual([String.raw`up by service="\"}"`]);
  });

  it("are unknown when they cannot be asked for", async () => {
    const catalogue = createSeriesCatalogue([], {
      seriesOf: async () => ({ kind: "unknown", reason: "unreachable", detail: "refused" }),
    });
    expect(await findService(catalogue, "main", "checkout", NOON)).toMatchObject({ kind: "unknown" });
  });

  it("say when there were too many to look at", async () => {
    const many = Array.from({ length: 2_000 }, (_, index) => ({
      __name__: `x${index}`,
      job: "checkout",
    }));
    expect(await findService(createSeriesCatalogue(many), "main", "checkout", NOON)).toMatchObject({
      isCut: true,
    });
  });
});

test("services are known from targets and rules, without templates", async () => {
  const catalogue = createSeriesCatalogue(
    [
      { __name__: "up", job: "basket", instance: "a:1" },
      { __name__: "target_info", service_name: "catalog", job: "shop/catalog" },
    ],
    {
      allAlertRules: async () => ({
        kind: "known",
        rules: [anAlertRule(), anAlertRule({ labels: { service: "{{ $labels.service }}" } })],
      }),
    },
  );
  expect(await knownServices(catalogue, "main", NOON)).toEqual([
    "basket",
    "catalog",
    "checkout",
    "shop/catalog",
  ]);
});
