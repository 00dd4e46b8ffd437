import type { Audit, Clock } from "./control/ports.ts";
import { MINUTE, type Millis } from "./domain/instant.ts";
import type { Log } from "./lib/log.ts";
import type { AuditKey } from "./store/audit/audit-key.ts";
import { HEAD_MESSAGE, signHead } from "./store/audit/signed-head.ts";

const HEAD_EVERY_RECORDS = 100;
const HEAD_EVERY_MS: Millis = 5 * MINUTE;

/** Hands the newest record of the audit, signed, to the log, where whoever changes the store does not reach it. */
export type AuditHeads = {
  /** Logs the head when 100 records are new, or when something is and five minutes are over. */
  look(): Promise<void>;
  /** Logs the head when anything is new. */
  flush(): Promise<void>;
};

export function createAuditHeads(parts: {
  readonly audit: Pick<Audit, "head">;
  readonly key: AuditKey;
  readonly clock: Clock;
  /** Writes whatever the level of the log is: a head that is not handed out proves nothing. */
  readonly log: Pick<Log, "info">;
}): AuditHeads {
  const { audit, key, clock, log } = parts;
  let told = 0;
  let toldAt = clock.elapsed();

  async function tell(isDue: (records: number) => boolean): Promise<void> {
    const head = await audit.head();
    if (head === null || head.seq === told || !isDue(head.seq - told)) return;
    log.info(signHead(head, key.privateKey, key.publicKey), HEAD_MESSAGE);
    told = head.seq;
    toldAt = clock.elapsed();
  }

  return {
    look: () => tell((records) => records >= HEAD_EVERY_RECORDS || clock.elapsed() - toldAt >= HEAD_EVERY_MS),
    flush: () => tell(() => true),
  };
}
