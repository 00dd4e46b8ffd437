/** What `rampart backup --store` asks for. */
export type BackupRequest = {
  /** The store of a stopped server. */
  readonly store: string;
  /** A file that is not there yet. */
  readonly to: string;
};

export type StoreBackupOutcome =
  | { readonly kind: "saved"; readonly bytes: number; readonly sha256: string }
  /** `blind`: asking again later may help. */
  | { readonly kind: "failed"; readonly blind: boolean; readonly message: string };
