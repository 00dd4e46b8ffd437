import { guardKey } from "./alert.ts";
import { INHERITED, RAMP_KEYS } from "./gate-keys.ts";
import type { Library } from "./library.ts";
import type { ProfileScope } from "./scope.ts";
import { VERBS } from "./signal-limits.ts";
import { substitute } from "./substitution.ts";
import { textOf } from "./text.ts";
import { type Entry, entryOf, type List, type MapValue, type Value } from "./value.ts";

/**
 * The gate as if it had been written in one file: its own keys, and those of the profile that it does not have. Signals
 * go by their names and alerts by their matchers; every other key stands for itself, whole. Each part keeps its place in
 * the file it was written in.
 */
export function overlay(gate: MapValue, profile: MapValue, scope: ProfileScope, library: Library): MapValue {
  const rampless = entryOf(gate, "flag") === null;
  const inherited = profile.entries.filter(
    ({ key }) => INHERITED.includes(key) && !(rampless && RAMP_KEYS.some((each) => each === key)),
  );
  const own = gate.entries.map((entry) => {
    const below = inherited.find(({ key }) => key === entry.key);
    return below === undefined ? entry : { ...entry, value: overlaid(entry, below.value, scope, library) };
  });
  const rest = inherited.filter(({ key }) => entryOf(gate, key) === null);
  return { ...gate, entries: [...own, ...rest] };
}

function overlaid({ key, value }: Entry, below: Value, scope: ProfileScope, library: Library): Value {
  // What is no list is refused as such by its reader.
  if (value.kind !== "list" || below.kind !== "list") return value;
  if (key === "signals") return overSignals(value, below, library);
  // A gate adds to what its profile asks for, and takes nothing away: it would be weaker under a trusted name.
  if (key === "requires") return { ...value, items: [...below.items, ...value.items] };
  return key === "alerts" ? overAlerts(value, below, scope) : value;
}

function overSignals(own: List, below: List, library: Library): List {
  return joined(own, below, signalName, (above, signal) =>
    isRefinement(above, signal) ? refined(above, signal, library) : above,
  );
}

function overAlerts(own: List, below: List, scope: ProfileScope): List {
  return joined(
    own,
    below,
    (item) => matchOf(item, scope),
    (above) => above,
  );
}

/** What stands below in its order, each with what stands above it by the same name, then the rest of what is own. */
function joined(
  own: List,
  below: List,
  nameOf: (item: Value) => string | null,
  over: (above: Value, item: Value) => Value,
): List {
  const used = new Set<Value>();
  const items = below.items.map((item) => {
    const name = nameOf(item);
    const above = name === null ? undefined : own.items.find((each) => nameOf(each) === name);
    if (above === undefined || used.has(above)) return item;
    used.add(above);
    return over(above, item);
  });
  return { ...own, items: [...items, ...own.items.filter((item) => !used.has(item))] };
}

/** By what a gate and its profile mean the same signal. */
export function signalName(item: Value): string | null {
  if (item.kind !== "map") return null;
  return textOfEntry(item, "name") ?? textOfEntry(item, "use");
}

/** A signal that brings a query or uses another of the library means something else: nothing of the old one may stay. */
function isRefinement(above: Value, below: Value): boolean {
  if (above.kind !== "map" || below.kind !== "map") return false;
  const use = textOfEntry(above, "use");
  const hasOwn = entryOf(above, "query") !== null || entryOf(above, "counts") !== null;
  return !hasOwn && (use === null || use === textOfEntry(below, "use"));
}

function refined(above: Value, below: Value, library: Library): Value {
  if (above.kind !== "map" || below.kind !== "map") return above;
  // A use that states a limit takes none of the library's; but the profile had them, and what is not said anew stays.
  const suggested = statesLimit(below) ? [] : limitsOf(library.get(textOfEntry(below, "use") ?? "")?.root);
  const rest = [...below.entries, ...(statesLimit(above) ? suggested : [])];
  return { ...above, entries: [...above.entries, ...rest.filter(({ key }) => entryOf(above, key) === null)] };
}

function statesLimit(signal: MapValue): boolean {
  return limitsOf(signal).length > 0;
}

function limitsOf(signal: Value | undefined): readonly Entry[] {
  if (signal?.kind !== "map") return [];
  return signal.entries.filter(({ key }) => VERBS.some((verb) => verb === key));
}

function matchOf(item: Value, scope: ProfileScope): string | null {
  const match = item.kind === "map" ? entryOf(item, "match")?.value : item;
  if (match?.kind !== "scalar" || typeof match.value !== "string") return null;
  const isOfProfile = match.at.file === scope.file;
  // Whatever keeps the values out is complained about when the guard is resolved.
  const put = substitute(
    textOf(match),
    "matchers",
    isOfProfile ? scope.values : new Map(),
    match.at,
    () => undefined,
  );
  return guardKey(put?.text ?? match.value);
}

function textOfEntry(map: MapValue, key: string): string | null {
  const value = entryOf(map, key)?.value;
  return value?.kind === "scalar" && typeof value.value === "string" ? value.value : null;
}
