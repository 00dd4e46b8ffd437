import type { GateSummary } from "../api/gate.ts";
import type { Got } from "./client.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import { plainGate, renderGate, renderGates } from "./render-status.ts";
import type { Screen } from "./render-status.ts";
import type { Session } from "./session.ts";

type Shown = {
  /** As the server sent it. */
  readonly raw: unknown;
  readonly gates: readonly GateSummary[];
  readonly human: (screen: Screen) => string;
};

/** All gates, or one. */
export async function statusCommand(session: Session, gate: string | undefined): Promise<Exit> {
  const { printer, client } = session;
  const got = await fetchShown(session, gate);
  if (got.kind !== "got") return reportFailure(printer, client.url, got);
  const { raw, gates, human } = got.value;
  printer.data({ value: raw, human: () => human(screenOf(session)), plain: () => gates.map(plainGate) });
  return EXIT.done;
}

export async function fetchShown({ client }: Session, gate: string | undefined): Promise<Got<Shown>> {
  if (gate === undefined) {
    const got = await client.gates();
    if (got.kind !== "got") return got;
    const { gates, environment } = got.value;
    return {
      ...got,
      value: { raw: got.raw, gates, human: (screen) => renderGates(gates, environment, screen) },
    };
  }
  const got = await client.gate(gate);
  if (got.kind !== "got") return got;
  const one = got.value;
  return {
    ...got,
    value: {
      raw: got.raw,
      gates: [one],
      human: (screen) => renderGate(one, one.environment ?? "no flag", screen),
    },
  };
}

export function screenOf({ context, printer, time }: Session): Screen {
  return { time, paint: printer.paint, now: context.clock.now(), columns: context.stdout.columns };
}
