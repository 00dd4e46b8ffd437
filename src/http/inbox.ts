import { inboxBody } from "../api/inbox.ts";
import type { ROUTES } from "../api/routes.ts";
import { inbox } from "../domain/inbox.ts";
import type { Door } from "./door.ts";
import type { Handler } from "./mount.ts";
import { answer } from "./reply.ts";

/** What waits for whoever holds the token. */
export function getInbox({ controller, clock }: Door): Handler<typeof ROUTES.getInbox> {
  return async ({ principal }) => {
    const views = await controller.gates();
    const now = clock.now();
    return answer(200, inboxBody(inbox(views, principal, now), principal, now));
  };
}
