import { maintenanceBody } from "../api/maintenance.ts";
import type { ROUTES } from "../api/routes.ts";
import type { MaintenanceOrdered } from "../control/controller.ts";
import { SECOND } from "../domain/instant.ts";
import type { Door } from "./door.ts";
import type { Once } from "./idempotency.ts";
import type { Handler } from "./mount.ts";
import { answer, refuse } from "./reply.ts";
import type { Reply } from "./reply.ts";

export function listMaintenance(door: Door): Handler<typeof ROUTES.listMaintenance> {
  return async () => {
    const found = await door.controller.maintenance();
    return answer(200, { sources: sourceNames(door), maintenance: found.map(maintenanceBody) });
  };
}

export function orderMaintenance(door: Door, once: Once): Handler<typeof ROUTES.orderMaintenance> {
  return (call) => {
    const { principal, body } = call;
    const names = sourceNames(door);
    const source = sourceNamed(call.parameter("name"), names);
    if (source === null) return unknownSource(names);
    const { reason } = body;
    const forMs = body.action === "begin" ? body.for * SECOND : null;
    return once(call, {
      run: (keep) => door.controller.orderMaintenance({ source, forMs, reason, by: principal }, keep),
      render: (ordered: MaintenanceOrdered) =>
        ordered === null ? nothingToEnd(source) : answer(201, orderedBody(ordered)),
    });
  };
}

function sourceNames({ config }: Door): string[] {
  return Object.keys(config.sourceUrls).toSorted();
}

/** Where there is one source it may be called what it is: every source is a Prometheus. */
function sourceNamed(asked: string, names: readonly string[]): string | null {
  if (names.includes(asked)) return asked;
  const [only, ...others] = names;
  return asked === "prometheus" && others.length === 0 ? (only ?? null) : null;
}

function unknownSource(names: readonly string[]): Reply {
  return refuse("unknown-source", `there is no source of that name; the sources are: ${names.join(", ")}`);
}

function nothingToEnd(source: string): Reply {
  return refuse("no-maintenance", `source ${source} is under no maintenance`);
}

function orderedBody({ source, maintenance, gates }: NonNullable<MaintenanceOrdered>) {
  return {
    source,
    maintenance: maintenance === null ? null : maintenanceBody(maintenance),
    gates: [...gates],
  };
}
