import type { TryOutcome, TryRequest } from "../cli/standalone/try.ts";
import { SYSTEM_CLOCK } from "../system-clock.ts";
import { tryOut } from "../trial/try-out.ts";
import { openSources } from "./lone-ports.ts";
import { sourcesFor } from "./sources.ts";

/** Tries a query or an alert on a source. Nothing but questions is sent anywhere. */
export async function tryQuery(request: TryRequest): Promise<TryOutcome> {
  const found = await sourcesFor(request.places);
  if (!found.ok) return { kind: "unusable", message: found.message };
  const source = sourceOf(request.source, Object.keys(found.sources));
  if (!source.ok) return { kind: "unusable", message: source.message };
  const { prometheus, ports, close } = openSources(found);
  try {
    const asked = {
      text: request.query,
      source: source.name,
      limits: request.limits,
      lastMs: request.lastMs,
      now: request.at ?? SYSTEM_CLOCK.now(),
    };
    return { kind: "tried", trial: await tryOut(asked, { ...ports, catalogue: prometheus }) };
  } finally {
    await close();
  }
}

type Chosen = { readonly ok: true; readonly name: string } | { readonly ok: false; readonly message: string };

function sourceOf(asked: string | null, names: readonly string[]): Chosen {
  const [only, ...others] = names;
  const list = names.join(", ");
  if (asked !== null) {
    if (names.includes(asked)) return { ok: true, name: asked };
    return { ok: false, message: `there is no source ${asked}; there is: ${list}` };
  }
  if (only !== undefined && others.length === 0) return { ok: true, name: only };
  return { ok: false, message: `there are several sources; name one with --source: ${list}` };
}
