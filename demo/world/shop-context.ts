import type { DatabaseSync } from "node:sqlite";

import { toMs, type ShopSeconds, type Spread, type WorldConfig } from "./config.ts";
import type { FaultBoard } from "./faults.ts";
import type { ShopNames } from "./names.ts";
import type { Draw } from "./random.ts";

/** What every system, edge and job of one shop is built from. */
export type ShopContext = {
  readonly config: WorldConfig;
  readonly db: DatabaseSync;
  readonly draw: Draw;
  readonly faults: FaultBoard;
  readonly names: ShopNames;
  readonly ms: (seconds: ShopSeconds) => number;
  /** A wait inside the spread, the same for the same purpose and key. */
  waitMs(spread: Spread, purpose: string, key: string | number): number;
};

export function createContext(
  parts: Pick<ShopContext, "config" | "db" | "draw" | "faults" | "names">,
): ShopContext {
  const ms = (seconds: ShopSeconds): number => toMs(seconds, parts.config.speed);
  return {
    ...parts,
    ms,
    waitMs: (spread, purpose, key) =>
      Math.round(ms(spread.least + (spread.most - spread.least) * parts.draw(purpose, key))),
  };
}
