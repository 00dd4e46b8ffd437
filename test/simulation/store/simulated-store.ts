import type { MemoryStore } from "../../support/memory-store.ts";
import type { Records } from "../engine.ts";

/** Another opening, under an epoch so far above the newest. */
export type Backup = { reopen(stride: number): SimulatedStore };

/** What the machine asks of a store, be it the fake one or that of `src`. */
export type SimulatedStore = Records &
  Backup &
  Pick<MemoryStore, "failNext" | "isNewest"> & {
    /** Until it can be asked anything; absent or null: it can. */
    readonly opening?: () => Promise<void> | null;
    backup(): Backup;
    /** Looks at everything that it keeps. */
    readonly look?: () => Promise<void>;
  };
