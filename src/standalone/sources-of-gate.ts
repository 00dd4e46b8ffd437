import type { Places } from "../cli/standalone/places.ts";
import { readEnv } from "../config/env.ts";
import type { Gate } from "../domain/gate.ts";
import { type FoundSources, SOURCE_OF_URL, sourcesFor } from "./sources.ts";

/** The sources that a gate reads from, all of them; `file` is what people call the gate. */
export async function sourcesOfGate(gate: Gate, file: string, places: Places): Promise<FoundSources> {
  const found = await sourcesFor(places);
  if (!found.ok) return found;
  const named = places.prometheus === null ? found : underNamesOf(gate, found);
  const missing = namesIn(gate).find((name) => !Object.hasOwn(named.sources, name));
  if (missing === undefined) return named;
  const { configPath } = readEnv(places.env);
  const message = `${file} reads from the source ${missing}, which ${configPath} does not name; give --prometheus <url>`;
  return { ok: false, message };
}

/** A URL stands for whatever source the gate names. */
function underNamesOf(
  gate: Gate,
  found: Extract<FoundSources, { ok: true }>,
): Extract<FoundSources, { ok: true }> {
  const under = <Value>(values: Readonly<Record<string, Value>>): Readonly<Record<string, Value>> => {
    const value = values[SOURCE_OF_URL];
    return value === undefined ? values : Object.fromEntries(namesIn(gate).map((name) => [name, value]));
  };
  return { ok: true, sources: under(found.sources), alertmanagers: under(found.alertmanagers) };
}

function namesIn({ signals, alerts }: Gate): readonly string[] {
  return [...new Set([...signals, ...alerts].map(({ source }) => source))];
}
