import { audienceShown, hasAudiences, segmentNames, type SegmentIds, shows } from "./audience.ts";
import type { FlagRecord, PinnedAudience } from "./flag.ts";
import type { Gate } from "./gate.ts";
import type { FlagRefusal } from "./preflight.ts";

/** Segments of the server that this flag may use, by name; null when they could not be read. */
export type SegmentsSeen = ReadonlyMap<string, number> | null;

/** Ids of the segments that the steps name, as far as the server has them; absent where they name none. */
export function segmentIdsOf(gate: Gate, seen: SegmentsSeen): { readonly segments?: SegmentIds } {
  const names = segmentNames(gate);
  if (names.length === 0) return {};
  const known = names.flatMap((name) => {
    const id = seen?.get(name);
    return id === undefined ? [] : [[name, id] as const];
  });
  return { segments: Object.fromEntries(known) };
}

/**
 * Why the steps of the gate that name an audience cannot be gone on this strategy. `left` is what a run before has put in
 * and not taken out yet.
 */
export function audienceRefusals(
  gate: Gate,
  flag: FlagRecord,
  seen: SegmentsSeen,
  left: PinnedAudience | undefined,
): readonly FlagRefusal[] {
  if (!hasAudiences(gate)) return [];
  return [...segmentRefusals(gate, seen), ...valuesRefusals(gate, flag), ...ownRefusals(flag, left)];
}

function segmentRefusals(gate: Gate, seen: SegmentsSeen): readonly FlagRefusal[] {
  const names = segmentNames(gate);
  if (names.length === 0) return [];
  if (seen === null) return [{ code: "unreadable", message: "the segments of Unleash cannot be read" }];
  return names
    .filter((name) => !seen.has(name))
    .map((name) => ({
      code: "segment-missing",
      message: `Unleash has no segment ${JSON.stringify(name)} that this project may use`,
    }));
}

/** A constraint needs a field that says who somebody is; `default` is another one from call to call. */
function valuesRefusals({ steps }: Gate, { stickiness }: FlagRecord): readonly FlagRefusal[] {
  const hasValues = steps.some(({ audience }) => audience?.kind === "values");
  if (!hasValues || (stickiness !== null && stickiness !== "default")) return [];
  const message = "a step with `values` compares the stickiness field, and the strategy's is default";
  return [{ code: "stickiness-default", message }];
}

/** Rampart would take out what somebody else has put in, so there must be nothing but what it has put in itself. */
function ownRefusals(flag: FlagRecord, left: PinnedAudience | undefined): readonly FlagRefusal[] {
  const isBare = shows(flag, undefined);
  if (isBare || (left !== undefined && flag.rollout === 0 && shows(flag, left))) return [];
  const message = "the strategy has constraints or segments of its own, and a step of this gate writes them";
  return [{ code: "audience-taken", message }];
}

/** The flag with what its strategy shows of the gate's own audiences; null where it shows another one. */
export function withShownAudience(
  gate: Gate,
  ids: { readonly segments?: SegmentIds },
  flag: FlagRecord,
): FlagRecord | null {
  if (!hasAudiences(gate)) return flag;
  const shown = audienceShown(gate, ids, flag);
  if (shown === null) return null;
  return shown === undefined ? flag : { ...flag, audience: shown };
}
