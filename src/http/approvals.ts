import { approvalBody } from "../api/approval.ts";
import { promiseBodies, requestBody } from "../api/gate-body.ts";
import type { Route, ROUTES } from "../api/routes.ts";
import type { ReplyKeeper } from "../control/controller.ts";
import type { CommandOutcome } from "../domain/command.ts";
import { commandReply } from "./command-reply.ts";
import type { Door } from "./door.ts";
import { etagOf, findGate, unknownGate } from "./gates.ts";
import type { Once, OrderingCall } from "./idempotency.ts";
import type { Call, Handler } from "./mount.ts";
import { changedMeanwhile } from "./preconditions.ts";
import { answer } from "./reply.ts";
import type { Reply } from "./reply.ts";

export function getApprovals(door: Door): Handler<typeof ROUTES.getApprovals> {
  return async (call) => {
    const view = await findGate(door, call.parameter("name"));
    if (view === null) return unknownGate();
    const approvals = (view.record.run?.approvals ?? []).map(approvalBody);
    return answer(
      200,
      { gate: view.name, request: requestBody(view), approvals, promises: promiseBodies(view) },
      { ETag: etagOf(view) },
    );
  };
}

export function approve(door: Door, once: Once): Handler<typeof ROUTES.approve> {
  return (call) => {
    const { principal: by, body } = call;
    return give(door, once, call, (gate, keep) => door.controller.approve({ gate, by, ...body }, keep));
  };
}

export function promise(door: Door, once: Once): Handler<typeof ROUTES.promise> {
  return (call) => {
    const { principal: by, body } = call;
    return give(door, once, call, (gate, keep) => door.controller.promise({ gate, by, ...body }, keep));
  };
}

/** What a person gives to a gate rests on what they had in view: on the version they name, if they name one. */
async function give(
  door: Door,
  once: Once,
  call: OrderingCall & Pick<Call<Route>, "parameter">,
  order: (gate: string, keep: ReplyKeeper | null) => Promise<CommandOutcome>,
): Promise<Reply> {
  const view = await findGate(door, call.parameter("name"));
  if (view === null) return unknownGate();
  const changed = changedMeanwhile(call.header("if-match"), view);
  if (changed !== null) return changed;
  return once(call, {
    run: (keep) => order(view.name, keep),
    render: (outcome: CommandOutcome) => commandReply(view.name, outcome, door.config.publicUrl),
  });
}
