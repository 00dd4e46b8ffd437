import type { Defaults } from "./defaults.ts";
import { resolveAlerts } from "./alert.ts";
import { PROFILE_SHAPE, type ProfileFields } from "./gate-keys.ts";
import type { Shelf } from "./gate-source.ts";
import { rampEnd } from "./lint/ramp-end.ts";
import { signalNames } from "./lint/signal-names.ts";
import { stepsIncrease } from "./lint/steps-increase.ts";
import { readMap } from "./mapping.ts";
import { DEFAULT_MISSING } from "./missing-bounds.ts";
import { type Parameter, parameters } from "./parameters.ts";
import type { Complain, ProblemList } from "./problem-list.ts";
import { checkPlaces, putWhole } from "./profile-places.ts";
import { resolveRequirements } from "./requirement.ts";
import type { ProfileScope } from "./scope.ts";
import { resolveSignal } from "./signal.ts";
import type { SourceFile } from "./source.ts";
import { entryOf, type MapValue, type Scalar, type Value } from "./value.ts";

/** A part of gates, as its file says it. */
export type Profile = {
  readonly name: string | null;
  readonly file: SourceFile;
  readonly root: MapValue;
  readonly declared: readonly Parameter[];
  /** What it says with every parameter at its default, or standing for itself. */
  readonly fields: ProfileFields;
  readonly list: ProblemList;
};

/** One `profile/v1` file, read alone. */
export function readProfile(root: MapValue, list: ProblemList): Profile | undefined {
  const { complain } = list;
  const given = entryOf(root, "params")?.value;
  // What is wrong with them is told when the mapping is read.
  const declared = given === undefined ? [] : (parameters(given, () => undefined) ?? []);
  checkPlaces(root, declared, complain);
  const single = withoutProfile(root, complain);
  const fields = readMap(putWhole(single, standIns(given, declared, root)), PROFILE_SHAPE, complain);
  if (fields === undefined) return undefined;
  return { name: fields.values.name ?? null, file: root.at.file, root, declared, fields, list };
}

/** R173: one level is enough to share, and few enough to read. */
function withoutProfile(root: MapValue, complain: Complain): MapValue {
  const chain = entryOf(root, "profile");
  if (chain === null) return root;
  complain({
    code: "R173",
    at: chain.keyAt,
    message: "a profile has no profile of its own",
    suggestion: "write the keys of the other profile here",
  });
  return { ...root, entries: root.entries.filter((entry) => entry !== chain) };
}

/** A value for every parameter, so that a profile can be looked at before any gate gives one. */
function standIns(
  given: Value | undefined,
  declared: readonly Parameter[],
  root: MapValue,
): ReadonlyMap<string, Value> {
  return new Map(
    declared.map(({ name }) => {
      const ownName: Scalar = { kind: "scalar", value: name, source: name, style: "plain", at: root.at };
      return [name, fallbackOf(given, name) ?? ownName];
    }),
  );
}

/** A parameter's default as it stands in the file. */
export function fallbackOf(given: Value | undefined, name: string): Value | undefined {
  return given?.kind === "map" ? entryOf(given, name)?.value : undefined;
}

/** Complains about what a gate with this profile would stumble over, whatever its values, where no gate uses it, too. */
export function checkProfile(
  profile: Profile,
  shelf: Pick<Shelf, "library" | "flows" | "gates" | "windows">,
  defaults: Defaults,
): void {
  const { fields, declared, list } = profile;
  const { complain } = list;
  const { signals, alerts, steps, stopsAt, requires } = fields.values;
  const values = new Map(declared.map(({ name, fallback }) => [name, fallback ?? name]));
  const scope: ProfileScope = { declared, values, at: fields.head, file: profile.file, signals: [] };
  const context = {
    ...shelf,
    profile: scope,
    source: defaults.source ?? "",
    missing: DEFAULT_MISSING,
    scrapeIntervalMs: defaults.scrapeIntervalMs,
  };
  const resolved = (signals ?? []).map((signal) => resolveSignal(signal, context, complain));
  signalNames(
    resolved.filter((signal) => signal !== null),
    complain,
  );
  resolveAlerts(alerts ?? [], context, complain);
  resolveRequirements(requires ?? [], context, complain);
  if (steps === undefined) return;
  stepsIncrease(steps, complain);
  rampEnd(steps, stopsAt ?? null, complain);
}

/** The profiles of all files by name. Two with one name are both complained about. */
export function joinProfiles(profiles: readonly Profile[]): ReadonlyMap<string, Profile> {
  const joined = new Map<string, Profile>();
  for (const profile of profiles) {
    if (profile.name === null) continue;
    joined.set(profile.name, profile);
    const other = profiles.find((each) => each !== profile && each.name === profile.name);
    if (other === undefined) continue;
    profile.list.complain({
      code: "R172",
      at: profile.fields.at("name"),
      message: `${other.file.path} declares a profile with the same name`,
      suggestion: "rename one of them",
    });
  }
  return joined;
}
