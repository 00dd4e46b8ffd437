import type { Evidence } from "./oracle/evidence.ts";
import type { Violation } from "./oracle/oracle.ts";

/**
 * A defect of the engine that is known and not mended yet: what the simulation finds of it is counted and shown, and is no
 * failure. A mended one is taken out of here; its smallest scenario stays in found-defects.test.ts.
 */
export type KnownDefect = {
  readonly name: string;
  readonly says: string;
  readonly explains: (violation: Violation, evidence: Evidence) => boolean;
};

const MINUTE = 60_000;

export const KNOWN_DEFECTS: readonly KnownDefect[] = [
  {
    name: "a restore is not noticed",
    says: "a store restored while the flag cannot be read issues a token first, and then takes the newer one that it lost for an older one",
    explains: ({ invariant, at }, { faults }) =>
      invariant === "S28" &&
      faults.some(({ kind, to }) => kind === "store restored" && to === at) &&
      faults.some(({ kind, from, to }) => kind === "unleash down" && from <= at + MINUTE && to >= at),
  },
];
