import { z } from "zod";

/** So many alerts of one message are looked at; Alertmanager sends as many as fire at once unless `max_alerts` bounds it. */
const MOST_ALERTS = 1_000;

/**
 * Alertmanager's webhook, version 4, as far as it is read: which labels the alerts carry. Nothing is judged from it, since the
 * pass that it causes asks Prometheus itself.
 */
export const alertmanagerHookSchema = z.looseObject({
  alerts: z
    .array(z.looseObject({ labels: z.record(z.string(), z.string()) }))
    .max(MOST_ALERTS, `may have at most ${MOST_ALERTS} alerts`),
});

export const alertsHeardSchema = z.object({
  gates: z
    .array(z.string())
    .describe("Gates with a guard that may name one of the alerts; they are evaluated at once."),
});
