import type { TryOutcome, TryRequest } from "../../../src/cli/standalone/try.ts";
import { HOUR, MINUTE } from "../../../src/domain/instant.ts";
import { tryOut } from "../../../src/trial/try-out.ts";
import { anActiveAlert, anAlertRule, NOON } from "../../support/builders.ts";
import { createScriptedCatalogue } from "../../support/scripted-catalogue.ts";
import { createScriptedHistory } from "../../support/scripted-history.ts";
import { createScriptedMetrics } from "../../support/scripted-metrics.ts";
import { createScriptedSilencers } from "../../support/scripted-silencers.ts";
import type { Scripts } from "../scripted-standalone.ts";

const BAD = "sum(increase(errors_total[5m]))";
const TOTAL = "sum(increase(requests_total[5m]))";

function share(when: number): number {
  return when > NOON - 5 * HOUR && when <= NOON - 4 * HOUR ? 0.04 : 0.001;
}

/** A shop with a bad hour in the morning, two queues and one alert. */
async function tried({ query, limits, lastMs, at }: TryRequest): Promise<TryOutcome> {
  const metrics = createScriptedMetrics();
  const history = createScriptedHistory();
  const now = at ?? NOON;
  metrics.set(BAD, 1000 * share(now));
  metrics.set(TOTAL, 1000);
  metrics.setSelectors(TOTAL, ["requests_total"]);
  history.set(BAD, (when) => 1000 * share(when));
  history.set(TOTAL, () => 1000);
  metrics.set("queue_depth", {
    kind: "unknown",
    reason: "many-series",
    detail: "2 series match; one is needed",
  });
  history.setSeries("queue_depth", [
    { labels: { queue: "in" }, value: () => 3 },
    { labels: { queue: "\u001b[2Jout" }, value: () => 4 },
  ]);
  const rule = anAlertRule({ active: [anActiveAlert()] });
  const labels = { alertname: rule.name, alertstate: "firing" };
  history.setSeries('ALERTS{alertname="CheckoutErrors"}', [
    { labels, value: (when) => (when > NOON - 8 * MINUTE ? 1 : null) },
  ]);
  history.set("count(errors)", () => 1);
  metrics.setAlertRules(() => ({ kind: "known", rules: [rule] }));
  const catalogue = createScriptedCatalogue({ rules: [rule], series: ["queue_depth"] });
  const asked = { text: query, source: "default", limits, lastMs, now };
  const trial = await tryOut(asked, { metrics, history, silencers: createScriptedSilencers(), catalogue });
  return { kind: "tried", trial };
}

export const TRY_OUTCOMES: Scripts<TryRequest, TryOutcome> = {
  shop: tried,
  nowhere: () => ({ kind: "unusable", message: "no Prometheus is named: give --prometheus <url>" }),
};
