import type { Definitions, Flags, Metrics, Silencers } from "../../control/ports.ts";
import type { Gate } from "../../domain/gate.ts";
import type { Instant } from "../../domain/instant.ts";
import type { Catalogue, FlagServers } from "../ports.ts";
import { checkAuthor, checkFiles, checkNames, checkReadings } from "./check-gate.ts";
import { checkPlace, type PlaceFacts } from "./check-place.ts";
import { checkSource } from "./check-source.ts";
import { checkFlag, checkServed, checkServer } from "./check-unleash.ts";
import { type Finding, skipped } from "./finding.ts";

/** The peers of one kind that the configuration names. */
export type Peers = {
  readonly names: readonly string[];
  /** False: their secrets are missing, which another finding says. */
  readonly canBeAsked: boolean;
};

export type Examined = {
  readonly metrics: Metrics;
  readonly catalogue: Catalogue;
  readonly silencers: Silencers;
  readonly flags: Flags;
  readonly servers: FlagServers;
  readonly definitions: Definitions;
  /** Null: there is no configuration that names a place to run in. */
  readonly place: PlaceFacts | null;
  readonly sources: Peers;
  readonly unleash: Peers;
  readonly gatesFolder: string;
  /** Environment meant where nothing else is said. */
  readonly environment: string;
  /** For observing alone a token need not be able to write. */
  readonly purpose: "act" | "observe";
};

/** Looks at everything Rampart depends on, in the order in which it is best mended. Writes nothing, anywhere. */
export async function examine(world: Examined, now: Instant): Promise<readonly Finding[]> {
  const loaded = [...world.definitions.current().values()];
  const gates = loaded.flatMap(({ definition }) => (definition === null ? [] : [definition.gate]));
  const guarded = new Set(gates.flatMap(({ alerts }) => alerts.map(({ source }) => source)));

  const sources = await Promise.all(
    asked(world.sources).map(async (source) => ({
      source,
      findings: await checkSource(source, world, guarded.has(source), now),
    })),
  );
  const dark = new Set([
    ...notAsked(world.sources),
    ...sources.flatMap(({ source, findings }) => (isOut(findings) ? [source] : [])),
  ]);
  const servers = await Promise.all(
    asked(world.unleash).map(async (server) => ({ server, findings: await checkServer(server, world, now) })),
  );
  const out = new Set([
    ...notAsked(world.unleash),
    ...servers.flatMap(({ server, findings }) => (isOut(findings) ? [server] : [])),
  ]);
  const served = await Promise.all(
    places(world, gates)
      .filter(({ server }) => world.unleash.names.includes(server) && !out.has(server))
      .map(({ server, environment }) => checkServed(server, environment, world.servers)),
  );
  const readings = await Promise.all(
    gates.map((gate) => checkReadings(gate, world, withUnknown(gate, world, dark), now)),
  );
  const flags = await Promise.all(gates.map((gate) => flagFindings(gate, world, out)));
  return [
    ...sources.flatMap(({ findings }) => findings),
    ...servers.flatMap(({ findings }) => findings),
    ...served.flat(),
    ...(world.place === null
      ? []
      : [checkFiles(world.gatesFolder, world.definitions.problems(), gates.length)]),
    ...gates.flatMap((gate, index) => [
      ...checkNames(gate, world.sources.names, world.unleash.names),
      ...(readings[index] ?? []),
      ...(flags[index] ?? []),
    ]),
    ...loaded.flatMap(checkAuthor),
    ...(world.place === null ? [] : checkPlace(world.place)),
  ];
}

/** What the configuration does not name cannot be asked either; that it is missing is a finding of its own. */
function withUnknown(gate: Gate, { sources }: Examined, dark: ReadonlySet<string>): ReadonlySet<string> {
  const named = [...gate.signals, ...gate.alerts].map(({ source }) => source);
  return new Set([...dark, ...named.filter((name) => !sources.names.includes(name))]);
}

function asked({ names, canBeAsked }: Peers): readonly string[] {
  return canBeAsked ? names : [];
}

function notAsked({ names, canBeAsked }: Peers): readonly string[] {
  return canBeAsked ? [] : names;
}

/** The first finding about a peer says whether it answers at all. */
function isOut([first]: readonly Finding[]): boolean {
  return first?.verdict === "fault";
}

async function flagFindings(
  gate: Gate,
  world: Examined,
  out: ReadonlySet<string>,
): Promise<readonly Finding[]> {
  if (gate.flag === null) return [];
  if (!world.unleash.names.includes(gate.flag.server)) return [];
  if (out.has(gate.flag.server)) {
    const check = `gate ${gate.name}: flag ${gate.flag.name}`;
    return [
      skipped(
        check,
        "was not looked at, for its Unleash cannot be asked",
        "see the finding about the server",
      ),
    ];
  }
  return await checkFlag(gate, gate.flag, world.flags, world.purpose);
}

/** Environments that gates drive flags in; of a server no gate uses, the usual one. */
function places(world: Examined, gates: readonly Gate[]) {
  const driven = gates.flatMap(({ flag }) => (flag === null ? [] : [flag]));
  const unused = world.unleash.names
    .filter((name) => driven.every(({ server }) => server !== name))
    .map((server) => ({ server, environment: world.environment }));
  const all = [...driven.map(({ server, environment }) => ({ server, environment })), ...unused];
  return [...new Map(all.map((place) => [JSON.stringify(place), place])).values()];
}
