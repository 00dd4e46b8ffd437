import { SEGMENTS } from "../audiences.ts";
import { fakeStrategy } from "../../support/fake-flag-edits.ts";
import { aFlagTarget } from "../../support/builders.ts";
import { type FakeFlags, createFakeFlags } from "../../support/fake-flags.ts";
import { type FlagTarget, type Instant, type PassPorts, createFlags, createSightings } from "../engine.ts";
import type { FlagRequest } from "../oracle/evidence.ts";
import { createAdminApi } from "./admin-api.ts";
import type { Clocks } from "./clocks.ts";

/** Unleash in memory with its access log. */
export type SimulatedUnleash = {
  readonly server: FakeFlags;
  readonly requests: readonly FlagRequest[];
  /**
   * The admin API as one process of the controller reaches it; every request is logged as it arrives. What a process sends
   * after it hung counts as on its way since then, as a late write does, and what it reads tells nobody anything.
   */
  flagsFor(process: string, hungSince: () => Instant | null): PassPorts["flags"];
  addFlag(target: FlagTarget): void;
};

/** `isWhole`: the adapter of the service is between the engine and the server, and talks to its API. */
export function createUnleash(clocks: Clocks, isWhole: boolean): SimulatedUnleash {
  const server = createFakeFlags(clocks.peers);
  server.faults.segments = SEGMENTS;
  const requests: FlagRequest[] = [];

  type Logged = Pick<FlagRequest, "flag" | "process" | "kind"> & Partial<FlagRequest>;

  function log(hungSince: Instant | null, fields: Logged): void {
    const at = hungSince ?? clocks.peers.now();
    if (hungSince === null || fields.kind !== "read")
      requests.push({ at, strategy: null, to: 0, title: "", expecting: null, ...fields });
  }

  function overTheWire(process: string, hungSince: () => Instant | null): PassPorts["flags"] {
    const api = createAdminApi(server, (arrived) => log(hungSince(), { ...arrived, process }));
    const adapter = createFlags({
      servers: { [aFlagTarget().server]: api },
      clock: clocks.own,
      sightings: createSightings(),
    });
    // Rights, change requests and the age of the server are asked by a start alone; here they are well, or as a fault says.
    return { ...adapter, preflight: (target) => server.flags.preflight(target) };
  }

  function atThePort(process: string, hungSince: () => Instant | null): PassPorts["flags"] {
    return {
      ...server.flags,
      observe(target) {
        log(hungSince(), { flag: target.name, process, kind: "read" });
        return server.flags.observe(target);
      },
      write(target, strategy, to, title, expecting, more) {
        log(hungSince(), { flag: target.name, process, kind: "percent", strategy, to, title, expecting });
        return server.flags.write(target, strategy, to, title, expecting, more);
      },
      switchOff(target) {
        log(hungSince(), { flag: target.name, process, kind: "off" });
        return server.flags.switchOff(target);
      },
    };
  }

  return {
    server,
    requests,
    flagsFor: isWhole ? overTheWire : atThePort,
    addFlag({ name, environment, project }) {
      const strategies = [fakeStrategy({ id: `s-${name}`, title: "Gradual rollout", groupId: name })];
      server.addFlag({ name, environment, project, strategies });
    },
  };
}
