import type { ROUTES } from "../api/routes.ts";
import type { Door } from "./door.ts";
import type { Handler } from "./mount.ts";
import { answer } from "./reply.ts";

/** What Alertmanager says is a reason to look, never evidence: it may come late, twice, or not at all. */
export function hearAlerts({ controller }: Door): Handler<typeof ROUTES.hearAlerts> {
  return async ({ body }) =>
    answer(202, { gates: await controller.alerted(body.alerts.map(({ labels }) => labels)) });
}
