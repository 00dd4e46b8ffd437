import type { Commit, Records } from "../control/ports.ts";
import type { Change } from "../domain/change.ts";
import type { Decision } from "../domain/decision.ts";
import type { Definition } from "../domain/gate.ts";
import type { Maintenance } from "../domain/maintenance.ts";
import type { GateRecord } from "../domain/record.ts";

/**
 * What a case has on record, for as long as it is played: in the order of the passes and without a copy, since nobody else
 * writes it. A database in memory would take most of the time of a run. Tells, inputs and replies to the wire are left out;
 * no pass reads them.
 */
export function createMemoryRecords(): Records {
  const records = new Map<string, GateRecord>();
  const decisions = new Map<string, Decision>();
  const pinned = new Map<string, Definition>();
  const dark = new Map<string, number>();
  const changes: Change[] = [];
  let maintenance: readonly Maintenance[] = [];

  function commit({ record, expecting, decision, changes: added, pin }: Commit): boolean {
    if ((records.get(record.gate)?.version ?? null) !== expecting) return false;
    records.set(record.gate, { ...record, version: (expecting ?? 0) + 1 });
    if (decision.kind !== "none") decisions.set(decision.decision.id, decision.decision);
    if (pin !== null) pinned.set(pin.hash, pin);
    changes.push(...added);
    return true;
  }

  const newest = (): readonly Change[] => changes.toReversed().toSorted((a, b) => b.at - a.at);

  return {
    storeId: () => "tst",
    epoch: () => 1,
    record: (gate) => Promise.resolve(records.get(gate) ?? null),
    all: () => Promise.resolve([...records.values()]),
    pinned: (hash) => Promise.resolve(pinned.get(hash) ?? null),
    commit: (moment) => Promise.resolve(commit(moment)),
    reply: () => Promise.resolve(null),
    decision: (id) => Promise.resolve(decisions.get(id) ?? null),
    recording: () => Promise.resolve(null),
    decisions: (_gate, limit) => Promise.resolve([...decisions.values()].toReversed().slice(0, limit)),
    addDeploy(deploy) {
      changes.push(deploy);
      return Promise.resolve(true);
    },
    deploys: (service, since, limit) =>
      Promise.resolve(
        newest()
          .filter((each) => each.kind === "deploy")
          .filter((each) => each.service === service && each.at >= since)
          .slice(0, limit),
      ),
    changes: (_asked, limit) => Promise.resolve(newest().slice(0, limit)),
    darkSince: (source) => Promise.resolve(dark.get(source) ?? null),
    setDarkSince(source, since) {
      if (since === null) dark.delete(source);
      else dark.set(source, since);
      return Promise.resolve();
    },
    maintenance: (endsAfter) => Promise.resolve(maintenance.filter(({ until }) => until > endsAfter)),
    keepMaintenance({ change, begins }) {
      const ended = maintenance.map((each) =>
        each.source === change.source && each.until > change.at ? { ...each, until: change.at } : each,
      );
      maintenance = begins === null ? ended : [...ended, begins];
      changes.push(change);
      return Promise.resolve(true);
    },
  };
}
