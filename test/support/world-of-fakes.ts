import { Conductor } from "../../src/control/conduct.ts";
import type { Passed, PassPorts } from "../../src/control/pass.ts";
import type { ReplyKeeper } from "../../src/control/controller.ts";
import { nextDue } from "../../src/control/schedule.ts";
import type { Command, CommandOutcome } from "../../src/domain/command.ts";
import type { Decision } from "../../src/domain/decision.ts";
import type { Gate } from "../../src/domain/gate.ts";
import { HOUR, type Instant, type Millis } from "../../src/domain/instant.ts";
import type { GateRecord } from "../../src/domain/record.ts";
import { newRecord } from "../../src/domain/transition.ts";
import { aGate, aPerson } from "./builders.ts";
import { fakeStrategy } from "./fake-flag-edits.ts";
import { type FakeFlags, type Person, createFakeFlags } from "./fake-flags.ts";
import { manualClock } from "./manual-clock.ts";
import { type MemoryStore, memoryStore } from "./memory-store.ts";
import { type Guard, guarded } from "./port-guard.ts";
import { type ScriptedDefinitions, scriptedDefinitions } from "./scripted-definitions.ts";
import { type ScriptedMetrics, createScriptedMetrics } from "./scripted-metrics.ts";
import { type ScriptedSilencers, createScriptedSilencers } from "./scripted-silencers.ts";

/** Who changes flags by hand in these tests. */
export const KIM = { name: "kim", userId: 3 };

export const PEOPLE: ReadonlyMap<string, readonly string[]> = new Map([
  ["platform", ["erp-platform"]],
  ["operator", ["release-leads"]],
  ["author", ["release-leads"]],
  ["lead", ["release-leads"]],
  ["other-lead", ["release-leads"]],
  ["auditor", ["finance"]],
]);

export type WorldOptions = {
  /** Definitions that are there from the start, each with its flag at 0 %. None: the one gate of the builders. */
  readonly gates?: readonly Gate[];
  /** Stands in front of and behind every call the first process makes. */
  readonly guard?: Guard;
};

/** One process: a conductor over the ports, with the store as this process opened it. */
export type Process = { readonly conductor: Conductor; readonly store: MemoryStore };

export type World = ReturnType<typeof createWorld>;

/**
 * Everything around the conductor, without anything real: Unleash, Prometheus, the store, the folder of definitions and the
 * time. Nothing happens by itself: `pass` runs one pass, `run` lets time go by with a pass whenever one is due: at first, in
 * its slot, at once after a command, and sooner while it rolls back.
 */
export function createWorld(options: WorldOptions = {}) {
  const clock = manualClock();
  const flags: FakeFlags = createFakeFlags(clock);
  const metrics: ScriptedMetrics = createScriptedMetrics();
  const silencers: ScriptedSilencers = createScriptedSilencers();
  const definitions: ScriptedDefinitions = scriptedDefinitions();
  const health = { lagMs: 0 };
  const heard: Decision[] = [];
  const due = new Map<string, Instant>();
  const woken: string[] = [];
  const gates = options.gates ?? [aGate()];
  let ids = 0;

  function start(store: MemoryStore, guard: Guard = () => undefined): Process {
    const ports: PassPorts = {
      clock,
      ids: { next: (prefix) => `${prefix}_${String((ids += 1)).padStart(6, "0")}` },
      metrics: guarded("metrics", metrics, guard),
      silencers,
      flags: guarded("flags", flags.flags, guard),
      served: guarded("served", flags.served, guard),
      records: guarded("records", store, guard),
      definitions,
      health: { eventLoopLagMs: () => health.lagMs },
      people: PEOPLE,
      onDecision: (decision) => void heard.push(decision),
    };
    const onCommand = (gate: string): void => {
      woken.push(gate);
      due.set(gate, clock.now());
    };
    return { conductor: new Conductor(ports, onCommand), store };
  }

  for (const gate of gates) {
    definitions.put(gate);
    if (gate.flag !== null) addFlag(flags, gate);
    for (const signal of gate.signals)
      if (signal.measure.kind === "plain") metrics.set(signal.measure.query, 0);
  }
  let running = start(memoryStore({ clock }), options.guard);
  const first = gates[0]?.name ?? "";

  async function record(gate = first): Promise<GateRecord> {
    return (await running.store.record(gate)) ?? newRecord(gate);
  }

  /** The percent on the server, whatever anybody believes; 0 where the environment is off. */
  function percent(gate = gates[0]): number {
    if (gate?.flag == null) return 0;
    const { enabled, strategies } = flags.state(gate.flag);
    return enabled ? Number(strategies[0]?.rollout) : 0;
  }

  /** One pass now; what the store then holds. */
  async function pass(gate = first): Promise<GateRecord> {
    const passed = await running.conductor.pass(gate);
    if (passed === null) throw new Error(`nothing defines ${gate}`);
    return passed.record;
  }

  /** Lets time go by until the predicate holds after a pass; every gate passes whenever it is due. */
  async function until(
    is: (record: GateRecord) => boolean,
    gate = first,
    atMost = 100 * HOUR,
  ): Promise<GateRecord> {
    const end = clock.now() + atMost;
    let seen = await record(gate);
    await play(end, (passed) => {
      if (passed.gate.name === gate) seen = passed.record;
      return is(seen);
    });
    if (!is(seen)) throw new Error(`it did not come to that: ${JSON.stringify(seen.ramp)}`);
    return seen;
  }

  async function play(end: Instant, enough: (passed: Passed) => boolean): Promise<void> {
    for (;;) {
      for (const { name } of await running.conductor.known()) {
        if (!due.has(name)) due.set(name, clock.now());
      }
      const [name, at] = [...due].reduce((a, b) => (b[1] < a[1] ? b : a), ["", Infinity]);
      if (at > end) break;
      clock.advance(Math.max(0, at - clock.now()));
      const passed = await running.conductor.pass(name);
      if (passed === null) {
        due.delete(name);
        continue;
      }
      due.set(name, nextDue(passed.gate, passed.record, clock.now()));
      if (enough(passed)) return;
    }
    clock.advance(end - clock.now());
  }

  return {
    clock,
    flags,
    metrics,
    silencers,
    definitions,
    health,
    /** Every decision told to `onDecision`, repeats of a folded one included. */
    heard: heard as readonly Decision[],
    /** Gates that commands made due. */
    woken: woken as readonly string[],
    gate: gates[0] ?? aGate(),
    record,
    percent,
    pass,
    until,
    /** Lets so much time go by, with a pass whenever one is due. */
    run: (duration: Millis): Promise<void> => play(clock.now() + duration, () => false),
    conductor: (): Conductor => running.conductor,
    store: (): MemoryStore => running.store,
    /** The process ends and a new one opens the same store, or a backup of it. */
    restart(guard?: Guard, store = running.store): void {
      running = start(store.reopen(), guard);
    },
    /** A backup took the place of the store, and a new process opens it. */
    putBack(backup: MemoryStore): void {
      running = start(backup.reopen());
    },
    /** A second process that opened the very same store in the same moment. */
    sibling: (guard?: Guard): Process => start(running.store, guard),
    person: (gate = gates[0]): Person => flags.person(KIM, flagOf(gate)),
    tell: (fields: Partial<Command> & Pick<Command, "action">, keep: ReplyKeeper | null = null) =>
      command(running.conductor, first, fields, keep),
    /** The gate acts and its ramp is started. */
    async begin(): Promise<void> {
      await command(running.conductor, first, { action: "act" }, null);
      const outcome = await command(running.conductor, first, { action: "start" }, null);
      if (outcome.kind === "refused") throw new Error(outcome.message);
    },
    tellings: () => running.store.tellings(),
    decisions: () => running.store.allDecisions(),
  };
}

function flagOf(gate: Gate | undefined) {
  if (gate?.flag == null) throw new Error("the gate drives no flag");
  return gate.flag;
}

function addFlag(flags: FakeFlags, gate: Gate): void {
  const { name, environment, project } = flagOf(gate);
  const strategies = [fakeStrategy({ id: `s-${name}`, title: "Gradual rollout", groupId: name })];
  flags.addFlag({ name, environment, project, strategies });
}

function command(
  conductor: Conductor,
  gate: string,
  fields: Partial<Command> & Pick<Command, "action">,
  keep: ReplyKeeper | null,
): Promise<CommandOutcome> {
  const rest = { gate, reason: "because", by: aPerson(), at: null, change: null, until: null };
  return conductor.command({ ...rest, ...fields }, keep);
}
