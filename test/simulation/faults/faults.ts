import type { BreakPoint } from "../../support/memory-store.ts";
import type { WriteFault } from "../../support/fake-flags.ts";
import { type Actor, everyNowAndThen } from "../actors/actor.ts";
import type { Draw } from "../draw.ts";
import { HOUR, type Instant, MINUTE, type Millis, SECOND } from "../engine.ts";
import type { FaultSpan } from "../oracle/evidence.ts";
import { changedPlan } from "../scenario.ts";
import type { Simulation } from "../simulation.ts";
import { createCrashes } from "./crash.ts";
import { deliverLate } from "./late-writes.ts";
import { createLateRaises } from "./late-raises.ts";

/** A fault that lasts: what begins it, and what ends it. */
type Lasting = {
  readonly from: Millis;
  readonly to: Millis;
  begin(sim: Simulation, draw: Draw): void;
  end(sim: Simulation): void;
};

const LASTING: Readonly<Record<string, Lasting>> = {
  "unleash down": flagFault((faults, is) => (faults.down = is), 5 * SECOND, 4 * MINUTE),
  "unleash refuses writes": flagFault((faults, is) => (faults.refuseWrites = is), 10 * SECOND, 3 * MINUTE),
  "event log down": flagFault((faults, is) => (faults.eventsDown = is), 10 * SECOND, 3 * MINUTE),
  "unleash reads late": flagFault(
    (faults, is) => (faults.readsBehindMs = is ? 8 * SECOND : 0),
    MINUTE,
    3 * MINUTE,
  ),
  "served late": flagFault(
    (faults, is) => (faults.propagationMs = is ? 100 * SECOND : SECOND),
    MINUTE,
    5 * MINUTE,
  ),
  "served unknown": flagFault((faults, is) => (faults.servedUnknown = is), 10 * SECOND, 3 * MINUTE),
  "stop switch on": flagFault(
    (faults, is) => (faults.stopSwitch = is ? "on" : "off"),
    10 * SECOND,
    3 * MINUTE,
  ),
  "stop switch unknown": flagFault(
    (faults, is) => (faults.stopSwitch = is ? "unknown" : "off"),
    10 * SECOND,
    2 * MINUTE,
  ),
  "prometheus dark": {
    from: 10 * SECOND,
    to: 12 * MINUTE,
    begin: (sim) => sim.prometheus.setDark(true),
    end: (sim) => sim.prometheus.setDark(false),
  },
  "process lags": {
    from: 10 * SECOND,
    to: 2 * MINUTE,
    begin: (sim) => sim.host.setLag(3 * SECOND),
    end: (sim) => sim.host.setLag(0),
  },
  "second process": {
    from: MINUTE,
    to: 10 * MINUTE,
    begin: (sim) => sim.host.setReplicas(1, "shared"),
    end: (sim) => sim.host.setReplicas(0, "shared"),
  },
  replicas: {
    from: MINUTE,
    to: 8 * MINUTE,
    begin: (sim, draw) => sim.host.setReplicas(draw.int(1, 2), "own"),
    end: (sim) => sim.host.setReplicas(0, "own"),
  },
  "definition changed": fileFault((sim, draw) => {
    const plan = draw.any(sim.plans);
    if (plan !== null) sim.publish(changedPlan(plan, draw));
  }),
  "definition bad": fileFault((sim, draw) => sim.definitions.spoil(draw.any(sim.plans)?.name ?? "")),
  "definition gone": fileFault((sim, draw) => sim.definitions.remove(draw.any(sim.plans)?.name ?? "")),
};

/** Every kind of fault that is planned by itself, beside those of single writes. */
export const FAULT_KINDS: readonly string[] = [
  ...Object.keys(LASTING),
  "process dies",
  "process hangs",
  "store restored",
  "late raise",
  "clock jumps ahead",
  "clock jumps back",
];

/** Of these one lasts at a time. */
const APART = [
  ["stop switch on", "stop switch unknown"],
  ["second process", "replicas"],
] as const;

const JUMPS = [3 * SECOND, 20 * SECOND, -20 * SECOND, 90 * SECOND, -HOUR, 2 * HOUR] as const;
const WRITE_FAULTS: readonly WriteFault[] = ["lost", "reply-lost", "late", "refused"];
const BREAKS: readonly BreakPoint[] = ["before", "record", "decision", "telling", "change", "after"];

type Flaws = Simulation["unleash"]["server"]["faults"];

function flagFault(set: (faults: Flaws, is: boolean) => void, from: Millis, to: Millis): Lasting {
  return {
    from,
    to,
    begin: (sim) => set(sim.unleash.server.faults, true),
    end: (sim) => set(sim.unleash.server.faults, false),
  };
}

/** Afterwards somebody puts the files back as they were at first. */
function fileFault(begin: Lasting["begin"]): Lasting {
  return { from: MINUTE, to: 6 * MINUTE, begin, end: (sim) => sim.plans.forEach(sim.publish) };
}

export type Faults = {
  readonly actors: readonly Actor[];
  /** Brings a machine back that is down, also when all faults are over. */
  readonly boot: Actor;
  /** Ends everything that lasts. */
  stop(): void;
};

/** Every fault of the peers and of the machine, at random times. */
export function createFaults(sim: Simulation, busy: number): Faults {
  const draw = sim.draw("faults");
  const begun = new Map<string, { readonly from: Instant; readonly until: Instant }>();

  function finish(kind: string): void {
    const span = begun.get(kind);
    if (span === undefined) return;
    begun.delete(kind);
    LASTING[kind]?.end(sim);
    write(sim, { kind, from: span.from, to: sim.now(), size: 0 });
    sim.journal.note(`over: ${kind}`);
  }

  function begin(kind: string): void {
    const fault = LASTING[kind];
    if (fault === undefined || begun.has(kind)) return;
    const apart = APART.find((group) => group.some((own) => own === kind)) ?? [];
    if (apart.some((other) => begun.has(other))) return;
    fault.begin(sim, draw);
    begun.set(kind, { from: sim.now(), until: sim.now() + draw.int(fault.from, fault.to) });
    sim.journal.note(`fault: ${kind}`);
    sim.journal.count(`fault ${kind}`);
  }

  const spoiled = new Map<string, Instant>();
  const isSpoiled = (): boolean => sim.unleash.server.faults.writes.length > 0;
  /** Spoiled writes are a fault from the moment they are planned until the last of them was made. */
  function watchWrites(): void {
    const since = spoiled.get("writes");
    if (since === undefined && isSpoiled()) spoiled.set("writes", sim.now());
    if (since === undefined || isSpoiled()) return;
    spoiled.delete("writes");
    write(sim, { kind: "writes spoiled", from: since, to: sim.now(), size: 0 });
  }

  const endings: Actor = {
    next: () => sim.now(),
    act() {
      watchWrites();
      for (const [kind, { until }] of begun) if (until <= sim.now()) finish(kind);
    },
  };
  const rarely = (mean: Millis, act: () => void): Actor => everyNowAndThen(draw, sim.now, mean / busy, act);
  const tardy = createLateRaises(sim, draw);
  const crashes = createCrashes(sim, draw, busy);
  return {
    boot: crashes.boot,
    actors: [
      endings,
      rarely(2.5 * MINUTE, () => begin(draw.any(Object.keys(LASTING)) ?? "")),
      rarely(3 * MINUTE, () => spoilWrites(sim, draw)),
      rarely(3 * MINUTE, () => deliverLate(sim)),
      rarely(6 * MINUTE, () => breakStore(sim, draw)),
      rarely(15 * MINUTE, () => jump(sim, draw)),
      rarely(4 * MINUTE, tardy.plan),
      tardy.watch,
      ...crashes.actors,
      crashes.boot,
    ],
    stop() {
      for (const kind of Array.from(begun.keys())) finish(kind);
      deliverLate(sim);
      sim.unleash.server.faults.writes = [];
      watchWrites();
      sim.unleash.server.faults.betweenReadAndWrite = null;
      for (const process of sim.host.processes()) {
        process.dieIn(Number.POSITIVE_INFINITY);
        process.hangIn(Number.POSITIVE_INFINITY);
      }
      sim.host.wake();
      setClock(sim, 0);
    },
  };
}

function write(sim: Simulation, span: FaultSpan): void {
  sim.journal.faults.push(span);
}

/** The next writes, of whoever, go wrong. */
function spoilWrites(sim: Simulation, draw: Draw): void {
  const faults = Array.from({ length: draw.int(1, 3) }, () => draw.any(WRITE_FAULTS) ?? "lost");
  sim.unleash.server.faults.writes.push(...faults);
  for (const fault of faults) sim.journal.count(`fault write ${fault}`);
  sim.journal.note(`the next writes go: ${faults.join(", ")}`);
}

function breakStore(sim: Simulation, draw: Draw): void {
  const point = draw.any(BREAKS) ?? "before";
  sim.host.store().failNext(point);
  sim.journal.count(`fault store breaks ${point}`);
  sim.journal.note(`the store will break at ${point}`);
}

/** The controller's clock jumps, stays wrong for a while and is put right. */
function jump(sim: Simulation, draw: Draw): void {
  setClock(sim, sim.clocks.ahead() === 0 ? draw.pick(JUMPS) : 0);
}

function setClock(sim: Simulation, ahead: Millis): void {
  const size = ahead - sim.clocks.ahead();
  if (size === 0) return;
  sim.clocks.setAhead(ahead);
  write(sim, { kind: "clock jump", from: sim.now(), to: sim.now(), size });
  sim.journal.count(`fault clock jumps ${size > 0 ? "ahead" : "back"}`);
  sim.journal.note(`the controller's clock jumps by ${size / SECOND} s, it is ${ahead / SECOND} s ahead`);
}
