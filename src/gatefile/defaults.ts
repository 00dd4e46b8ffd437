import type { Millis } from "../domain/instant.ts";

/** What the configuration says where a file says nothing; null where it names several or none. */
export type Defaults = {
  readonly environment: string | null;
  /** A name under `unleash:` of the configuration. */
  readonly server: string | null;
  /** A name under `sources:` of the configuration. */
  readonly source: string | null;
  readonly scrapeIntervalMs: Millis;
};
