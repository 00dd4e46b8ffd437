/** Where a command without a server finds its Prometheus: a URL, or the configuration that the environment names. */
export type Places = {
  /** Null: the sources of the configuration. */
  readonly prometheus: string | null;
  readonly alertmanager: string | null;
  /** Names the configuration (`RAMPART_CONFIG`) and may hold the secrets it refers to. */
  readonly env: Readonly<Record<string, string | undefined>>;
};
