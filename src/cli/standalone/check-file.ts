import type { StatusBody } from "../../api/status.ts";
import type { Purpose } from "../../domain/gate.ts";
import type { Millis } from "../../domain/instant.ts";
import type { Problem } from "../../domain/problem.ts";
import type { Places } from "./places.ts";

/** A gate file to be checked as it stands, without a server. */
export type CheckFileRequest = {
  readonly file: string;
  /** Null: a deploy where the gate only watches, else an advance. */
  readonly purpose: Purpose | null;
  readonly places: Places;
  /** Before `/api`; null: where the flag stands is not looked at. */
  readonly unleash: string | null;
  /** Null: the environment holds the token, or names its file. */
  readonly unleashTokenFile: string | null;
};

export type CheckFileOutcome =
  /** As a server would say it; `url` is the file, for there is no page of evidence. */
  | { readonly kind: "checked"; readonly body: StatusBody; readonly everyMs: Millis }
  | {
      readonly kind: "faulty";
      readonly problems: readonly Problem[];
      /** Text of every file that was read, by the path its problems name. */
      readonly texts: ReadonlyMap<string, string>;
    }
  /** It could not even be asked, and what to give instead. */
  | { readonly kind: "unusable"; readonly message: string };
