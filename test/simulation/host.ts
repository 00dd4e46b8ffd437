import { type MemoryStore, memoryStore } from "../support/memory-store.ts";
import { type Guard, guarded } from "../support/port-guard.ts";
import type { ScriptedDefinitions } from "../support/scripted-definitions.ts";
import { createScriptedSilencers } from "../support/scripted-silencers.ts";
import { PEOPLE } from "../support/world-of-fakes.ts";
import type { Draw } from "./draw.ts";
import { type Commit, Conductor, Metronome, type PassPorts } from "./engine.ts";
import type { Journal } from "./journal.ts";
import type { Clocks } from "./peers/clocks.ts";
import type { SimulatedPrometheus } from "./peers/prometheus.ts";
import type { SimulatedUnleash } from "./peers/unleash.ts";

/** Thrown out of every call that a process makes after it has died. */
export class ProcessDied extends Error {}

export type Process = {
  readonly name: string;
  readonly conductor: Conductor;
  readonly metronome: Metronome;
  /** Dies at its n-th call from now, counting before and after each call as one each. */
  dieIn(calls: number): void;
  /** It does nothing more from here on. */
  end(): void;
};

/** The machine the controller runs on: one store, one process, at times a second one on the same store. */
export type Host = {
  readonly processes: () => readonly Process[];
  readonly store: () => MemoryStore;
  /** Runs at the n-th call of any port from now, in the middle of whatever is under way. */
  interruptIn(calls: number, what: () => void): void;
  setLag(ms: number): void;
  /** A second process opens the store in the same moment, or leaves again. */
  setReplica(present: boolean): void;
  /** Everything on the machine ends at once. */
  kill(): void;
  /** The store is opened anew: as it is, or as a backup kept it. */
  boot(backup?: MemoryStore): void;
};

export type HostParts = {
  readonly draw: Draw;
  readonly clocks: Clocks;
  readonly journal: Journal;
  readonly prometheus: SimulatedPrometheus;
  readonly unleash: SimulatedUnleash;
  readonly definitions: ScriptedDefinitions;
  /** Told of every state that is committed, in that order. */
  readonly committed: (gate: string, state: string) => void;
  /** A backup took the place of the store: what was committed after it is forgotten. */
  readonly restored: () => void;
};

export function createHost(parts: HostParts): Host {
  const { draw, clocks, journal } = parts;
  const silencers = createScriptedSilencers();
  const interrupts: { calls: number; readonly what: () => void }[] = [];
  let store = memoryStore({ clock: clocks.own });
  let processes: Process[] = [];
  let born = 0;
  let ids = 0;
  let lagMs = 0;

  /** Time goes by in every call, others get their turn, and what was planned for the middle of something happens. */
  async function passTime(): Promise<void> {
    clocks.advance(draw.chance(0.004) ? draw.int(500, 3_000) : draw.pick([0, 0, 5, 20, 90]));
    for (const interrupt of interrupts.slice()) {
      interrupt.calls -= 1;
      if (interrupt.calls > 0) continue;
      interrupts.splice(interrupts.indexOf(interrupt), 1);
      interrupt.what();
    }
    for (let turns = draw.int(0, 3); turns > 0; turns -= 1) await Promise.resolve();
  }

  function start(): Process {
    born += 1;
    const name = `p${born}`;
    let dead = false;
    let left = Number.POSITIVE_INFINITY;
    const guard: Guard = async (call) => {
      left -= 1;
      if (left <= 0 && !dead) {
        journal.note(`${name} dies ${call.when} ${call.port}.${call.method}`);
        journal.count(`death ${call.when} ${call.port}.${call.method}`);
        kill();
      }
      if (dead) throw new ProcessDied(name);
      await passTime();
      if (dead) throw new ProcessDied(name);
    };
    const ports = portsOf(name, guard);
    const conductor = new Conductor(ports, (gate) => metronome.wake(gate));
    const metronome = new Metronome({
      now: () => clocks.own.now(),
      gates: () => conductor.known(),
      pass: (gate) => conductor.pass(gate),
      onMissed: () => undefined,
      onError(gate, error) {
        if (!(error instanceof ProcessDied)) journal.note(`${name} ${gate ?? ""}: ${String(error)}`);
      },
    });
    return {
      name,
      conductor,
      metronome,
      dieIn(calls) {
        left = calls;
      },
      end() {
        dead = true;
      },
    };
  }

  function portsOf(name: string, guard: Guard): PassPorts {
    const own = store;
    return {
      clock: clocks.own,
      ids: { next: (prefix) => `${prefix}_${String((ids += 1)).padStart(6, "0")}` },
      metrics: guarded("metrics", parts.prometheus.metrics, guard),
      silencers: guarded("silencers", silencers, guard),
      flags: guarded("flags", parts.unleash.flagsFor(name), guard),
      served: guarded("served", parts.unleash.server.served, guard),
      records: guarded("records", listening(own), guard),
      definitions: parts.definitions,
      health: { eventLoopLagMs: () => lagMs },
      people: PEOPLE,
      onDecision: () => undefined,
    };
  }

  /** The same store; what a commit tells people is heard in that moment. */
  function listening(own: MemoryStore): MemoryStore {
    return {
      ...own,
      async commit(moment: Commit) {
        const stored = await own.commit(moment);
        if (!stored) return false;
        const { gate, ramp } = moment.record;
        parts.committed(gate, ramp.state);
        for (const { kind } of moment.tellings) hear(gate, kind);
        return true;
      },
    };
  }

  function hear(gate: string, kind: string): void {
    journal.messages.push({ at: clocks.peers.now(), gate, kind });
    journal.note(`${gate} tells: ${kind}`);
  }

  function kill(): void {
    for (const process of processes) process.end();
    processes = [];
  }

  return {
    processes: () => processes,
    store: () => store,
    interruptIn: (calls, what) => void interrupts.push({ calls, what }),
    setLag(ms) {
      lagMs = ms;
    },
    setReplica(present) {
      const [first, ...others] = processes;
      if (first === undefined) return;
      for (const other of others) other.end();
      processes = present ? [first, start()] : [first];
    },
    kill,
    boot(backup = store) {
      kill();
      if (backup !== store) parts.restored();
      store = backup.reopen();
      processes = [start()];
    },
  };
}
