import type { Finding } from "../../trial/doctor/finding.ts";
import type { Places } from "./places.ts";

/** What `rampart doctor` is to look at: the configuration where there is one, else what is told here. */
export type DoctorRequest = {
  readonly places: Places;
  readonly unleash: string | null;
  readonly unleashTokenFile: string | null;
  readonly unleashClientTokenFile: string | null;
  readonly environment: string | null;
  /** For observing alone it is no fault that a flag could not be written. */
  readonly purpose: "act" | "observe";
};

/** What was found, in the order in which it is best mended. */
export type DoctorOutcome = { readonly findings: readonly Finding[] };
