import type { Flags, Metrics } from "../control/ports.ts";
import type { AlertRule } from "../domain/alert.ts";
import type { Instant } from "../domain/instant.ts";
import type { Defaults } from "../gatefile/defaults.ts";
import { nearestName } from "../text/nearest-name.ts";
import type { Catalogue, History } from "./ports.ts";
import { candidatesOf } from "./proposal/candidates.ts";
import { gateText } from "./proposal/gate-text.ts";
import { pastOf } from "./proposal/past.ts";
import { namingRules, proposeGuards } from "./proposal/propose-alerts.ts";
import { type FlagAsked, proposeFlag, type ProposedFlag } from "./proposal/propose-flag.ts";
import { proposeSignals } from "./proposal/propose-signals.ts";
import { findService, knownServices, SERVICE_LABELS, type ServiceMetric } from "./proposal/service-series.ts";

export type ProposalPorts = {
  readonly metrics: Metrics;
  readonly history: History;
  readonly catalogue: Catalogue;
  readonly flags: Flags;
};

export type ProposalAsked = {
  readonly service: string;
  readonly source: string;
  /** Null: after the flag, else after the service. */
  readonly name: string | null;
  /** Null: as the alerting rules of the service say. */
  readonly owner: string | null;
  /** Null: a gate that only watches. */
  readonly flag: FlagAsked | null;
  /** What the configuration says where a gate says nothing. */
  readonly defaults: Defaults;
};

export type GateProposal =
  | {
      readonly kind: "proposed";
      readonly name: string;
      readonly text: string;
      /** What was taken in, for people. */
      readonly summary: readonly string[];
      /** What whoever reads the file should know. */
      readonly remarks: readonly string[];
    }
  | { readonly kind: "needs-owner" }
  | { readonly kind: "needs-strategy"; readonly flag: string; readonly choices: readonly string[] }
  /** Nothing that is there names the service. */
  | {
      readonly kind: "nothing";
      readonly looked: string;
      readonly nearest: readonly string[];
      /** What was found and is of no use, with the reason. */
      readonly leftOut: readonly string[];
    }
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "blind"; readonly message: string };

const MOST_REMARKS = 8;
const MOST_NEAREST = 10;

/**
 * A gate made of what there is: alerting rules and metrics that name the service, read once as the gate would read them, and
 * the flag as it stands. Nothing is written anywhere.
 */
export async function proposeGate(
  ports: ProposalPorts,
  asked: ProposalAsked,
  now: Instant,
): Promise<GateProposal> {
  const { source, service, defaults } = asked;
  const [found, rules] = await Promise.all([
    findService(ports.catalogue, source, service, now),
    ports.catalogue.allAlertRules(source),
  ]);
  if (found.kind === "unknown") {
    return { kind: "blind", message: `Prometheus cannot be asked (${found.reason}): ${found.detail}` };
  }
  const flag = asked.flag === null ? null : await proposeFlag(ports.flags, asked.flag);
  if (flag !== null && flag.kind !== "found") return flagFailed(flag, asked.flag);

  const naming = rules.kind === "known" ? namingRules(rules.rules, service) : [];
  // What is tried is tried on this source, whatever the file will have to say to mean it.
  const tried = { metrics: ports.metrics, source, defaults: { ...defaults, source }, now };
  const guards = await proposeGuards(naming, service, tried);
  const past = pastOf(ports.history, source, now);
  const proposed = await proposeSignals(candidatesOf(found.metrics), { ...tried, past });
  const { signals } = proposed;
  const leftOut = [...proposed.leftOut, ...guards.leftOut];
  if (signals.length === 0 && guards.guards.length === 0) {
    return await nothing(ports.catalogue, asked, found.metrics, leftOut, now);
  }
  const owner = asked.owner ?? ownerOf(naming);
  if (owner === null) return { kind: "needs-owner" };

  const name = asked.name ?? slug(asked.flag?.name ?? service);
  const drives = signals.length === 0 ? null : flag;
  const remarks = [
    ...(flag !== null && drives === null ? [noFlag(flag.target.name)] : []),
    ...(rules.kind === "unknown" ? [`alerting rules cannot be read: ${rules.detail}`] : []),
    ...(found.isCut ? ["there were too many series to look at all of them, so a metric may be missing"] : []),
    ...leftOut.map((each) => `left out: ${each}`),
  ];
  const text = gateText({
    name,
    owner,
    service,
    source: defaults.source === source ? null : source,
    flag: drives,
    environment: defaults.environment ?? "",
    namesServer: drives !== null && defaults.server !== drives.target.server,
    signals,
    guards: guards.guards,
    remarks: remarks.slice(0, MOST_REMARKS),
  });
  return { kind: "proposed", name, text, summary: summaryOf(signals, guards.guards, drives), remarks };
}

function flagFailed(
  flag: Exclude<ProposedFlag, { readonly kind: "found" }>,
  asked: FlagAsked | null,
): GateProposal {
  return flag.kind === "needs-strategy"
    ? { kind: "needs-strategy", flag: asked?.name ?? "", choices: flag.choices }
    : flag;
}

function noFlag(flag: string): string {
  return `flag ${flag} is not in it: alerts are guards and prove no health, and exposure grows on evidence only; add a signal first`;
}

async function nothing(
  catalogue: Catalogue,
  { source, service }: ProposalAsked,
  metrics: readonly ServiceMetric[],
  leftOut: readonly string[],
  now: Instant,
): Promise<GateProposal> {
  const isThere = metrics.length > 0;
  const looked = isThere
    ? `${metrics.length === 1 ? "1 metric names" : `${metrics.length} metrics name`} ${service}, and none is a counter of outcomes, a histogram of times, a queue or up that can be read now`
    : `no series and no alerting rule has ${service} in one of the labels ${SERVICE_LABELS.join(", ")}`;
  const nearest = isThere ? [] : nearestOf(service, await knownServices(catalogue, source, now));
  return { kind: "nothing", looked, nearest, leftOut };
}

/** The one that is nearly right, those that contain what was asked for or are part of it, then the others. */
function nearestOf(service: string, known: readonly string[]): readonly string[] {
  const nearly = nearestName(service, known);
  const alike = known.filter((each) => each.includes(service) || service.includes(each));
  return [...new Set([...(nearly === null ? [] : [nearly]), ...alike, ...known])].slice(0, MOST_NEAREST);
}

/** Whom alerts go to is whom to ask. */
function ownerOf(rules: readonly AlertRule[]): string | null {
  const owners = rules.flatMap(({ labels }) => labels["team"] ?? labels["owner"] ?? []);
  const [only, ...others] = new Set(owners.filter((owner) => !owner.includes("{{")));
  return only === undefined || others.length > 0 ? null : only;
}

/** A gate's name made of another one. */
function slug(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60);
  return name === "" ? "gate" : name;
}

function summaryOf(
  signals: readonly { readonly name: string; readonly title: string }[],
  guards: readonly { readonly match: string; readonly rules: readonly AlertRule[] }[],
  flag: (ProposedFlag & { readonly kind: "found" }) | null,
): readonly string[] {
  return [
    ...signals.map(({ name, title }) => `signal ${name}: ${title}`),
    ...guards.map(({ match, rules }) => `alerts ${match}: ${rules.map((rule) => rule.name).join(", ")}`),
    ...(flag === null ? [] : [`flag ${flag.target.name} in ${flag.target.environment}`]),
  ];
}
