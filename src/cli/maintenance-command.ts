import type { MaintenanceBody, MaintenanceRequest } from "../api/maintenance.ts";
import { nameOf } from "./change-words.ts";
import { EXIT } from "./exit-codes.ts";
import type { Exit } from "./exit-codes.ts";
import { reportFailure } from "./failure.ts";
import type { Session } from "./session.ts";

/** Lists the maintenance that is under way. */
export async function listMaintenanceCommand({ client, printer, time }: Session): Promise<Exit> {
  const got = await client.maintenance();
  if (got.kind !== "got") return reportFailure(printer, client.url, got);
  const { sources, maintenance } = got.value;
  printer.data({
    value: got.raw,
    human: () =>
      maintenance.length === 0
        ? `No maintenance is under way. Sources: ${sources.join(", ")}`
        : maintenance.map((each) => lineOf(each, time)).join("\n"),
    plain: () =>
      maintenance.map(({ source, since, until, by, reason }) => [source, since, until, by, reason]),
  });
  return EXIT.done;
}

/** Begins or ends maintenance of a source, and says which gates it concerns. */
export async function orderMaintenanceCommand(
  { client, printer, time }: Session,
  source: string,
  request: MaintenanceRequest,
): Promise<Exit> {
  const got = await client.orderMaintenance(source, request);
  if (got.kind !== "got") return reportFailure(printer, client.url, got);
  const { maintenance, gates, source: name } = got.value;
  const first =
    maintenance === null ? `${name}: maintenance ended, its clocks run again` : lineOf(maintenance, time);
  printer.data({
    value: got.raw,
    human: () => [first, `  gates     ${gates.length === 0 ? "none reads it" : gates.join(", ")}`].join("\n"),
    plain: () => [[name, maintenance?.until ?? "-", ...gates]],
  });
  return EXIT.done;
}

function lineOf({ source, until, by, reason }: MaintenanceBody, time: Session["time"]): string {
  return `${source}: under maintenance until ${time.short(Date.parse(until))} by ${nameOf(by)}: ${reason}`;
}
