/** Which store's audit is meant, and how it is found. */
export type AuditPlace = {
  /** Null: the one of the configuration. */
  readonly store: string | null;
  /** Path of the configuration; it need not exist where `store` is given. */
  readonly config: string;
};

export type VerifyAuditRequest = AuditPlace & {
  /** A head that was kept elsewhere; null: none was given. */
  readonly head: { readonly seq: number; readonly hash: string } | null;
  /** A file with lines of the server's log; null: none was given. */
  readonly headFile: string | null;
  /** PEM of the key that the heads must be signed with; null: signatures are not looked at. */
  readonly publicKeyFile: string | null;
};

/** Nobody looked: a file is not there, is no such thing, or is in use. `blind`: asking again later may help. */
export type AuditUnseen = { readonly kind: "unseen"; readonly blind: boolean; readonly message: string };

export type VerifyAuditOutcome =
  | {
      readonly kind: "sound";
      readonly store: string;
      /** Null: the audit is empty. */
      readonly head: { readonly seq: number; readonly hash: string; readonly at: number } | null;
      /** How many heads from elsewhere it agrees with, and whether their signatures were looked at. */
      readonly heads: number;
      readonly signed: boolean;
    }
  /** `seq`: the first record that is wrong or missing; null: a head is, and not the store. */
  | { readonly kind: "broken"; readonly store: string; readonly seq: number | null; readonly why: string }
  | AuditUnseen;

export type ExportAuditRequest = AuditPlace & {
  /** Only records above it. */
  readonly after: number;
  /** Takes one record: a line of canonical JSON. */
  readonly write: (line: string) => void;
};

export type ExportAuditOutcome = { readonly kind: "exported"; readonly records: number } | AuditUnseen;

export type AuditKeyOutcome =
  | { readonly kind: "key"; readonly path: string; readonly pem: string; readonly fingerprint: string }
  | AuditUnseen;
