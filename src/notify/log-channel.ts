import type { Channel, NotifyLog } from "./channel.ts";

/** Writes every telling to the log, so that none depends on another system to be seen. */
export function logChannel(log: NotifyLog): Channel {
  return {
    name: "log",
    async deliver({ key, gate, kind, page, title, text, decision }) {
      log.info({ telling: key, gate, kind, page, text, decision }, title);
      return { kind: "taken" };
    },
  };
}
