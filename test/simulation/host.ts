import { isDeepStrictEqual } from "node:util";
import { type Guard, type PortCall, guarded } from "../support/port-guard.ts";
import type { ScriptedDefinitions } from "../support/scripted-definitions.ts";
import { createScriptedSilencers } from "../support/scripted-silencers.ts";
import type { Draw } from "./draw.ts";
import { type Commit, Conductor, type Instant, type Metrics, Metronome, type PassPorts } from "./engine.ts";
import type { Journal } from "./journal.ts";
import type { Clocks } from "./peers/clocks.ts";
import type { SimulatedUnleash } from "./peers/unleash.ts";
import type { Backup, SimulatedStore } from "./store/simulated-store.ts";

/** Thrown out of every call that a process makes after it has died. */
export class ProcessDied extends Error {}

export type Process = {
  readonly name: string;
  readonly conductor: Conductor;
  readonly metronome: Metronome;
  /** Dies at its n-th call from now, counting before and after each call as one each. */
  dieIn(calls: number): void;
  /** Stops before the first write from that call on, until the host wakes it. */
  hangIn(calls: number): void;
  /** What the process makes of it; null where it hangs before it is done. */
  unlessItHangs<T>(work: Promise<T>): Promise<T | null>;
  /** Whether nobody has opened its store since. */
  isNewest(): boolean;
  /** It does nothing more from here on. */
  end(): void;
};

/** The machines the controller runs on: one store, one process, at times others on the same store. */
export type Host = {
  readonly processes: () => readonly Process[];
  readonly store: () => SimulatedStore;
  /** Runs at the n-th call of any port from now, in the middle of whatever is under way. */
  interruptIn(calls: number, what: () => void): void;
  setLag(ms: number): void;
  /** So many processes beside the first, or none any more: on its connection, or each with its own connection and epoch. */
  setReplicas(count: number, connection: "shared" | "own"): void;
  /** Processes that hang go on with what they were doing, which nobody waits for any more. */
  wake(): void;
  /** Everything on the machine ends at once. */
  kill(): void;
  /** The store is opened anew: as it is, or as a backup kept it. */
  boot(backup?: Backup): void;
};

function isWrite({ port, method, when }: PortCall): boolean {
  return port === "flags" && method === "write" && when === "before";
}

export type HostParts = {
  readonly draw: Draw;
  /** Of epochs: drawn apart, so that they shift nothing else. */
  readonly strides: Draw;
  readonly clocks: Clocks;
  /** Nobody has opened it yet. */
  readonly store: SimulatedStore;
  readonly journal: Journal;
  /** Made anew for each process. */
  readonly metrics: () => Metrics;
  readonly unleash: SimulatedUnleash;
  readonly definitions: ScriptedDefinitions;
  readonly people: PassPorts["people"];
  /** Told of every state that is committed, in that order. */
  readonly committed: (gate: string, state: string) => void;
  /** A backup took the place of the store: what was committed after it is forgotten. */
  readonly restored: () => void;
};

export function createHost(parts: HostParts): Host {
  const { draw, clocks, journal } = parts;
  const silencers = createScriptedSilencers();
  const interrupts: { calls: number; readonly what: () => void }[] = [];
  let { store } = parts;
  let processes: Process[] = [];
  let born = 0;
  let ids = 0;
  let lagMs = 0;
  /** How often a backup took the place of the store. */
  let restores = 0;
  const hanging: { readonly wake: () => void }[] = [];
  /** Ends of processes that hang or have hung: whether they go on or not, they are nobody's any more. */
  const strays: (() => void)[] = [];

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

  function start(own = store): Process {
    born += 1;
    const name = `p${born}`;
    let dead = false;
    let left = Number.POSITIVE_INFINITY;
    let untilHang = Number.POSITIVE_INFINITY;
    let hungSince: Instant | null = null;
    /** Since when the call that goes out just now had stood still; null for one that was made after the process went on. */
    let outSince: Instant | null = null;
    let asleep: Promise<void> | null = null;
    const hangs = Promise.withResolvers<null>();
    const end = (): void => {
      dead = true;
    };
    const guard: Guard = async (call) => {
      const opening = own.opening?.() ?? null;
      if (opening !== null) await opening;
      left -= 1;
      untilHang -= 1;
      if (untilHang <= 0 && isWrite(call) && hungSince === null && !dead) {
        hungSince = clocks.peers.now();
        journal.note(`${name} hangs ${call.when} ${call.port}.${call.method}`);
        processes = processes.filter((process) => process.name !== name);
        hangs.resolve(null);
        strays.push(end);
        untilHang = Number.POSITIVE_INFINITY;
        asleep = new Promise((wake) => void hanging.push({ wake }));
      }
      // Whatever else it has under way stands still with it; what it asks for afterwards was decided after it went on.
      const since = asleep === null ? null : hungSince;
      if (asleep !== null) {
        await asleep;
        if (hungSince !== null)
          journal.faults.push({ kind: "process hung", from: hungSince, to: clocks.peers.now(), size: 0 });
        hungSince = null;
        asleep = null;
        journal.note(`${name} goes on ${call.when} ${call.port}.${call.method}`);
      }
      if (left <= 0 && !dead) {
        journal.note(`${name} dies ${call.when} ${call.port}.${call.method}`);
        journal.count(`death ${call.when} ${call.port}.${call.method}`);
        kill();
      }
      if (dead) throw new ProcessDied(name);
      await passTime();
      if (dead) throw new ProcessDied(name);
      return () => {
        outSince = since;
      };
    };
    const ports = portsOf(
      own,
      parts.unleash.flagsFor(name, () => outSince),
      guard,
    );
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
      hangIn(calls) {
        untilHang = calls;
      },
      isNewest: () => own.isNewest(),
      unlessItHangs: (work) => Promise.race([work, hangs.promise]),
      end,
    };
  }

  function portsOf(own: SimulatedStore, flags: PassPorts["flags"], guard: Guard): PassPorts {
    return {
      clock: clocks.own,
      ids: { next: (prefix) => `${prefix}_${String((ids += 1)).padStart(6, "0")}` },
      metrics: guarded("metrics", parts.metrics(), guard),
      silencers: guarded("silencers", silencers, guard),
      flags: guarded("flags", flags, guard),
      served: guarded("served", parts.unleash.server.served, guard),
      records: guarded("records", listening(own), guard),
      definitions: parts.definitions,
      health: { eventLoopLagMs: () => lagMs },
      people: parts.people,
      onDecision: () => undefined,
    };
  }

  /** The same store; what a commit tells people is heard in that moment. */
  function listening(own: SimulatedStore): SimulatedStore {
    const restoresBefore = restores;
    const settled = (moment: Commit): void => {
      // A commit that still hung when its store was replaced moves nothing any more.
      if (restores === restoresBefore) parts.committed(moment.record.gate, moment.record.ramp.state);
      tell(moment);
    };
    return {
      ...own,
      async commit(moment: Commit) {
        const { gate } = moment.record;
        const stored = await own.commit(moment).catch(async (error: unknown) => {
          // A process may die after the commit and before it hears of it.
          const version = (moment.expecting ?? 0) + 1;
          if (isDeepStrictEqual(await own.record(gate), { ...moment.record, version })) settled(moment);
          const at = clocks.peers.now();
          journal.faults.push({ kind: "store broken", from: at, to: at, size: 0 });
          throw error;
        });
        if (stored) settled(moment);
        return stored;
      },
    };
  }

  function tell({ record: { gate }, tellings }: Commit): void {
    for (const { kind } of tellings) {
      journal.messages.push({ at: clocks.peers.now(), gate, kind });
      journal.note(`${gate} tells: ${kind}`);
      journal.count(`told ${kind}`);
    }
  }

  /** Under an epoch that a lost future has not had, as a real store draws it. */
  function reopened(own: Backup): SimulatedStore {
    return own.reopen(parts.strides.int(1, 1_000));
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
    setReplicas(count, connection) {
      const [first, ...others] = processes;
      if (first === undefined) return;
      for (const other of others) other.end();
      const beside = () => start(connection === "own" ? reopened(store) : store);
      processes = [first, ...Array.from({ length: count }, beside)];
    },
    wake() {
      for (const { wake } of hanging.splice(0)) wake();
    },
    kill,
    boot(backup: Backup = store) {
      kill();
      if (backup !== store) {
        restores += 1;
        parts.restored();
        // They hold a file that is no longer the store.
        for (const end of strays.splice(0)) end();
      }
      store = reopened(backup);
      processes = [start()];
    },
  };
}
