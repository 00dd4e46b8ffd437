import { definitionBody } from "../api/definition.ts";
import { gateBody, gateSummary } from "../api/gate-body.ts";
import { GATE_NAME } from "../api/routes.ts";
import type { ROUTES } from "../api/routes.ts";
import type { GateView } from "../domain/view.ts";
import type { Door } from "./door.ts";
import type { Handler } from "./mount.ts";
import { answer, refuse } from "./reply.ts";
import type { Reply } from "./reply.ts";

export function listGates({ controller, config }: Door): Handler<typeof ROUTES.listGates> {
  return async () => {
    const gates = await controller.gates();
    return answer(200, {
      environment: config.environment,
      gates: gates.map((gate) => gateSummary(gate, config)),
    });
  };
}

export function getGate(door: Door): Handler<typeof ROUTES.getGate> {
  return async (call) => {
    const view = await findGate(door, call.parameter("name"));
    if (view === null) return unknownGate();
    return answer(200, gateBody(view, door.config), { ETag: etagOf(view) });
  };
}

export function getDefinition(door: Door): Handler<typeof ROUTES.getDefinition> {
  return async (call) => {
    const view = await findGate(door, call.parameter("name"));
    return view === null ? unknownGate() : answer(200, definitionBody(view, door.config.version));
  };
}

/** The gate of that name, or null; a text that cannot be a name is not asked about. */
export async function findGate(
  { controller }: Pick<Door, "controller">,
  name: string,
): Promise<GateView | null> {
  return GATE_NAME.test(name) ? controller.gate(name) : null;
}

export function unknownGate(): Reply {
  return refuse("unknown-gate", "there is no gate of that name");
}

export function etagOf(view: GateView): string {
  return `"v${view.record.version}"`;
}
