/** A ramp as fast as the service can judge one: passes, scrapes and the SDK's polls all come once a second. */
export type FastGate = {
  /** Also the `shop` label of its only signal. */
  readonly name: string;
  /** Default: the gate's name. */
  readonly flag?: string;
  readonly server?: string;
  readonly source?: string;
  /** Flow mappings, such as `{ to: 1%, hold: 2s }`. */
  readonly steps?: readonly string[];
  /** Further lines of the file. */
  readonly more?: readonly string[];
};

/** Good up to 5, halts above 10, rolls back above 20. */
const SIGNAL = (name: string): readonly string[] => [
  "signals:",
  "  - name: errors",
  `    query: shop_errors{shop="${name}"}`,
  "    unit: count",
  "    settle: 2s",
  "    advance: at most 5",
  "    halt: above 10",
  "    rollback: above 20",
];

export function rampGate(gate: FastGate): string {
  const steps = gate.steps ?? ["{ to: 1%, hold: 2s }", "{ to: 50%, hold: 2s }", "{ to: 100%, bake: 2s }"];
  return [
    ...head(gate),
    "mode: act",
    "flag:",
    `  server: ${gate.server ?? "main"}`,
    `  unleash: ${gate.flag ?? gate.name}`,
    "  environment: production",
    "  propagation: 1s",
    "steps:",
    ...steps.map((step) => `  - ${step}`),
    ...SIGNAL(gate.name),
    "rollback: { cooldown: 1s }",
    ...(gate.more ?? []),
    "",
  ].join("\n");
}

/** A gate that only answers. */
export function watchGate(gate: Omit<FastGate, "flag" | "server" | "steps">): string {
  return [...head(gate), ...SIGNAL(gate.name), ...(gate.more ?? []), ""].join("\n");
}

function head({ name, source }: FastGate): readonly string[] {
  return [
    "schema: gate/v1",
    `name: ${name}`,
    `title: ${name}`,
    "owner: checkout",
    "runbook: https://runbooks.example.com/RB-01",
    "every: 1s",
    `source: ${source ?? "main"}`,
  ];
}
