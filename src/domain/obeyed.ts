import type { RefusalCode } from "./command.ts";
import type { GateRecord } from "./record.ts";
import type { Tell } from "./tell.ts";

/** What came of a command: the record it led to, or why it was not carried out. */
export type Obeyed =
  | {
      readonly kind: "done";
      readonly record: GateRecord;
      readonly tells: readonly Tell[];
      readonly message: string;
      /** Which definition the run must keep a copy of from now on: a new run the one in force, an adoption the newest. */
      readonly pin: Pin;
    }
  | { readonly kind: "refused"; readonly code: RefusalCode; readonly message: string };

type Pin = "none" | "in-force" | "newest";

export function done(
  record: GateRecord,
  message: string,
  tells: readonly Tell[] = [],
  pin: Pin = "none",
): Obeyed {
  return { kind: "done", record, tells, message, pin };
}

export function refused(code: RefusalCode, message: string): Obeyed {
  return { kind: "refused", code, message };
}
