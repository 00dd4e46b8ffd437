import type { PendingTelling } from "../../../src/control/ports.ts";
import type { Telling } from "../../../src/domain/telling.ts";
import type { NotifyLog } from "../../../src/notify/channel.ts";
import type { MemoryStore } from "../../support/memory-store.ts";
import { moment, record, telling } from "../store/samples.ts";

export const SECRET = `whsec_${Buffer.from("correct horse battery staple!!!!").toString("base64")}`;

/** Puts tellings into the store's outbox as a commit does. */
export async function tell(store: MemoryStore, key: string, changes: Partial<Telling> = {}): Promise<void> {
  const expecting = (await store.record("checkout"))?.version ?? null;
  const kept = await store.commit(
    moment(record("checkout"), { expecting, tellings: [telling(key, changes)] }),
  );
  if (!kept) throw new Error(`${key} was not written`);
}

export type Line = { readonly level: string; readonly fields: object; readonly message: string };

/** A log that remembers. */
export function memoryLog(): NotifyLog & { readonly lines: readonly Line[] } {
  const lines: Line[] = [];
  const at = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  return { lines, info: at("info"), warn: at("warn"), error: at("error") };
}

export function pending(changes: Partial<PendingTelling> = {}): PendingTelling {
  return { ...telling("t1"), createdAt: 0, attempts: 0, ...changes };
}
