import type { PinnedAudience } from "../../src/domain/flag.ts";
import { canonicalConstraints, canonicalSegments } from "../../src/unleash/audience.ts";

/** The `segments` of a strategy with this audience, as an observation has them; a segment here holds nothing. */
export function segmentsText(audience: PinnedAudience | null): string {
  return canonicalSegments(audience?.kind === "segment" ? [{ id: audience.id, constraints: [] }] : []);
}

/** The `constraints` of a strategy with this audience, as an observation has them. */
export function constraintsText(audience: PinnedAudience | null): string {
  if (audience?.kind !== "values") return canonicalConstraints([]);
  const { field, values } = audience;
  return canonicalConstraints([
    { contextName: field, operator: "IN", values: [...values], inverted: false, caseInsensitive: false },
  ]);
}
