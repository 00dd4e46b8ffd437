import type { FlagTarget } from "../../src/domain/gate.ts";

/** A target in `production` of the only server. */
export function flagTarget(fields: Partial<FlagTarget> = {}): FlagTarget {
  return {
    server: "main",
    project: "default",
    name: "new-pricing",
    environment: "production",
    strategy: null,
    stickiness: null,
    also: [],
    propagationMs: 45_000,
    ...fields,
  };
}
