import type { Gate } from "../domain/gate.ts";
import { nearestName } from "../text/nearest-name.ts";
import type { Windows } from "./calendar.ts";
import type { Defaults } from "./defaults.ts";
import type { Flows } from "./flow.ts";
import { resolveGate } from "./gate.ts";
import { GATE_SHAPE, type GateFields } from "./gate-keys.ts";
import type { Library } from "./library.ts";
import { readMap } from "./mapping.ts";
import { areValues, argumentsGiven, bind } from "./parameters.ts";
import type { Complain, ProblemList } from "./problem-list.ts";
import { fallbackOf, type Profile } from "./profile.ts";
import { overlay, signalName } from "./profile-overlay.ts";
import { putWhole } from "./profile-places.ts";
import type { ProfileScope } from "./scope.ts";
import { entryOf, type MapValue, type Value } from "./value.ts";

/** Everything that gates draw on, by name. */
export type Shelf = {
  readonly library: Library;
  readonly profiles: ReadonlyMap<string, Profile>;
  readonly windows: Windows;
  readonly flows: Flows;
  /** Names of all gates, also of those that cannot be used now. */
  readonly gates: readonly string[];
};

/** A gate with the text it was made from: its own file and its profile laid together. */
export type ResolvedGate = { readonly gate: Gate; readonly root: MapValue; readonly fields: GateFields };

/** The gate of one file; null when anything it consists of has an error, and that is complained. */
export function gateOfRoot(
  own: MapValue,
  shelf: Shelf,
  defaults: Defaults,
  list: ProblemList,
): ResolvedGate | null {
  const found = profileOf(own, shelf, list.complain);
  const root =
    found === null || found === "none" ? own : overlay(own, found.root, found.scope, shelf.library);
  const fields = readMap(root, GATE_SHAPE, list.complain);
  // What the profile would have brought is not there: whatever else were said about the gate might be wrong.
  if (fields === undefined || found === null) return null;
  const profile = found === "none" ? null : found.scope;
  const gate = resolveGate(fields, { ...shelf, profile }, defaults, list);
  if (gate === null && found !== "none") blameProfile(fields, found, list);
  return gate === null ? null : { gate, root, fields };
}

type Found = { readonly profile: Profile; readonly root: MapValue; readonly scope: ProfileScope };

/** The gate's profile with the gate's values put in; null when it needs one that cannot be used, which is complained. */
function profileOf(own: MapValue, shelf: Shelf, complain: Complain): Found | "none" | null {
  const named = entryOf(own, "profile")?.value;
  const given = entryOf(own, "with");
  if (named === undefined) {
    if (given === null) return "none";
    const message = "`with` gives values to a profile, and the gate names none";
    complain({ code: "R175", at: given.keyAt, message, suggestion: "add `profile:`, or remove `with`" });
    return null;
  }
  const profile = usableProfile(named, shelf, complain);
  if (profile === null) return null;
  const written = given === null ? [] : (argumentsGiven(given.value, () => undefined) ?? []);
  const values = bind(profile.name ?? "", profile.declared, written, named.at, complain);
  if (values === null || !areValues(written, null, complain)) return null;
  return withValues(profile, values, given?.value ?? named);
}

/** The profile of that name; null when there is none or it has problems, which is complained. */
function usableProfile(named: Value, shelf: Shelf, complain: Complain): Profile | null {
  // A name that is none is refused by its reader.
  if (named.kind !== "scalar" || typeof named.value !== "string") return null;
  const profile = shelf.profiles.get(named.value);
  const shown = `\`${named.value.slice(0, 60)}\``;
  if (profile === undefined) {
    const near = nearestName(named.value, [...shelf.profiles.keys()]);
    const suggestion = near === null ? "declare it in a `profile/v1` file" : `did you mean \`${near}\`?`;
    complain({ code: "R170", at: named.at, message: `there is no profile ${shown}`, suggestion });
    return null;
  }
  if (!profile.list.hasErrors()) return profile;
  const message = `${shown} has problems of its own in ${profile.file.path}`;
  complain({ code: "R171", at: named.at, message });
  return null;
}

function withValues(profile: Profile, values: ReadonlyMap<string, string>, given: Value): Found {
  const fallbacks = entryOf(profile.root, "params")?.value;
  const nodes = new Map<string, Value>();
  for (const { name } of profile.declared) {
    const node =
      (given.kind === "map" ? entryOf(given, name)?.value : undefined) ?? fallbackOf(fallbacks, name);
    if (node !== undefined) nodes.set(name, node);
  }
  const root = putWhole(profile.root, nodes);
  const signals = entryOf(root, "signals")?.value;
  const names = signals?.kind === "list" ? signals.items.map(signalName).filter((name) => name !== null) : [];
  return {
    profile,
    root,
    scope: { declared: profile.declared, values, at: given.at, file: profile.file, signals: names },
  };
}

/** R171: the file of a gate that is not loaded says so itself, whichever file holds the reason. */
function blameProfile(fields: GateFields, { profile }: Found, list: ProblemList): void {
  const here = fields.at("profile");
  const isSaid = list.problems.some(({ severity, file }) => severity === "error" && file === here.file.path);
  if (isSaid) return;
  const message = `what this gate adds to \`${profile.name ?? ""}\` does not fit what stands in ${profile.file.path}`;
  list.complain({ code: "R171", at: here, message });
}
