import type { Draw } from "./random.ts";

/** Answers for one order whether it takes the new path. */
export type ExposureDecider = {
  isOn(orderRef: string): boolean;
  /** Percent of orders it currently believes to be exposed; null when it cannot tell. */
  knownPercent(): number | null;
  close(): Promise<void>;
};

/** Decides without any flag server: for audits and tests. */
export function percentDecider(draw: Draw, percent: number): ExposureDecider {
  return {
    isOn: (orderRef) => draw("exposure", orderRef) * 100 < percent,
    knownPercent: () => percent,
    close: () => Promise.resolve(),
  };
}
