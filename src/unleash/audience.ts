import { z } from "zod";
import { canonicalJson } from "./canonical-json.ts";

/** Whom a strategy can reach, as both the admin API and the SDKs' payload write it. */
export const constraintSchema = z.looseObject({
  contextName: z.string(),
  operator: z.string(),
  values: z.array(z.string()).default([]),
  inverted: z.boolean().default(false),
  caseInsensitive: z.boolean().default(false),
});

export type Constraint = z.infer<typeof constraintSchema>;

/** A segment with what it contains: its constraints can change without any event on the flag. */
export type Segment = { readonly id: number; readonly constraints: readonly Constraint[] };

/** Constraints are all required and values are alternatives, so the order of either changes nobody's exposure. */
export function canonicalConstraints(constraints: readonly Constraint[]): string {
  return canonicalJson(ordered(constraints));
}

export function canonicalSegments(segments: readonly Segment[]): string {
  return canonicalJson(
    segments
      .map(({ id, constraints }) => ({ id, constraints: ordered(constraints) }))
      .toSorted((a, b) => a.id - b.id),
  );
}

/** The ids in a text made by `canonicalSegments`, in order. */
export function segmentIds(canonical: string): readonly number[] {
  return z
    .array(z.object({ id: z.number() }))
    .parse(JSON.parse(canonical))
    .map(({ id }) => id);
}

/** The constraints in a text made by `canonicalConstraints`. */
export function constraintsIn(canonical: string): readonly Constraint[] {
  return z.array(constraintSchema).parse(JSON.parse(canonical));
}

function ordered(constraints: readonly Constraint[]): readonly Constraint[] {
  return constraints
    .map((constraint) => ({ ...constraint, values: constraint.values.toSorted() }))
    .toSorted((a, b) => (canonicalJson(a) < canonicalJson(b) ? -1 : 1));
}

/** A parameter as it is stored: Unleash writes them as strings, whatever they say. */
export function rawParameter(parameters: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = parameters[name];
  if (value === undefined || value === null) return null;
  return typeof value === "string" ? value : canonicalJson(value);
}
