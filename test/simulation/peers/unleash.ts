import { fakeStrategy } from "../../support/fake-flag-edits.ts";
import { type FakeFlags, createFakeFlags } from "../../support/fake-flags.ts";
import type { FlagTarget, PassPorts } from "../engine.ts";
import type { FlagRequest } from "../oracle/evidence.ts";
import type { Clocks } from "./clocks.ts";

/** Unleash in memory with its access log. */
export type SimulatedUnleash = {
  readonly server: FakeFlags;
  readonly requests: readonly FlagRequest[];
  /** The admin API as one process of the controller reaches it; every request is logged as it arrives. */
  flagsFor(process: string): PassPorts["flags"];
  addFlag(target: FlagTarget): void;
};

export function createUnleash(clocks: Clocks): SimulatedUnleash {
  const server = createFakeFlags(clocks.peers);
  const requests: FlagRequest[] = [];

  function log(fields: Pick<FlagRequest, "flag" | "process" | "kind"> & Partial<FlagRequest>): void {
    const at = clocks.peers.now();
    requests.push({ at, strategy: null, to: 0, title: "", expecting: null, ...fields });
  }

  return {
    server,
    requests,
    flagsFor: (process) => ({
      ...server.flags,
      observe(target) {
        log({ flag: target.name, process, kind: "read" });
        return server.flags.observe(target);
      },
      write(target, strategy, to, title, expecting, groupId) {
        log({ flag: target.name, process, kind: "percent", strategy, to, title, expecting });
        return server.flags.write(target, strategy, to, title, expecting, groupId);
      },
      switchOff(target) {
        log({ flag: target.name, process, kind: "off" });
        return server.flags.switchOff(target);
      },
    }),
    addFlag({ name, environment, project }) {
      const strategies = [fakeStrategy({ id: `s-${name}`, title: "Gradual rollout", groupId: name })];
      server.addFlag({ name, environment, project, strategies });
    },
  };
}
