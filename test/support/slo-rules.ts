/** An objective of 99.9% over the requests of one job. */
export type Objective = {
  readonly job: string;
  /** The error query says that no error yet is 0. */
  readonly isFilled: boolean;
};

type Rule = {
  readonly record: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
};

const WINDOWS = ["5m", "30m", "1h", "2h", "6h", "1d", "3d"];

/** Rule files in JSON, which is YAML, in the shape that Sloth 0.11 and Pyrra 0.7 (`--generic-rules`) generate. */
export function sloRules(objectives: readonly Objective[], interval: string): string {
  const groups = objectives.flatMap((objective) => [
    { name: `sloth-slo-sli-recordings-${objective.job}`, interval, rules: slothIndicators(objective) },
    { name: `sloth-slo-meta-recordings-${objective.job}`, interval, rules: slothMeta(objective) },
    { name: `${objective.job}-increase`, interval, rules: pyrraIncreases(objective) },
    { name: `${objective.job}-errors`, interval, rules: pyrraBurnrates(objective) },
    { name: `${objective.job}-generic`, interval, rules: pyrraGeneric(objective) },
  ]);
  return JSON.stringify({ groups });
}

function slothLabels({ job }: Objective): Readonly<Record<string, string>> {
  return { sloth_id: `${job}-availability`, sloth_service: job, sloth_slo: "availability" };
}

function slothSelector(record: string, { job }: Objective): string {
  return `${record}{sloth_id="${job}-availability", sloth_service="${job}", sloth_slo="availability"}`;
}

function slothIndicators(objective: Objective): readonly Rule[] {
  const { job, isFilled } = objective;
  const windows = WINDOWS.map((window) => ({
    record: `slo:sli_error:ratio_rate${window}`,
    expr: `(sum(rate(http_requests_total{job="${job}",code=~"5.."}[${window}]))${isFilled ? " or vector(0)" : ""}) / (sum(rate(http_requests_total{job="${job}"}[${window}])))`,
    labels: { ...slothLabels(objective), sloth_window: window },
  }));
  const short = slothSelector("slo:sli_error:ratio_rate5m", objective);
  const period = {
    record: "slo:sli_error:ratio_rate30d",
    expr: `sum_over_time(${short}[30d]) / ignoring (sloth_window) count_over_time(${short}[30d])`,
    // Nothing else: the rest comes from what it reads.
    labels: { sloth_window: "30d" },
  };
  return [...windows, period];
}

function slothMeta(objective: Objective): readonly Rule[] {
  const labels = slothLabels(objective);
  const perBudget = (record: string) =>
    `${slothSelector(record, objective)} / on(sloth_id, sloth_slo, sloth_service) group_left ${slothSelector("slo:error_budget:ratio", objective)}`;
  return [
    { record: "slo:objective:ratio", expr: "vector(0.999)", labels },
    { record: "slo:error_budget:ratio", expr: "vector(1-0.999)", labels },
    { record: "slo:time_period:days", expr: "vector(30)", labels },
    { record: "slo:current_burn_rate:ratio", expr: perBudget("slo:sli_error:ratio_rate5m"), labels },
    { record: "slo:period_burn_rate:ratio", expr: perBudget("slo:sli_error:ratio_rate30d"), labels },
    {
      record: "slo:period_error_budget_remaining:ratio",
      expr: `1 - ${slothSelector("slo:period_burn_rate:ratio", objective)}`,
      labels,
    },
  ];
}

function pyrraIncreases({ job }: Objective): readonly Rule[] {
  const expr = `sum by (code) (increase(http_requests_total{job="${job}"}[4w]))`;
  return [{ record: "http_requests:increase4w", expr, labels: { job, slo: `${job}-errors` } }];
}

function pyrraBurnrates({ job }: Objective): readonly Rule[] {
  return ["5m", "30m", "1h", "2h", "6h", "1d", "4d"].map((window) => ({
    record: `http_requests:burnrate${window}`,
    expr: `sum(rate(http_requests_total{code=~"5..",job="${job}"}[${window}])) / sum(rate(http_requests_total{job="${job}"}[${window}]))`,
    labels: { job, slo: `${job}-errors` },
  }));
}

function pyrraGeneric({ job }: Objective): readonly Rule[] {
  const labels = { slo: `${job}-errors` };
  const all = `job="${job}",slo="${job}-errors"`;
  return [
    { record: "pyrra_objective", expr: "0.999", labels },
    { record: "pyrra_window", expr: "2419200", labels },
    {
      record: "pyrra_availability",
      expr: `1 - sum(http_requests:increase4w{code=~"5..",${all}} or vector(0)) / sum(http_requests:increase4w{${all}})`,
      labels,
    },
    { record: "pyrra_requests_total", expr: `sum(http_requests_total{job="${job}"})`, labels },
  ];
}
