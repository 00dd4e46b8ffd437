import type { ROUTES } from "../api/routes.ts";
import { STRICT_STATUS, statusBody } from "../api/status.ts";
import type { StatusAnswer } from "../domain/answer.ts";
import type { Purpose } from "../domain/gate.ts";
import { SECOND } from "../domain/instant.ts";
import type { Door } from "./door.ts";
import { findGate, unknownGate } from "./gates.ts";
import { awaitAnswer, createWaitingRoom, preferredWait } from "./long-poll.ts";
import type { Call, Handler } from "./mount.ts";
import { answer } from "./reply.ts";

const SEATS_PER_TOKEN = 50;

export function getStatus(door: Door): Handler<typeof ROUTES.getStatus> {
  const room = createWaitingRoom(SEATS_PER_TOKEN);

  return async (call) => {
    const name = call.parameter("name");
    const view = await findGate(door, name);
    if (view === null) return unknownGate();
    const purpose = call.query.for;
    const first = await door.controller.status(name, purpose);
    if (first === null) return unknownGate();

    const waitMs = preferredWait(call.header("prefer"));
    const waiting =
      waitMs === 0 ? null : room.sit(call.principal.token, () => wait(name, purpose, first, waitMs, call));
    const newest = waiting === null ? first : await waiting;
    if (newest === null) return unknownGate();

    const origin = { signals: view.gate?.signals ?? [], sourceUrls: door.config.sourceUrls };
    const body = statusBody(newest, origin, door.config.publicUrl);
    const status = call.query.strict === "1" ? STRICT_STATUS[newest.exitCode] : 200;
    return answer(status, body, {
      ...(waiting === null ? {} : { "Preference-Applied": `wait=${waitMs / SECOND}` }),
      ...(status === 200 || body.retryAfter === null ? {} : { "Retry-After": String(body.retryAfter) }),
    });
  };

  function wait(
    name: string,
    purpose: Purpose,
    first: StatusAnswer,
    waitMs: number,
    call: Call<typeof ROUTES.getStatus>,
  ): Promise<StatusAnswer | null> {
    const abort = AbortSignal.any([call.gone, door.stopping]);
    return awaitAnswer({
      first,
      ask: () => door.controller.status(name, purpose),
      changed: (until) => door.controller.changed(name, until, abort),
      waitMs,
      clock: door.clock,
      abort,
    });
  }
}
