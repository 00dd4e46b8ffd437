import { memoryStore } from "../support/memory-store.ts";
import { scriptedDefinitions, AUTHOR, type ScriptedDefinitions } from "../support/scripted-definitions.ts";
import { type Seats, createSeats } from "./actors/seats.ts";
import { withAudiences } from "./audiences.ts";
import { type Draw, drawFrom } from "./draw.ts";
import type { Instant } from "./engine.ts";
import { type Host, createHost } from "./host.ts";
import { type Journal, createJournal } from "./journal.ts";
import type { DefinitionFact } from "./oracle/evidence.ts";
import { type Clocks, createClocks } from "./peers/clocks.ts";
import { type SimulatedPrometheus, createPrometheus } from "./peers/prometheus.ts";
import { wiredMetrics } from "./peers/prometheus-api.ts";
import { type SimulatedUnleash, createUnleash } from "./peers/unleash.ts";
import { type GatePlan, drawPlans, factOf, gateOf } from "./scenario.ts";
import { sqliteStore } from "./store/sqlite-store.ts";

/** One simulated world: peers, the controller's machine, and what is written down about them. */
export type Simulation = {
  readonly seed: number;
  /** Whether the real adapters stand between the engine and the peers. */
  readonly isWhole: boolean;
  readonly clocks: Clocks;
  readonly journal: Journal;
  readonly prometheus: SimulatedPrometheus;
  readonly unleash: SimulatedUnleash;
  readonly definitions: ScriptedDefinitions;
  readonly host: Host;
  readonly seats: Seats;
  /** As drawn at first. */
  readonly plans: readonly GatePlan[];
  /** Every definition that ever stood in a file, by its hash. */
  readonly published: ReadonlyMap<string, GatePlan>;
  readonly facts: readonly DefinitionFact[];
  /** A stream of draws of its own for each name. */
  readonly draw: (name: string) => Draw;
  readonly now: () => Instant;
  /** Writes the file of a gate. */
  readonly publish: (plan: GatePlan) => void;
};

const NOBODY = { kind: "unknown", why: "gates.lock has no entry" } as const;

export function createSimulation(seed: number): Simulation {
  const isWhole = drawFrom(seed, "wiring").chance(0.1);
  const clocks = createClocks();
  const journal = createJournal(clocks.peers);
  const prometheus = createPrometheus(clocks);
  const unleash = createUnleash(clocks, isWhole);
  const definitions = scriptedDefinitions();
  const audiences = drawFrom(seed, "audiences");
  const plans = drawPlans(drawFrom(seed, "plans"), drawFrom(seed, "extras")).map((plan) =>
    withAudiences(plan, audiences),
  );
  const published = new Map<string, GatePlan>();
  const facts: DefinitionFact[] = [];
  const states = new Map<string, string>();

  function publish(plan: GatePlan): void {
    const hash = definitions.put(gateOf(plan), plan.authorKnown ? AUTHOR : NOBODY);
    published.set(hash, plan);
    facts.push(factOf(plan, clocks.peers.now()));
  }

  for (const plan of plans) {
    publish(plan);
    states.set(plan.name, "idle");
    const { flag } = gateOf(plan);
    if (flag !== null) unleash.addFlag(flag);
  }
  const seats = createSeats();
  const wired = { clocks, prometheus, gates: plans.map(({ name }) => name), draw: drawFrom(seed, "wire") };
  const host = createHost({
    people: seats.people,
    draw: drawFrom(seed, "host"),
    strides: drawFrom(seed, "epochs"),
    clocks,
    store: isWhole
      ? sqliteStore(clocks.own, journal.answered)
      : memoryStore({ clock: clocks.own, shares: true }),
    journal,
    metrics: isWhole ? wiredMetrics(wired, journal) : () => prometheus.metrics,
    unleash,
    definitions,
    committed(gate, state) {
      const before = states.get(gate);
      states.set(gate, state);
      if (before === undefined || before === state) return;
      journal.count(`move ${before} -> ${state}`);
      journal.note(`${gate} is ${state}`);
    },
    restored: () => states.clear(),
  });
  return {
    seed,
    isWhole,
    clocks,
    journal,
    prometheus,
    unleash,
    definitions,
    host,
    seats,
    plans,
    published,
    facts,
    draw: (name) => drawFrom(seed, name),
    now: () => clocks.peers.now(),
    publish,
  };
}
