import type { Places } from "./places.ts";

/** A file as it will be written. */
export type InitFile = {
  readonly path: string;
  readonly text: string;
  /** The configuration is never replaced, whatever is forced. */
  readonly isReplaceable: boolean;
  /** What the file says now, where something is only added to it; null where it is to be new. */
  readonly extended: string | null;
};

/** What a gate is to be proposed from. Null: not told. */
export type InitAnswers = {
  /** A name under `sources` of the configuration. */
  readonly source: string | null;
  readonly service: string | null;
  readonly owner: string | null;
  readonly name: string | null;
  readonly unleash: string | null;
  readonly unleashTokenFile: string | null;
  readonly unleashClientTokenFile: string | null;
  readonly environment: string | null;
  readonly flag: string | null;
  readonly strategy: string | null;
  readonly out: string | null;
};

/** What `rampart init` asks for: first a proposal, then that it be written. */
export type InitRequest =
  | {
      readonly kind: "propose";
      readonly places: Places;
      readonly answers: InitAnswers;
      /** Whether a gate file may be replaced. */
      readonly force: boolean;
    }
  | {
      readonly kind: "write";
      readonly files: readonly InitFile[];
      /** Folders the server needs. */
      readonly folders: readonly string[];
      readonly force: boolean;
    };

/** What a person can be asked for, and then asked again. */
export type InitQuestion = "prometheus" | "source" | "service" | "owner" | "strategy";

export type InitProposal = {
  readonly gate: string;
  readonly files: readonly InitFile[];
  readonly folders: readonly string[];
  /** What is in the gate, a line each. */
  readonly summary: readonly string[];
  /** What to know about it. */
  readonly remarks: readonly string[];
  /** Command lines that come next. */
  readonly next: readonly string[];
};

/** What came of it. */
export type InitOutcome =
  | { readonly kind: "proposed"; readonly proposal: InitProposal }
  | {
      readonly kind: "needs";
      readonly what: InitQuestion;
      readonly message: string;
      /** Answers that would do; empty when there are too many to list. */
      readonly choices: readonly string[];
    }
  /** Nothing there names the service. */
  | {
      readonly kind: "nothing";
      readonly message: string;
      readonly nearest: readonly string[];
      readonly leftOut: readonly string[];
    }
  | { readonly kind: "refused"; readonly message: string }
  /** Prometheus or Unleash could not be asked. */
  | { readonly kind: "blind"; readonly message: string }
  | { readonly kind: "written"; readonly paths: readonly string[] };
