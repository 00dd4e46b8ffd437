import type { LintOnlineOutcome, LintOnlineRequest } from "../cli/standalone/lint-online.ts";
import { type Env, readEnv } from "../config/env.ts";
import { parseConfig } from "../config/parse-config.ts";
import { resolveSecrets } from "../config/secrets.ts";
import { isBelow } from "../disk/is-below.ts";
import { readGateFolder } from "../gate-folder.ts";
import { placedGates } from "../gatefile/placed-gates.ts";
import { createPrometheus } from "../prometheus/prometheus.ts";
import { readText } from "../read-text.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import type { FlagPorts } from "../trial/online/ask-flag.ts";
import { lintOnline as ask } from "../trial/online/lint-online.ts";
import { createFlagServers } from "../unleash/flag-servers.ts";
import { createFlags } from "../unleash/flags.ts";
import { createSightings } from "../unleash/sightings.ts";
import { adminOutbounds } from "../unleash-outbounds.ts";
import { sourcesFor } from "./sources.ts";

/** Asks the Prometheus and the Unleash that are named about the gates of a file or folder. */
export async function lintOnline({ path, places }: LintOnlineRequest): Promise<LintOnlineOutcome> {
  const env = readEnv(places.env);
  const folder = await readGateFolder(path, env.configPath);
  if (folder.kind === "unreadable") return { kind: "unusable", message: folder.message };
  const found = await sourcesFor(places);
  if (!found.ok) return { kind: "unusable", message: found.message };
  const all = placedGates(folder.files, folder.defaults);
  const own = all.filter((placed) => isBelow(placed.path, path));
  const gates = own.length > 0 ? own : all;

  const unleash = await openUnleash(env);
  const prometheus = createPrometheus({ sources: found.sources, clock: SYSTEM_CLOCK });
  try {
    const ports = { metrics: prometheus, catalogue: prometheus, history: prometheus, unleash: unleash.ports };
    const { problems, unseen } = await ask(gates, ports, SYSTEM_CLOCK.now());
    const hasFlags = gates.some(({ gate }) => gate.flag !== null);
    return {
      kind: "asked",
      problems,
      unseen: hasFlags ? [...unseen, ...unleash.unseen] : unseen,
      remarks: hasFlags ? unleash.remarks : [],
    };
  } finally {
    await Promise.all([prometheus.close(), unleash.close()]);
  }
}

type Opened = {
  /** Null: nobody can be asked. */
  readonly ports: FlagPorts | null;
  readonly unseen: readonly string[];
  readonly remarks: readonly string[];
  close(): Promise<unknown>;
};

/** The Unleash servers of the configuration; a command line names none. */
async function openUnleash(env: Env): Promise<Opened> {
  const nobody = { ports: null, unseen: [], remarks: [], close: async () => undefined };
  const text = await readText(env.configPath);
  const parsed = text === null ? null : parseConfig(text, env.configPath);
  if (parsed === null || !parsed.ok || Object.keys(parsed.config.unleash).length === 0) {
    return { ...nobody, remarks: [`flags were not asked about: ${env.configPath} names no Unleash`] };
  }
  const { unleash } = parsed.config;
  const needed = { ...parsed.config, sources: {}, notify: { webhook: null } };
  const resolved = await resolveSecrets(needed, env, readText);
  if (!resolved.ok) return { ...nobody, unseen: resolved.problems };
  const servers = adminOutbounds({ unleash }, resolved.secrets.unleash);
  const clock = SYSTEM_CLOCK;
  return {
    ...nobody,
    ports: {
      flags: createFlags({ servers, clock, sightings: createSightings() }),
      servers: createFlagServers({ servers, clients: {}, clock }),
    },
    close: () => Promise.all(Object.values(servers).map((each) => each.close())),
  };
}
