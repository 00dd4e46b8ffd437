import { createSilencers } from "../alertmanager/alertmanager.ts";
import type { DoctorOutcome, DoctorRequest } from "../cli/standalone/doctor.ts";
import type { InitAnswers } from "../cli/standalone/init.ts";
import type { Config } from "../config/config.ts";
import type { Hidden } from "../config/hidden.ts";
import { type ResolvedSecrets, resolveSecrets, type Secrets } from "../config/secrets.ts";
import type { Definitions } from "../control/ports.ts";
import { openGatesFolder } from "../disk/gates-folder.ts";
import { createOutbound, type Outbound } from "../lib/outbound.ts";
import { parseDefaults } from "../parse-defaults.ts";
import { peopleByAddress } from "../people-by-address.ts";
import { createPrometheus } from "../prometheus/prometheus.ts";
import { readText } from "../read-text.ts";
import { alertmanagerConfigs, mapValues, sourceConfigs, tlsOf } from "../source-configs.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import { examine } from "../trial/doctor/examine.ts";
import { fault, type Finding, ok, warning } from "../trial/doctor/finding.ts";
import { createFlagServers } from "../unleash/flag-servers.ts";
import { createFlags } from "../unleash/flags.ts";
import { createSightings } from "../unleash/sightings.ts";
import { adminOutbounds } from "../unleash-outbounds.ts";
import { placeFacts } from "./doctor-place.ts";
import { configFor, type FoundConfig, type InitConfig } from "./init-config.ts";

const NO_GATES: Definitions = { current: () => new Map(), problems: () => [] };

/** Looks at everything that the configuration, or the command line without one, names. Nothing is written anywhere. */
export async function doctor(request: DoctorRequest): Promise<DoctorOutcome> {
  const found = await configFor(request.places, answersOf(request));
  if (found.kind !== "config") return { findings: [withoutConfig(found)] };
  const { config, text } = found.found;
  const secrets = await findSecrets(found.found);
  const peers = openPeers(config, secrets);
  try {
    const isInstalled = text === null;
    const findings = await examine(
      {
        ...peers.ports,
        definitions: isInstalled ? await readGates(config) : NO_GATES,
        place: isInstalled
          ? await placeFacts(config.store.path, config.notify.webhook?.url ?? null, secrets.all)
          : null,
        sources: { names: Object.keys(config.sources), canBeAsked: secrets.sources !== null },
        unleash: { names: Object.keys(config.unleash), canBeAsked: secrets.unleash !== null },
        gatesFolder: config.gates.path,
        environment: config.environment,
        purpose: request.purpose,
      },
      SYSTEM_CLOCK.now(),
    );
    return { findings: [...configFindings(found.found, secrets.problems), ...findings] };
  } finally {
    await peers.close();
  }
}

/** `init` and `doctor` are told the same where there is no configuration. */
function answersOf(request: DoctorRequest): InitAnswers {
  const { unleash, unleashTokenFile, unleashClientTokenFile, environment } = request;
  const untold = {
    source: null,
    service: null,
    owner: null,
    name: null,
    flag: null,
    strategy: null,
    out: null,
  };
  return { ...untold, unleash, unleashTokenFile, unleashClientTokenFile, environment };
}

function withoutConfig(found: Exclude<FoundConfig, { readonly kind: "config" }>): Finding {
  return found.kind === "needs-prometheus"
    ? fault(
        "configuration",
        "there is none, and no Prometheus is named",
        "rampart init makes one; or give --prometheus <url>, and --unleash <url>",
      )
    : fault("configuration", found.message, "docs/configuration.md has every key");
}

function configFindings({ path, text }: InitConfig, problems: readonly string[]): readonly Finding[] {
  const check = `configuration ${path}`;
  const missing = problems.map((problem) =>
    fault("secrets", problem, "docs/configuration.md says where each may come from"),
  );
  return text === null
    ? [ok(check, "has no mistakes"), ...missing]
    : [
        warning(
          check,
          "is not there; only what the command line names is looked at",
          "rampart init makes one",
        ),
        ...missing,
      ];
}

type Found = {
  /** Null: some are missing. */
  readonly sources: Secrets["sources"] | null;
  readonly unleash: Secrets["unleash"] | null;
  readonly all: readonly Hidden[];
  readonly problems: readonly string[];
};

/** Kind by kind, so that a missing token of Unleash does not keep anybody from looking at Prometheus. */
async function findSecrets({ config, env }: InitConfig): Promise<Found> {
  const nothing = { ...config, sources: {}, unleash: {}, notify: { webhook: null } };
  const resolve = (part: Partial<Config>): Promise<ResolvedSecrets> =>
    resolveSecrets({ ...nothing, ...part }, env, readText);
  const [sources, unleash, notify] = await Promise.all([
    resolve({ sources: config.sources }),
    resolve({ unleash: config.unleash }),
    resolve({ notify: config.notify }),
  ]);
  const parts = [sources, unleash, notify];
  return {
    sources: sources.ok ? sources.secrets.sources : null,
    unleash: unleash.ok ? unleash.secrets.unleash : null,
    all: parts.flatMap((part) => (part.ok ? part.all : [])),
    problems: [...new Set(parts.flatMap((part) => (part.ok ? [] : part.problems)))],
  };
}

function openPeers(config: Config, found: Found) {
  const clock = SYSTEM_CLOCK;
  const readable = found.sources === null ? { sources: {} } : config;
  const reachable = found.unleash === null ? { unleash: {} } : config;
  const secrets = { sources: found.sources ?? {}, unleash: found.unleash ?? {} };
  const prometheus = createPrometheus({ sources: sourceConfigs(readable, secrets.sources), clock });
  const silencers = createSilencers({ sources: alertmanagerConfigs(readable, secrets.sources), clock });
  const servers = adminOutbounds(reachable, secrets.unleash);
  const clients = clientOutbounds(reachable, secrets.unleash);
  const all = [servers, ...Object.values(clients)].flatMap((each) => Object.values(each));
  return {
    ports: {
      metrics: prometheus,
      catalogue: prometheus,
      silencers,
      flags: createFlags({ servers, clock, sightings: createSightings() }),
      servers: createFlagServers({ servers, clients, clock }),
    },
    close: () => Promise.all([prometheus.close(), silencers.close(), ...all.map((each) => each.close())]),
  };
}

/** As an SDK would ask, with the backend token of each environment. */
function clientOutbounds(
  { unleash }: Pick<Config, "unleash">,
  secrets: Secrets["unleash"],
): Readonly<Record<string, Readonly<Record<string, Outbound>>>> {
  return mapValues(unleash, (server, name) =>
    mapValues(secrets[name]?.clientTokens ?? {}, (token) =>
      createOutbound({
        baseUrl: server.url,
        timeoutMs: server.timeoutMs,
        auth: { kind: "token", token: token.source() },
        ...tlsOf(secrets[name]),
      }),
    ),
  );
}

async function readGates(config: Config): Promise<Definitions> {
  const folder = openGatesFolder({
    path: config.gates.path,
    defaults: parseDefaults(config),
    people: peopleByAddress(config),
  });
  await folder.load();
  return folder;
}
