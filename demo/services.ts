import { join } from "node:path";
import { type GateFolder, copyGates } from "./gate-folder.ts";
import { type Disk, makeDisk } from "./peers/disk.ts";
import { PEOPLE } from "./people.ts";
import { type Rampart, type RampartOptions, startRampart } from "./rampart.ts";

/** A running Rampart and what it lives on; `disk` null: the same as everything else. */
export type Service = { readonly rampart: Rampart; readonly gates: GateFolder; readonly disk: Disk | null };

export type ServiceOptions = {
  readonly home: string;
  readonly gates: readonly string[];
  /** Gates with a service, and a disk, of their own. */
  readonly apart: readonly string[];
  readonly peers: Pick<RampartOptions, "prometheusUrl" | "unleashUrl" | "unleashToken" | "clientToken">;
  /** Hears of each one as soon as it runs. */
  readonly onStart: (service: Service) => void;
};

/** Starts one Rampart for the gates that share it, and one for each that stands apart. */
export async function startServices(options: ServiceOptions): Promise<(gate: string) => Service> {
  const { home, gates, apart, onStart } = options;
  const own = new Map<string, Service>();
  const together = gates.filter((gate) => !apart.includes(gate));
  if (together.length > 0) {
    const shared = await startService(join(home, "rampart"), together, null, options.peers);
    onStart(shared);
    for (const gate of together) own.set(gate, shared);
  }
  for (const gate of gates.filter((each) => apart.includes(each))) {
    const place = join(home, `rampart-${gate}`);
    const service = await startService(place, [gate], await makeDisk(place), options.peers);
    onStart(service);
    own.set(gate, service);
  }
  return (gate) => {
    const service = own.get(gate);
    if (service === undefined) throw new Error(`no service has the gate ${gate}`);
    return service;
  };
}

async function startService(
  home: string,
  served: readonly string[],
  disk: Disk | null,
  peers: ServiceOptions["peers"],
): Promise<Service> {
  const gates = await copyGates(join(home, "gates"), served);
  const rampart = await startRampart({ home, gates: gates.path, disk, ...peers, people: PEOPLE });
  return { rampart, gates, disk };
}
