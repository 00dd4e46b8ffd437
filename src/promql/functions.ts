/** What an expression answers, in the words of Prometheus. */
export type ResultKind = "scalar" | "instant vector" | "range vector" | "string";

/** What a function takes and answers. Arguments beyond `takes` are of its last kind. */
export type Signature = {
  readonly takes: readonly ResultKind[];
  readonly atLeast: number;
  /** Null: as many as one likes. */
  readonly atMost: number | null;
  readonly answers: ResultKind;
};

const OF_VECTOR =
  "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count " +
  "histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt " +
  "start_timestamp tan tanh timestamp";

const OF_RANGE =
  "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate " +
  "last_over_time mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time " +
  "stdvar_over_time sum_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time";

/** Without an argument these speak of now. */
const OF_TIME = "day_of_month day_of_week day_of_year days_in_month hour minute month year";

const SCALARS = "end pi range start step time";

/** Every function of the grammar. */
const FUNCTIONS: ReadonlyMap<string, Signature> = new Map([
  ...named(OF_VECTOR, exactly("instant vector")),
  ...named(OF_RANGE, exactly("range vector")),
  ...named(OF_TIME, { ...exactly("instant vector"), atLeast: 0 }),
  ...named(SCALARS, { ...exactly(), answers: "scalar" }),
  ...named("clamp", exactly("instant vector", "scalar", "scalar")),
  ...named("clamp_max clamp_min", exactly("instant vector", "scalar")),
  ...named("double_exponential_smoothing", exactly("range vector", "scalar", "scalar")),
  ...named("histogram_fraction", exactly("scalar", "scalar", "instant vector")),
  ...named("histogram_quantile", exactly("scalar", "instant vector")),
  ...named("histogram_quantiles", {
    ...exactly("instant vector", "string", "scalar"),
    atMost: 12,
  }),
  ...named("info", { ...exactly("instant vector", "instant vector"), atLeast: 1 }),
  ...named("label_join", {
    ...exactly("instant vector", "string", "string", "string"),
    atLeast: 3,
    atMost: null,
  }),
  ...named("label_replace", exactly("instant vector", "string", "string", "string", "string")),
  ...named("predict_linear", exactly("range vector", "scalar")),
  ...named("quantile_over_time", exactly("scalar", "range vector")),
  ...named("round", { ...exactly("instant vector", "scalar"), atLeast: 1 }),
  ...named("scalar", { ...exactly("instant vector"), answers: "scalar" }),
  ...named("sort_by_label sort_by_label_desc", {
    ...exactly("instant vector", "string"),
    atLeast: 1,
    atMost: null,
  }),
  ...named("vector", exactly("scalar")),
]);

/** Aggregations take what they aggregate last, some a parameter before it. */
const AGGREGATIONS: ReadonlyMap<string, Signature> = new Map([
  ...named("avg count group max min stddev stdvar sum", exactly("instant vector")),
  ...named("bottomk limit_ratio limitk quantile topk", exactly("scalar", "instant vector")),
  ...named("count_values", exactly("string", "instant vector")),
]);

/** Names of functions are written in lower case; aggregations are keywords, and take either. Null: there is none. */
export function signatureOf(name: string): Signature | null {
  return FUNCTIONS.get(name) ?? AGGREGATIONS.get(name.toLowerCase()) ?? null;
}

export const CALLED_NAMES: readonly string[] = [...FUNCTIONS.keys(), ...AGGREGATIONS.keys()].toSorted();

function exactly(...takes: readonly ResultKind[]): Signature {
  return { takes, atLeast: takes.length, atMost: takes.length, answers: "instant vector" };
}

function named(names: string, signature: Signature): (readonly [string, Signature])[] {
  return names.split(" ").map((name) => [name, signature] as const);
}
