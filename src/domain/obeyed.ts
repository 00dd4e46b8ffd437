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
      /** Whether a new run begins that must keep a copy of its definition. */
      readonly pin: boolean;
    }
  | { readonly kind: "refused"; readonly code: RefusalCode; readonly message: string };

export function done(record: GateRecord, message: string, tells: readonly Tell[] = [], pin = false): Obeyed {
  return { kind: "done", record, tells, message, pin };
}

export function refused(code: RefusalCode, message: string): Obeyed {
  return { kind: "refused", code, message };
}
