import type { PendingTelling } from "../control/ports.ts";

/** `detail` is kept and shown, so it must hold nothing secret. */
export type Delivery = { readonly kind: "taken" } | { readonly kind: "failed"; readonly detail: string };

/** A way to reach people. */
export type Channel = {
  /** Unique among the channels of a process. */
  readonly name: string;
  /**
   * Hands over one telling, in bounded time. The same telling may come again, under the same key. An aborted signal asks to
   * give up.
   */
  deliver(telling: PendingTelling, signal: AbortSignal): Promise<Delivery>;
};

/** The part of the log that telling needs. */
export type NotifyLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};
