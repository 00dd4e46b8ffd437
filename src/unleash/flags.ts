import type { Clock, Flags } from "../control/ports.ts";
import { MINUTE, type Millis } from "../domain/instant.ts";
import type { Outbound } from "../lib/outbound.ts";
import { readAdmin } from "./admin-answer.ts";
import { environmentPath, strategyPath } from "./admin-path.ts";
import { readEvents } from "./events.ts";
import { observeFlag } from "./observation.ts";
import { preflightOnServer } from "./preflight.ts";
import { userBody } from "./rights.ts";
import { readSegmentIds } from "./segments.ts";
import type { Sightings } from "./sightings.ts";
import { strategyPatch } from "./strategy-patch.ts";
import { writeOutcome } from "./write-outcome.ts";

/** A token may be rotated to one of another user, so what was asked is not kept for ever. */
const OWN_USER_KEPT_MS: Millis = 5 * MINUTE;

export type FlagsOptions = {
  /** By the names that gates use: clients whose base URL ends before `/api` and whose token is that of an Unleash user. */
  readonly servers: Readonly<Record<string, Outbound>>;
  readonly clock: Clock;
  readonly sightings: Sightings;
};

/** Unleash's admin API. Every change is one PATCH of two fields (three at the restart of a ramp that asks for it), or `off`; a PUT would wipe what it does not name. */
export function createFlags({ servers, clock, sightings }: FlagsOptions): Flags {
  const ownIds = new Map<string, { readonly id: number; readonly at: Millis }>();

  return {
    async observe(target) {
      const outbound = servers[target.server];
      if (outbound === undefined) return { kind: "unreadable", detail: unknownServer(target.server) };
      const seen = await observeFlag(outbound, target);
      if (seen.kind !== "unreadable") {
        sightings.remember(target, seen.kind === "seen" ? seen.strategies : []);
      }
      return seen;
    },

    async preflight(target) {
      const outbound = servers[target.server];
      if (outbound === undefined) return [{ code: "unknown-server", message: unknownServer(target.server) }];
      return preflightOnServer(outbound, target, clock.now());
    },

    async write(target, strategyId, to, title, expecting, more) {
      const outbound = servers[target.server];
      if (outbound === undefined) return { kind: "unsure", detail: unknownServer(target.server) };
      const reply = await outbound.request({
        method: "PATCH",
        path: strategyPath(target, strategyId),
        headers: { "content-type": "application/json" },
        body: JSON.stringify(strategyPatch(to, title, expecting, more)),
      });
      return writeOutcome(reply, outbound);
    },

    async segments(target) {
      const outbound = servers[target.server];
      return outbound === undefined ? null : readSegmentIds(outbound, target.project);
    },

    async switchOff(target) {
      const outbound = servers[target.server];
      if (outbound === undefined) return { kind: "unsure", detail: unknownServer(target.server) };
      const reply = await outbound.request({ method: "POST", path: `${environmentPath(target)}/off` });
      return writeOutcome(reply, outbound);
    },

    async events(target, after) {
      const outbound = servers[target.server];
      return outbound === undefined ? null : readEvents(outbound, target.name, after);
    },

    async ownUserId(server) {
      const known = ownIds.get(server);
      if (known !== undefined && clock.elapsed() - known.at < OWN_USER_KEPT_MS) return known.id;
      const outbound = servers[server];
      if (outbound === undefined) return null;
      const answer = await readAdmin(outbound, "/api/admin/user", userBody);
      if (answer.kind !== "body") return null;
      const { user } = answer.value;
      const id = user.id ?? user.internalAdminTokenUserId ?? null;
      if (id !== null) ownIds.set(server, { id, at: clock.elapsed() });
      return id;
    },
  };
}

function unknownServer(name: string): string {
  return `no Unleash server "${name}" is configured`;
}
