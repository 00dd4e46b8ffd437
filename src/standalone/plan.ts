import { realpath, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Places } from "../cli/standalone/places.ts";
import type { Planned, PlanOutcome, PlanRequest } from "../cli/standalone/plan.ts";
import { readEnv } from "../config/env.ts";
import type { BacktestPorts } from "../backtest/backtest.ts";
import { changedSince } from "../disk/git-changes.ts";
import { isBelow } from "../disk/is-below.ts";
import type { Gate } from "../domain/gate.ts";
import type { Instant } from "../domain/instant.ts";
import type { Unknown } from "../domain/reading.ts";
import { type GateFolder, gatesPath, readGateFolder } from "../gate-folder.ts";
import type { ParsedGate } from "../gatefile/parse-files.ts";
import { readText } from "../read-text.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import { nearestName } from "../text/nearest-name.ts";
import { type PlanPorts, planGate } from "../trial/plan/plan-gate.ts";
import type { History } from "../trial/ports.ts";
import { openSources } from "./lone-ports.ts";
import { pastHalts } from "./past-halts.ts";
import { SOURCE_OF_URL, sourcesFor } from "./sources.ts";

/** Plans the gates of a file, a folder or a name. Nothing is written anywhere. */
export async function plan(request: PlanRequest): Promise<PlanOutcome> {
  const { places, changedSince: ref } = request;
  const env = readEnv(places.env);
  const all = await gatesOf(request.target, env.configPath);
  const found = all.kind === "gates" && ref !== null ? await changedOf(all, ref) : all;
  if (found.kind !== "gates") return found;
  const past = await openPast(places, env.configPath);
  if (!past.ok) return { kind: "unusable", message: past.message };
  try {
    const now = SYSTEM_CLOCK.now();
    const { scrapeIntervalMs } = found.folder.defaults;
    const planned: Planned[] = [];
    for (const { gate } of found.gates) {
      planned.push({ gate, plan: await planGate({ gate, scrapeIntervalMs, now }, past.ports) });
    }
    return { kind: "planned", planned, onTrust: namesOnTrust(found.folder), remarks: past.remarks };
  } finally {
    await past.close();
  }
}

function namesOnTrust({ defaults, namedBy }: Folder): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (["environment", "server", "source"] as const).flatMap((key) => {
      const name = defaults[key];
      return namedBy[key] === "default" && name !== null ? [[key, name]] : [];
    }),
  );
}

type Folder = GateFolder & { readonly kind: "read" };

type FoundGates = {
  readonly kind: "gates";
  readonly folder: Folder;
  readonly gates: readonly ParsedGate[];
};

type Found = FoundGates | Exclude<PlanOutcome, { readonly kind: "planned" }>;

async function gatesOf(target: string, configPath: string): Promise<Found> {
  const about = await stat(target).catch(() => null);
  const path = about === null ? await gatesPath(configPath) : target;
  const folder = await readGateFolder(path, configPath);
  if (folder.kind === "unreadable") {
    const missing = about === null ? `there is no file ${target}, and ` : "";
    return { kind: "unusable", message: `${missing}${folder.message}` };
  }
  const { texts } = folder;
  const own = about === null ? folder.broken.find(({ name }) => name === target)?.path : undefined;
  const problems = folder.problems.filter(
    ({ severity, file }) => severity === "error" && (about !== null || file === own),
  );
  if (problems.length > 0) return { kind: "faulty", problems, texts };
  const gates = [...folder.gates.values()].filter(({ gate, path: file }) =>
    about === null ? gate.name === target : isBelow(file, path),
  );
  return gates.length > 0
    ? { kind: "gates", folder, gates }
    : nothingAt(target, path, about !== null, folder);
}

/** Those made from a file that is not as it was there. */
async function changedOf(found: FoundGates, ref: string): Promise<Found> {
  const paths = new Map<string, string>();
  for (const path of new Set(found.gates.flatMap(filesOf))) paths.set(path, await realpath(path));
  const [first = "."] = paths.values();
  const changed = await changedSince(dirname(first), ref);
  if (!changed.ok) return { kind: "unusable", message: changed.why };
  const isChanged = (path: string) => changed.files.has(paths.get(path) ?? path);
  return { ...found, gates: found.gates.filter((parsed) => filesOf(parsed).some(isChanged)) };
}

function filesOf({ path, drawsOn }: ParsedGate): readonly string[] {
  return [path, ...drawsOn];
}

function nothingAt(target: string, path: string, isThere: boolean, { gates }: Folder): Found {
  if (isThere)
    return {
      kind: "unusable",
      message: `${target} declares no gate: it must begin with \`schema: gate/v1\``,
    };
  const near = nearestName(target, [...gates.keys()]);
  const hint = near === null ? "" : `; did you mean \`${near}\`?`;
  return { kind: "unusable", message: `there is no gate and no file \`${target}\` in ${path}${hint}` };
}

type OpenedPast =
  | {
      readonly ok: true;
      /** Null: nobody can be asked. */
      readonly ports: PlanPorts | null;
      readonly remarks: readonly string[];
      close(): Promise<void>;
    }
  | { readonly ok: false; readonly message: string };

/** A plan is worth something without metrics, too, so that nobody names a source is no fault. */
async function openPast(places: Places, configPath: string): Promise<OpenedPast> {
  if (places.prometheus === null && (await readText(configPath)) === null) {
    const remark =
      "no Prometheus is named, so nothing is said of traffic: give --prometheus <url>, or set PROMETHEUS_URL";
    return { ok: true, ports: null, remarks: [remark], close: () => Promise.resolve() };
  }
  const found = await sourcesFor(places);
  if (!found.ok) return found;
  const { prometheus, close } = openSources(found);
  // A URL stands for whatever source the gate names.
  const nameOf = (source: string) => (places.prometheus === null ? source : SOURCE_OF_URL);
  const named = <Answer>(
    source: string,
    ask: (name: string) => Promise<Answer>,
  ): Promise<Answer | Unknown> =>
    Object.hasOwn(found.sources, nameOf(source))
      ? ask(nameOf(source))
      : Promise.resolve({ kind: "unknown", reason: "unreachable", detail: notNamed(source, configPath) });
  const history: History = {
    range: (source, query, span) => named(source, (name) => prometheus.range(name, query, span)),
  };
  const metrics: BacktestPorts["metrics"] = {
    alertRules: (source, ...more) => named(source, (name) => prometheus.alertRules(name, ...more)),
  };
  const ports = {
    history,
    pastHalts: (gate: Gate, now: Instant) => pastHalts(gate, { history, metrics }, now),
  };
  return { ok: true, ports, remarks: [], close };
}

function notNamed(source: string, configPath: string): string {
  return `${configPath} does not name the source ${source}; give --prometheus <url>`;
}
