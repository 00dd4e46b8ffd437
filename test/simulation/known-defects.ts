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

export const KNOWN_DEFECTS: readonly KnownDefect[] = [];
