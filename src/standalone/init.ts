import type { InitAnswers, InitOutcome, InitRequest } from "../cli/standalone/init.ts";
import type { Config } from "../config/config.ts";
import { resolveSecrets, type Secrets } from "../config/secrets.ts";
import { parseDefaults } from "../parse-defaults.ts";
import { createPrometheus } from "../prometheus/prometheus.ts";
import { readText } from "../read-text.ts";
import { sourceConfigs } from "../source-configs.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import { knownServices } from "../trial/proposal/service-series.ts";
import { type GateProposal, type ProposalPorts, proposeGate } from "../trial/propose-gate.ts";
import { createFlags } from "../unleash/flags.ts";
import { createSightings } from "../unleash/sightings.ts";
import { adminOutbounds } from "../unleash-outbounds.ts";
import { configFor, type InitConfig, sourceOf } from "./init-config.ts";
import { placeFiles, writeFiles } from "./init-files.ts";

type Propose = InitRequest & { readonly kind: "propose" };

/** Services that can be shown as choices. */
const MOST_CHOICES = 50;

/** Proposes a gate from what is there, or writes what was proposed. Only the second writes anything, and only files. */
export async function init(request: InitRequest): Promise<InitOutcome> {
  return request.kind === "write" ? await writeFiles(request) : await propose(request);
}

async function propose(request: Propose): Promise<InitOutcome> {
  const { places, answers } = request;
  const config = await configFor(places, answers);
  if (config.kind === "needs-prometheus") {
    const message = "which Prometheus is to be asked? Give its URL with --prometheus (PROMETHEUS_URL)";
    return { kind: "needs", what: "prometheus", message, choices: [] };
  }
  if (config.kind === "refused") return config;
  const { found } = config;
  const source = sourceOf(found.config, places, answers.source);
  if (source === null) return whichSource(found);
  if (answers.flag !== null && Object.keys(found.config.unleash).length === 0) {
    const message = `a flag needs Unleash: give --unleash <url>, or name a server under \`unleash\` of ${found.path}`;
    return { kind: "refused", message };
  }
  const { env } = found;
  const resolved = await resolveSecrets({ ...found.config, notify: { webhook: null } }, env, readText);
  if (!resolved.ok) return { kind: "refused", message: resolved.problems.join("\n") };
  const { ports, close } = openPorts(found.config, resolved.secrets);
  try {
    return await proposeWith(ports, request, found, source);
  } finally {
    await close();
  }
}

function whichSource({ config, path }: InitConfig): InitOutcome {
  const choices = Object.keys(config.sources);
  return choices.length === 0
    ? { kind: "refused", message: `${path} names no source; add a Prometheus under \`sources\`` }
    : { kind: "needs", what: "source", message: "which source? Name it with --source", choices };
}

function openPorts(config: Config, secrets: Secrets) {
  const prometheus = createPrometheus({
    sources: sourceConfigs(config, secrets.sources),
    clock: SYSTEM_CLOCK,
  });
  const servers = adminOutbounds(config, secrets.unleash);
  const flags = createFlags({ servers, clock: SYSTEM_CLOCK, sightings: createSightings() });
  const ports: ProposalPorts = { metrics: prometheus, history: prometheus, catalogue: prometheus, flags };
  return {
    ports,
    close: () => Promise.all([prometheus.close(), ...Object.values(servers).map((server) => server.close())]),
  };
}

async function proposeWith(
  ports: ProposalPorts,
  { answers, force }: Propose,
  found: InitConfig,
  source: string,
): Promise<InitOutcome> {
  const { config } = found;
  const now = SYSTEM_CLOCK.now();
  if (answers.service === null) return await whichService(ports, source, now);
  const defaults = parseDefaults(config);
  const asked = flagAsked(answers, config);
  if (asked?.kind === "refused") return asked;
  const proposal = await proposeGate(
    ports,
    {
      service: answers.service,
      source,
      name: answers.name,
      owner: answers.owner,
      flag: asked,
      defaults,
    },
    now,
  );
  return proposal.kind === "proposed"
    ? await placeFiles(proposal, answers.out, found, force)
    : failed(proposal, answers.service);
}

async function whichService(ports: ProposalPorts, source: string, now: number): Promise<InitOutcome> {
  const about = await ports.catalogue.buildInfo(source);
  if (about.kind === "unknown") {
    return { kind: "blind", message: `Prometheus cannot be asked (${about.reason}): ${about.detail}` };
  }
  const services = await knownServices(ports.catalogue, source, now);
  return {
    kind: "needs",
    what: "service",
    message: "which service is the gate for? Name it with --service, as its series or alerts do",
    choices: services.length > MOST_CHOICES ? [] : services,
  };
}

function flagAsked({ flag, unleash, environment, strategy }: InitAnswers, config: Config) {
  if (flag === null) return null;
  const names = Object.keys(config.unleash);
  const [server, ...others] = unleash === null ? names : names.filter((name) => isAt(config, name, unleash));
  if (server === undefined || others.length > 0) {
    const message = `several Unleash servers are configured (${names.join(", ")}): name one by its URL with --unleash`;
    return { kind: "refused", message } as const;
  }
  return {
    kind: "asked",
    server,
    name: flag,
    environment: environment ?? config.environment,
    strategy,
  } as const;
}

function isAt(config: Config, name: string, url: string): boolean {
  return config.unleash[name]?.url.replace(/\/+$/, "") === url.replace(/\/+$/, "");
}

function failed(
  proposal: Exclude<GateProposal, { readonly kind: "proposed" }>,
  service: string,
): InitOutcome {
  switch (proposal.kind) {
    case "needs-owner":
      return {
        kind: "needs",
        what: "owner",
        message:
          "which team owns the gate? Name it with --owner; no alerting rule says it with a label `team`",
        choices: [],
      };
    case "needs-strategy":
      return {
        kind: "needs",
        what: "strategy",
        message: `flag ${proposal.flag} has several gradual rollouts: which one is to be moved? Name it with --strategy`,
        choices: proposal.choices,
      };
    case "nothing":
      return {
        kind: "nothing",
        message: `nothing to make a gate of for ${service}: ${proposal.looked}`,
        nearest: proposal.nearest,
        leftOut: proposal.leftOut,
      };
    case "refused":
    case "blind":
      return proposal;
  }
}
