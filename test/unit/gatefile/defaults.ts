import type { Defaults } from "../../../src/gatefile/defaults.ts";

export const DEFAULTS: Defaults = {
  environment: "production",
  server: "main",
  source: "main",
  scrapeIntervalMs: 60_000,
};

/** The smallest gate that drives a flag. */
export const SMALLEST = `schema: gate/v1
name: new-checkout
owner: team-checkout
runbook: https://runbooks.example.com/checkout
flag: new-checkout
signals:
  - query: sum(rate(checkout_errors_total[5m])) / sum(rate(checkout_requests_total[5m]))
    advance: at most 0.5%
    rollback: above 2% for 2m
`;
