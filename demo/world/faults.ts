import type { Draw } from "./random.ts";

/**
 * The first six live in the streaming exporter. The others are around it:
 * erpOutage and retryStorm hit both exporters, lostWebhooks the way from the storefront to the OMS,
 * deadExporter the metrics page itself.
 */
export const FAULT_NAMES = [
  "drop",
  "duplicate",
  "stick",
  "delay",
  "wrongAmount",
  "reject",
  "erpOutage",
  "retryStorm",
  "lostWebhooks",
  "deadExporter",
] as const;

export type FaultName = (typeof FAULT_NAMES)[number];
export type FaultRates = Readonly<Record<FaultName, number>>;
export type FaultChange =
  | { readonly ok: true; readonly rates: FaultRates }
  | { readonly ok: false; readonly problems: readonly string[] };

export type FaultBoard = {
  rates(): FaultRates;
  set(rates: FaultRates): void;
  /** The same key is always hit at the same rate, and still hit at every higher one. */
  hits(name: FaultName, key: string | number): boolean;
};

export const NO_FAULTS = Object.fromEntries(FAULT_NAMES.map((name) => [name, 0])) as FaultRates;

export function createFaultBoard(draw: Draw): FaultBoard {
  let current = NO_FAULTS;
  return {
    rates: () => current,
    set: (rates) => {
      current = rates;
    },
    hits: (name, key) => current[name] > 0 && draw(`fault ${name}`, key) < current[name],
  };
}

/** Reads a whole set of rates; a fault that is not named is off. */
export function parseFaults(body: unknown): FaultChange {
  if (typeof body !== "object" || body === null || Array.isArray(body)) {
    return { ok: false, problems: ["expected an object of fault rates"] };
  }
  const problems = Object.entries(body).flatMap(([name, rate]) => problemsOf(name, rate));
  if (problems.length > 0) return { ok: false, problems };
  return { ok: true, rates: { ...NO_FAULTS, ...body } };
}

function problemsOf(name: string, rate: unknown): string[] {
  if (!FAULT_NAMES.some((known) => known === name)) {
    return [`${name}: no such fault; known are ${FAULT_NAMES.join(", ")}`];
  }
  if (typeof rate !== "number" || !(rate >= 0 && rate <= 1)) return [`${name}: must be a number from 0 to 1`];
  return [];
}
