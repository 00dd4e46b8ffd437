import { parseArgs } from "node:util";

import { DEFAULT_CONFIG, type WorldConfig } from "./config.ts";

export type RunArguments = {
  readonly mode: "run";
  readonly config: WorldConfig;
  readonly port: number;
  readonly database: string;
  readonly exitWithStdin: boolean;
  readonly decider:
    | { readonly kind: "percent"; readonly percent: number }
    | {
        readonly kind: "unleash";
        readonly url: string;
        readonly token: { readonly text: string } | { readonly file: string };
        readonly environment: string;
        readonly refreshMs: number;
        readonly readyWithinMs: number;
      };
};

export type WorldArguments =
  | RunArguments
  | {
      readonly mode: "audit-own";
      readonly config: WorldConfig;
      readonly percent: number;
      readonly orders: number;
    }
  | { readonly mode: "audit-running"; readonly database: string; readonly metricsUrl: string };

export type ParsedArguments =
  | { readonly ok: true; readonly value: WorldArguments }
  | { readonly ok: false; readonly problems: readonly string[] };

export const USAGE = `Runs one shop, or audits one.
  run:   --name N --flag F --db FILE [--port 0] [--seed 7] [--speed 300] [--orders-per-second 20] [--exit-with-stdin]
         with --unleash-url URL --unleash-token T | --unleash-token-file FILE [--environment development]
              [--refresh-ms 1000] [--ready-within-ms 60000], or with --percent P and no flag server
  audit: --audit [--percent 25] [--orders 4000] [--seed 7]           a shop of its own, on a virtual clock
         --audit --db FILE --metrics-url URL                         a running one, paused meanwhile
`;

const OPTIONS = {
  name: { type: "string", default: DEFAULT_CONFIG.name },
  flag: { type: "string", default: DEFAULT_CONFIG.flag },
  db: { type: "string" },
  port: { type: "string", default: "0" },
  seed: { type: "string", default: String(DEFAULT_CONFIG.seed) },
  speed: { type: "string", default: String(DEFAULT_CONFIG.speed) },
  "orders-per-second": { type: "string", default: String(DEFAULT_CONFIG.ordersPerSecond) },
  "unleash-url": { type: "string" },
  "unleash-token": { type: "string" },
  "unleash-token-file": { type: "string" },
  environment: { type: "string", default: "development" },
  "refresh-ms": { type: "string", default: "1000" },
  "ready-within-ms": { type: "string", default: "60000" },
  percent: { type: "string" },
  orders: { type: "string", default: "4000" },
  audit: { type: "boolean", default: false },
  "metrics-url": { type: "string" },
  "exit-with-stdin": { type: "boolean", default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof OPTIONS }>>["values"];

export function parseWorldArguments(argv: readonly string[]): ParsedArguments {
  let values: Values;
  try {
    values = parseArgs({ args: [...argv], options: OPTIONS }).values;
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : String(error)] };
  }
  const problems: string[] = [];
  const value = argumentsOf(values, problems);
  return problems.length === 0 ? { ok: true, value } : { ok: false, problems };
}

function argumentsOf(values: Values, problems: string[]): WorldArguments {
  const config = configOf(values, problems);
  if (!values.audit) return runOf(values, config, problems);

  const metricsUrl = values["metrics-url"];
  if (metricsUrl !== undefined || values.db !== undefined) {
    if (metricsUrl === undefined) problems.push("--metrics-url is missing");
    else if (!URL.canParse(metricsUrl)) problems.push("--metrics-url must be a URL");
    if (values.db === undefined) problems.push("--db is missing");
    return { mode: "audit-running", database: values.db ?? "", metricsUrl: metricsUrl ?? "" };
  }
  const percent = numberOf("percent", values.percent ?? "25", [0, 100], problems);
  const orders = numberOf("orders", values.orders, [1, 1_000_000], problems);
  return { mode: "audit-own", config, percent, orders };
}

function configOf(values: Values, problems: string[]): WorldConfig {
  // The name becomes part of label values and of order numbers.
  if (!/^[a-z][a-z0-9-]*$/.test(values.name))
    problems.push("--name must be lower-case letters, digits and dashes");
  return {
    ...DEFAULT_CONFIG,
    name: values.name,
    flag: values.flag,
    seed: numberOf("seed", values.seed, [0, Number.MAX_SAFE_INTEGER], problems),
    speed: numberOf("speed", values.speed, [1, 100_000], problems),
    ordersPerSecond: numberOf("orders-per-second", values["orders-per-second"], [0.001, 1000], problems),
  };
}

function runOf(values: Values, config: WorldConfig, problems: string[]): RunArguments {
  if (values.db === undefined) problems.push("--db is missing");
  return {
    mode: "run",
    config,
    port: numberOf("port", values.port, [0, 65_535], problems),
    database: values.db ?? "",
    exitWithStdin: values["exit-with-stdin"],
    decider: deciderOf(values, problems),
  };
}

function deciderOf(values: Values, problems: string[]): RunArguments["decider"] {
  if (values.percent !== undefined && values["unleash-url"] === undefined) {
    return { kind: "percent", percent: numberOf("percent", values.percent, [0, 100], problems) };
  }
  const url = values["unleash-url"];
  if (url === undefined)
    problems.push("--unleash-url is missing (or --percent, to do without a flag server)");
  else if (!URL.canParse(url)) problems.push("--unleash-url must be a URL");
  const text = values["unleash-token"];
  const file = values["unleash-token-file"];
  if ((text === undefined) === (file === undefined)) {
    problems.push("give one of --unleash-token and --unleash-token-file");
  }
  return {
    kind: "unleash",
    url: url ?? "",
    token: file === undefined ? { text: text ?? "" } : { file },
    environment: values.environment,
    refreshMs: numberOf("refresh-ms", values["refresh-ms"], [50, 3_600_000], problems),
    readyWithinMs: numberOf("ready-within-ms", values["ready-within-ms"], [1, 3_600_000], problems),
  };
}

function numberOf(
  name: string,
  text: string,
  [least, most]: readonly [number, number],
  problems: string[],
): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  if (!(value >= least && value <= most))
    problems.push(`--${name} must be a number from ${least} to ${most}`);
  return value;
}
