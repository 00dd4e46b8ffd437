import { changeBody, deployEnteredBody, wrongTime } from "../api/change.ts";
import type { ROUTES } from "../api/routes.ts";
import type { DeployEntered } from "../control/controller.ts";
import type { ChangesAsked } from "../control/ports.ts";
import type { Door } from "./door.ts";
import { findGate, unknownGate } from "./gates.ts";
import type { Once } from "./idempotency.ts";
import type { Handler } from "./mount.ts";
import { answer, refuse } from "./reply.ts";
import type { Reply } from "./reply.ts";

export function listChanges(door: Door): Handler<typeof ROUTES.listChanges> {
  return async ({ query }) => {
    const asked = await askedFor(door, query.gate, query.service);
    if (asked === null) return unknownGate();
    const limit = Number(query.limit);
    // One more than asked for tells whether there is a next page.
    const found = await door.controller.changes(asked, limit + 1, query.cursor ?? null);
    // A page is only ever promised when something stands on it.
    if (found.length === 0 && query.cursor !== undefined) return badCursor();
    const page = found.slice(0, limit);
    return answer(200, {
      changes: page.map(changeBody),
      next: found.length > limit ? (page.at(-1)?.id ?? null) : null,
    });
  };
}

/** A gate is asked for together with the deploys of its service. Null: there is no such gate, which is not a gate nothing happened to. */
async function askedFor(
  door: Door,
  gate: string | undefined,
  service: string | undefined,
): Promise<ChangesAsked | null> {
  if (gate === undefined) return { gate: null, service: service ?? null };
  const view = await findGate(door, gate);
  return view === null ? null : { gate, service: service ?? view.gate?.service ?? null };
}

function badCursor(): Reply {
  return refuse("invalid", "the query is not valid", {
    problems: [{ at: "query.cursor", message: "must be a `next` of an earlier page with the same query" }],
  });
}

export function tellDeploy(door: Door, once: Once): Handler<typeof ROUTES.tellDeploy> {
  return (call) => {
    const { principal, body } = call;
    const at = body.at === undefined ? null : Date.parse(body.at);
    const wrong = at === null ? null : wrongTime(at, door.clock.now());
    if (wrong !== null) {
      return refuse("invalid", "the body is not valid", { problems: [{ at: "body.at", message: wrong }] });
    }
    const { service, version, url = null } = body;
    return once(call, {
      run: (keep) => door.controller.deployed({ service, version, at, url, by: principal }, keep),
      render: (entered: DeployEntered) => answer(201, deployEnteredBody(entered)),
    });
  };
}
