import type { ProposedFlag } from "./propose-flag.ts";
import type { GuardText } from "./propose-alerts.ts";
import { signalLines, type SignalText } from "./signal-text.ts";
import { inComment, yamlText } from "./yaml-text.ts";

/** Everything a proposed gate says. */
export type GateParts = {
  readonly name: string;
  readonly owner: string;
  readonly service: string;
  /** The source, where the configuration has several. */
  readonly source: string | null;
  readonly flag: (ProposedFlag & { readonly kind: "found" }) | null;
  /** The configuration's environment: a flag in it need not say so. */
  readonly environment: string;
  readonly namesServer: boolean;
  readonly signals: readonly SignalText[];
  readonly guards: readonly GuardText[];
  /** What was found and left out, and why. */
  readonly remarks: readonly string[];
};

const USUAL_STEPS = [5, 25, 50, 100] as const;

/** The file, with a comment wherever somebody would ask where a line comes from. */
export function gateText(parts: GateParts): string {
  const lines = [
    ...head(parts),
    "schema: gate/v1",
    `name: ${yamlText(parts.name)}`,
    `owner: ${yamlText(parts.owner)}`,
    "# Where does somebody find out at night what to do? Add it:",
    "# runbook: https://...",
    ...serviceLines(parts.service),
    ...(parts.source === null ? [] : [`source: ${parts.source}`]),
    ...flagLines(parts),
    ...(parts.signals.length === 0 ? [] : ["signals:", ...parts.signals.flatMap(signalLines)]),
    ...guardLines(parts.guards),
  ];
  return `${lines.join("\n")}\n`;
}

/** Names that CI may tell deploys by. */
const TOLD = /^[A-Za-z0-9_.:/-]{1,100}$/;

function serviceLines(service: string): readonly string[] {
  if (!TOLD.test(service)) return [];
  return ["# Under this name CI tells its deploys: rampart deployed.", `service: ${yamlText(service)}`];
}

function head({ name, flag, remarks }: GateParts): readonly string[] {
  const mode =
    flag === null
      ? ["# It only watches: there is no flag in it, so it answers pipelines and exposes nobody."]
      : [
          `# It only watches until somebody says: rampart act ${name}. Nothing is written to Unleash before that.`,
          "# There is no `mode:` in it on purpose: a mode in the file wins over that command.",
        ];
  return [
    "# Proposed by `rampart init` from what is there now. Read every line; from here on it is yours.",
    ...mode,
    ...(remarks.length === 0 ? [] : ["#", ...remarks.map((remark) => `# - ${inComment(remark)}`)]),
  ];
}

function flagLines({ name: gate, flag, environment, namesServer }: GateParts): readonly string[] {
  if (flag === null) return [];
  const { target, percent } = flag;
  const keys: readonly (readonly [string, string | null])[] = [
    ["unleash", target.name],
    ["server", namesServer ? target.server : null],
    ["project", target.project === "default" ? null : target.project],
    ["environment", target.environment === environment ? null : target.environment],
    ["strategy", target.strategy],
    ["stickiness", target.stickiness],
  ];
  return [
    "# As Unleash has it now.",
    ...flag.remarks.map((remark) => `# - ${inComment(remark)}`),
    "flag:",
    ...keys.flatMap(([key, value]) => (value === null ? [] : [`  ${key}: ${yamlText(value)}`])),
    ...(target.also.length === 0
      ? []
      : [
          "  # Enabled beside it, and so serving whom they serve, whatever the percent.",
          "  also:",
          ...target.also.map((name) => `    - ${yamlText(name)}`),
        ]),
    ...stepLines(gate, percent),
  ];
}

function stepLines(gate: string, percent: number | null): readonly string[] {
  const steps = USUAL_STEPS.filter((step) => percent === null || percent === 100 || step > percent);
  const isUnderWay = percent !== null && percent > 0 && percent < 100;
  return [
    ...standing(gate, percent),
    "steps:",
    ...(isUnderWay ? [`  - { to: ${percent}% }`] : []),
    ...steps.map((step) => `  - { to: ${step}% }`),
  ];
}

function standing(gate: string, percent: number | null): readonly string[] {
  const usual = "# The usual steps, at least 30 minutes at each and a day at the last.";
  if (percent === null) return [usual];
  if (percent === 0) return [usual, "# The flag stands at 0% now."];
  return percent === 100
    ? [usual, "# The flag stands at 100% now: there is nothing to ramp before somebody sets it to 0%."]
    : [
        usual,
        `# The flag stands at ${percent}% now: \`rampart start ${gate} --at ${percent}\` takes it over there.`,
      ];
}

function guardLines(guards: readonly GuardText[]): readonly string[] {
  if (guards.length === 0) return [];
  return [
    "# Alerting rules that exist already. Pending waits, firing halts, critical rolls back; they never prove health.",
    "alerts:",
    ...guards.flatMap(({ match, rules }) => [
      ...rules.map(
        (rule) => `  # ${inComment(rule.name)} of group ${inComment(rule.group)}: ${stateOf(rule)}.`,
      ),
      `  - ${yamlText(match)}`,
    ]),
  ];
}

function stateOf({ active }: GuardText["rules"][number]): string {
  if (active.some(({ state }) => state === "firing")) return "firing now";
  return active.length > 0 ? "pending now" : "inactive now";
}
