import type { FlagRecord, PinnedAudience, StrategySeen } from "./flag.ts";
import type { Audience, Gate, Step } from "./gate.ts";
import { stepText } from "./percent.ts";
import type { Run } from "./record.ts";

/** What Unleash calls the segments that a gate names: their ids, looked up at the start of a run. */
export type SegmentIds = Readonly<Record<string, number>>;

/** A step in words: whom it reaches, or which percent of everybody. */
export function stepName({ to, audience }: Pick<Step, "to" | "audience">): string {
  return audience === undefined ? stepText(to) : audienceText(audience);
}

/** The step by its number from 1, in words; before the first nobody is exposed. */
export function nameOfStep(gate: Gate, index: number): string {
  const step = gate.steps[index - 1];
  return step === undefined ? "0%" : stepName(step);
}

/** `segment staff-orders`, or `segment price-lists (outlet-dk, outlet-se)`. */
export function audienceText(audience: Audience | PinnedAudience): string {
  if (audience.kind === "segment") return `segment ${audience.name}`;
  const { label, values } = audience;
  const [shown, more] = [values.slice(0, MOST_VALUES), values.length - MOST_VALUES];
  return `segment ${label} (${shown.join(", ")}${more > 0 ? ` and ${more} more` : ""})`;
}

/** The audience in words, where there is one. */
export function audienceIn(of: { readonly audience?: Audience | PinnedAudience } | null): {
  readonly audience?: string;
} {
  return of?.audience === undefined ? {} : { audience: audienceText(of.audience) };
}

const MOST_VALUES = 3;

/** Whether any step of the gate reaches less than everybody, so that Rampart writes constraints and segments. */
export function hasAudiences({ steps }: Gate): boolean {
  return steps.some(({ audience }) => audience !== undefined);
}

/** Names of the Unleash segments that the steps of a gate mean. */
export function segmentNames({ steps }: Gate): readonly string[] {
  return steps.flatMap(({ audience }) => (audience?.kind === "segment" ? [audience.name] : []));
}

/** What a step wants in the strategy; null where the run does not know the id of the segment. */
export function pinnedAudience(
  audience: Audience,
  run: Pick<Run, "segments"> | null,
  flag: Pick<FlagRecord, "stickiness">,
): PinnedAudience | null {
  if (audience.kind === "values") {
    return {
      kind: "values",
      label: audience.label,
      field: flag.stickiness ?? "default",
      values: audience.values,
    };
  }
  const id = run?.segments?.[audience.name];
  return id === undefined ? null : { kind: "segment", name: audience.name, id };
}

export function sameAudience(a: PinnedAudience | undefined, b: PinnedAudience | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.kind === "segment") return b.kind === "segment" && a.id === b.id;
  return b.kind === "values" && a.field === b.field && sameValues(a.values, b.values);
}

/** Whether the strategy reaches exactly this audience; undefined is everybody: no constraint and no segment at all. */
export function shows(
  strategy: Pick<StrategySeen, "constraints" | "segments">,
  audience: PinnedAudience | undefined,
): boolean {
  const segments = listIn(strategy.segments);
  const constraints = listIn(strategy.constraints);
  if (audience === undefined) return segments.length === 0 && constraints.length === 0;
  if (audience.kind === "segment") {
    return constraints.length === 0 && segments.length === 1 && field(segments[0], "id") === audience.id;
  }
  return segments.length === 0 && constraints.length === 1 && isConstraint(constraints[0], audience);
}

function isConstraint(found: unknown, wanted: Extract<PinnedAudience, { kind: "values" }>): boolean {
  const values = field(found, "values");
  return (
    field(found, "contextName") === wanted.field &&
    field(found, "operator") === "IN" &&
    field(found, "inverted") === false &&
    field(found, "caseInsensitive") === false &&
    Array.isArray(values) &&
    sameValues(values, wanted.values)
  );
}

function sameValues(a: readonly unknown[], b: readonly string[]): boolean {
  return a.length === b.length && b.every((value) => a.includes(value));
}

/** Ids of the segments in a strategy, in order. */
export function segmentsOf({ segments }: Pick<StrategySeen, "segments">): readonly number[] {
  return listIn(segments).flatMap((segment) => {
    const id = field(segment, "id");
    return typeof id === "number" ? [id] : [];
  });
}

export function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id) => b.includes(id));
}

/** The fields that the constraints of a strategy ask for. */
export function constrainedBy({ constraints }: Pick<StrategySeen, "constraints">): readonly string[] {
  return listIn(constraints).map((constraint) => String(field(constraint, "contextName")));
}

/** Whether both reach the same people, as far as their constraints and segments tell. */
export function sameReach(
  a: Pick<StrategySeen, "constraints" | "segments">,
  b: Pick<StrategySeen, "constraints" | "segments">,
): boolean {
  return a.constraints === b.constraints && a.segments === b.segments;
}

function listIn(canonical: string): readonly unknown[] {
  const parsed: unknown = JSON.parse(canonical);
  return Array.isArray(parsed) ? parsed : [];
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? Object.entries(value).find(([key]) => key === name)?.[1]
    : null;
}

/** The step that reaches this audience, counted from 1; 0 where none does. */
export function stepWith(
  gate: Gate,
  run: Pick<Run, "segments"> | null,
  shown: PinnedAudience | undefined,
  flag: Pick<FlagRecord, "stickiness">,
): number {
  const index = gate.steps.findIndex(({ audience }) => {
    const wanted = audience === undefined ? null : pinnedAudience(audience, run, flag);
    return wanted !== null && sameAudience(wanted, shown);
  });
  return index + 1;
}

/** Which audience of the gate's steps the strategy shows; undefined: everybody; null: one that is none of ours. */
export function audienceShown(
  gate: Gate,
  run: Pick<Run, "segments"> | null,
  flag: Pick<FlagRecord, "stickiness" | "constraints" | "segments">,
): PinnedAudience | undefined | null {
  if (shows(flag, undefined)) return undefined;
  const wanted = gate.steps.flatMap(({ audience }) => {
    const pinned = audience === undefined ? null : pinnedAudience(audience, run, flag);
    return pinned === null ? [] : [pinned];
  });
  return wanted.find((each) => shows(flag, each)) ?? null;
}
