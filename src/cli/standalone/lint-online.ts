import type { Problem } from "../../domain/problem.ts";
import type { Places } from "./places.ts";

/** What `rampart lint --online` is to ask about: a file, or a folder of gates. */
export type LintOnlineRequest = { readonly path: string; readonly places: Places };

export type LintOnlineOutcome =
  | {
      readonly kind: "asked";
      readonly problems: readonly Problem[];
      /** What could not be asked, or was not answered. */
      readonly unseen: readonly string[];
      /** What nobody was asked about, because nothing names whom to ask. */
      readonly remarks: readonly string[];
    }
  | { readonly kind: "unusable"; readonly message: string };
