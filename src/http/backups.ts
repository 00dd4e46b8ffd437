import type { ROUTES } from "../api/routes.ts";
import { BACKUP_TYPE, digestHeader } from "../api/backup.ts";
import { BOOTSTRAP_PRINCIPAL } from "./auth/bootstrap.ts";
import type { Door } from "./door.ts";
import type { Handler } from "./mount.ts";
import { refuse } from "./reply.ts";

const AGAIN_AFTER_SECONDS = "5";

/** A copy of the whole store. Who took one is on record before it is made, so that the copy says so, too. */
export function takeBackup({
  backups,
  audit,
  clock,
  log,
}: Pick<Door, "backups" | "audit" | "clock" | "log">): Handler<typeof ROUTES.takeBackup> {
  return async ({ principal }) => {
    if (principal.token === BOOTSTRAP_PRINCIPAL.token) {
      return refuse("forbidden", "the bootstrap token makes the first tokens and nothing else", {
        scopes: ["admin"],
      });
    }
    const actor = `${principal.kind}:${principal.name}`;
    const body = { token: principal.token };
    await audit.append([{ at: clock.now(), kind: "backup", actor, gate: null, body }]);
    const taken = await backups.take();
    switch (taken.kind) {
      case "busy":
        return refuse(
          "too-many",
          "another backup is being made at this moment",
          {},
          {
            "Retry-After": AGAIN_AFTER_SECONDS,
          },
        );
      case "failed":
        log.error({ by: actor, why: taken.message }, "a backup failed");
        return refuse("failed", taken.message);
      case "taken": {
        const { bytes, sha256, content } = taken;
        const headers = {
          "Content-Type": BACKUP_TYPE,
          "Content-Length": String(bytes),
          "Repr-Digest": digestHeader(sha256),
        };
        return { status: 200, body: null, headers, content };
      }
    }
  };
}
