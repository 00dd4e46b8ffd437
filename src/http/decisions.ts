import { type DecisionOrigin, decisionBody } from "../api/decision.ts";
import { replayBody } from "../api/replay.ts";
import { CURSOR, pathTo } from "../api/routes.ts";
import type { ROUTES } from "../api/routes.ts";
import type { GateView } from "../domain/view.ts";
import type { Door } from "./door.ts";
import { findGate, unknownGate } from "./gates.ts";
import type { Handler } from "./mount.ts";
import { answer, refuse } from "./reply.ts";
import type { Reply } from "./reply.ts";

export function listDecisions(door: Door): Handler<typeof ROUTES.listDecisions> {
  return async (call) => {
    const { query } = call;
    const view = await findGate(door, call.parameter("name"));
    if (view === null) return unknownGate();
    if (query.cursor !== undefined) {
      const last = await door.controller.decision(query.cursor);
      if (last?.gate !== view.name) return badCursor();
    }
    const limit = Number(query.limit);
    // One more than asked for tells whether there is a next page.
    const found = await door.controller.decisions(view.name, limit + 1, query.cursor ?? null);
    if (found === null) return unknownGate();
    const page = found.slice(0, limit);
    return answer(200, {
      decisions: page.map((decision) => decisionBody(decision, originOf(door, view))),
      next: found.length > limit ? (page.at(-1)?.id ?? null) : null,
    });
  };
}

export function getDecision(door: Door): Handler<typeof ROUTES.getDecision> {
  return async (call) => {
    const id = call.parameter("id");
    const decision = CURSOR.test(id) ? await door.controller.decision(id) : null;
    if (decision === null) return refuse("unknown-decision", "there is no decision of that id");
    const view = await door.controller.gate(decision.gate);
    return answer(200, decisionBody(decision, originOf(door, view)));
  };
}

export function replayDecision(door: Door): Handler<typeof ROUTES.replayDecision> {
  return async (call) => {
    const id = call.parameter("id");
    const replayed = CURSOR.test(id) ? await door.controller.replay(id) : null;
    if (replayed === null) return refuse("unknown-decision", "there is no decision of that id");
    if (replayed.kind === "no-inputs") {
      return refuse("no-inputs", `nothing is kept that ${id} was made from: it is a command, or too old`);
    }
    return answer(200, replayBody(replayed));
  };
}

/** The short address in messages leads to the evidence itself. */
export function openDecision(): Handler<typeof ROUTES.openDecision> {
  return (call) => ({
    status: 302,
    body: null,
    headers: { Location: pathTo("getDecision", { id: call.parameter("id") }) },
  });
}

function originOf(door: Door, view: GateView | null): DecisionOrigin {
  return {
    signals: view?.gate?.signals ?? [],
    definition: view?.gate === null ? null : (view?.definition.hash ?? null),
    sourceUrls: door.config.sourceUrls,
  };
}

function badCursor(): Reply {
  return refuse("invalid", "the query is not valid", {
    problems: [{ at: "query.cursor", message: "must be a `next` of an earlier page of this gate" }],
  });
}
