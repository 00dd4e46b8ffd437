import { Counter, Gauge, Histogram, type Registry } from "prom-client";

const PROPAGATION_BUCKETS = [1, 5, 15, 60, 300, 900, 1800, 3600, 7200, 14400, 86400];

/** Every metric a shop reports, with its labels. Seconds are those of the wall clock. */
export function defineMetrics(registry: Registry) {
  const counter = (name: string, help: string, labelNames: readonly string[]) =>
    new Counter({ name: `commerce_${name}`, help, labelNames, registers: [registry] });
  const gauge = (name: string, help: string, labelNames: readonly string[]) =>
    new Gauge({ name: `commerce_${name}`, help, labelNames, registers: [registry] });
  const edge = ["integration", "entity"];

  return {
    processed: counter("messages_processed_total", "Messages by final fate at the target.", [
      ...edge,
      "result",
    ]),
    attempts: counter("message_attempts_total", "Every delivery attempt.", [...edge, "result", "error_type"]),
    duplicateEffects: counter("duplicate_effects_total", "Second side effects at the target.", edge),
    transitions: counter("state_transitions_total", "Lifecycle transitions.", ["system", "entity", "result"]),
    manual: counter("manual_interventions_total", "Writes that bypassed the owning system.", [
      "system",
      "entity",
      "kind",
    ]),
    orders: counter("orders_total", "Orders placed.", ["channel"]),
    checkouts: counter("checkouts_started_total", "Checkouts started.", ["channel"]),
    orderLines: counter("order_lines_total", "Order lines placed.", ["channel"]),
    lineDefects: counter("order_line_defects_total", "Defective order lines.", ["channel", "defect"]),
    orderValue: counter("order_value_amount_total", "Order value placed.", ["channel", "currency"]),
    apiRequests: counter("api_requests_total", "Outbound calls by the system called.", ["system", "result"]),
    evaluations: counter("exposure_evaluations_total", "Flag decisions that took effect.", [
      "flag",
      "variant",
    ]),
    outcomes: counter("exposure_outcomes_total", "Terminal outcome of each order, once per flag.", [
      "flag",
      "variant",
      ...edge,
      "outcome",
    ]),
    propagation: new Histogram({
      name: "commerce_entity_propagation_seconds",
      help: "Source commit to applied at the target.",
      labelNames: edge,
      buckets: PROPAGATION_BUCKETS,
      registers: [registry],
    }),
    inState: gauge("entities_in_state", "Entities now in the state.", ["system", "entity", "state"]),
    stuck: gauge("entities_stuck", "Entities beyond the state's limit.", ["system", "entity", "state"]),
    oldestEntry: gauge("state_oldest_entry_timestamp_seconds", "Oldest entry into the state; now if empty.", [
      "system",
      "entity",
      "state",
    ]),
    backlog: gauge("backlog_messages", "Messages waiting.", [...edge, "stage"]),
    backlogOldest: gauge("backlog_oldest_timestamp_seconds", "Oldest waiting message; now if none.", [
      ...edge,
      "stage",
    ]),
    lastSuccess: gauge("sync_last_success_timestamp_seconds", "Last time the target took something.", edge),
    reconciliationChecked: gauge("reconciliation_checked_entities", "Entities in the last run.", edge),
    reconciliationMismatched: gauge("reconciliation_mismatched_entities", "Entities that differ.", [
      ...edge,
      "kind",
    ]),
    reconciliationDifference: gauge("reconciliation_difference_amount", "Source minus target.", [
      ...edge,
      "currency",
    ]),
    reconciliationGross: gauge("reconciliation_gross_amount", "Money compared.", [...edge, "currency"]),
    reconciliationFinished: gauge(
      "reconciliation_last_success_timestamp_seconds",
      "End of the last run.",
      edge,
    ),
    reconciliationWatermark: gauge(
      "reconciliation_watermark_timestamp_seconds",
      "Up to when the last run's data is complete.",
      edge,
    ),
    unaccounted: gauge("flow_unaccounted_entities", "Accepted and neither done nor under way.", [
      "flow",
      "entity",
    ]),
    quota: gauge("api_quota_available_ratio", "Rate-limit headroom.", ["system"]),
    journey: gauge("journey_success", "Last run of the synthetic journey.", ["journey"]),
    integrationInfo: gauge("integration_info", "Ownership of an integration.", [
      "integration",
      "source_system",
      "target_system",
      "owner",
      "tier",
      "runbook",
    ]),
    flowMember: gauge("flow_member_info", "Membership of an integration in a flow.", ["flow", "integration"]),
  };
}

export type ShopMetrics = ReturnType<typeof defineMetrics>;
