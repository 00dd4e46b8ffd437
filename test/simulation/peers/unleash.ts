import { SEGMENTS } from "../audiences.ts";
import { fakeStrategy } from "../../support/fake-flag-edits.ts";
import { type FakeFlags, createFakeFlags } from "../../support/fake-flags.ts";
import type { FlagTarget, Instant, PassPorts } from "../engine.ts";
import type { FlagRequest } from "../oracle/evidence.ts";
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

export function createUnleash(clocks: Clocks): SimulatedUnleash {
  const server = createFakeFlags(clocks.peers);
  server.faults.segments = SEGMENTS;
  const requests: FlagRequest[] = [];

  type Logged = Pick<FlagRequest, "flag" | "process" | "kind"> & Partial<FlagRequest>;

  function log(hungSince: Instant | null, fields: Logged): void {
    const at = hungSince ?? clocks.peers.now();
    if (hungSince === null || fields.kind !== "read")
      requests.push({ at, strategy: null, to: 0, title: "", expecting: null, ...fields });
  }

  return {
    server,
    requests,
    flagsFor: (process, hungSince) => ({
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
    }),
    addFlag({ name, environment, project }) {
      const strategies = [fakeStrategy({ id: `s-${name}`, title: "Gradual rollout", groupId: name })];
      server.addFlag({ name, environment, project, strategies });
    },
  };
}
