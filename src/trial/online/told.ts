import type { Severity } from "../../domain/problem.ts";
import type { Unknown } from "../../domain/reading.ts";
import type { RuleCode } from "../../gatefile/rules.ts";

/** Something a server says against a gate; `part` is the stretch of the query it is about. */
export type OnlineFault = {
  readonly code: RuleCode;
  readonly part: string;
  readonly message: string;
  readonly suggestion?: string | null;
  readonly severity?: Severity;
};

/** What asking came to: what is wrong, and what could not be found out. */
export type Told = { readonly faults: readonly OnlineFault[]; readonly unseen: readonly string[] };

export function told(...faults: readonly OnlineFault[]): Told {
  return { faults, unseen: [] };
}

/** Whatever was not answered is never taken for well. */
export function unseen(source: string, { reason, detail }: Unknown): Told {
  return { faults: [], unseen: [`${source}: ${detail} (${reason})`] };
}

export function together(all: readonly Told[]): Told {
  return {
    faults: all.flatMap(({ faults }) => faults),
    unseen: [...new Set(all.flatMap((each) => each.unseen))],
  };
}
